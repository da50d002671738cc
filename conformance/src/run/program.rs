//! The harness as a program that uses a container engine.

use engine::{Owner, Program};

/// What the harness calls its own in an engine, and what it tells when none answers.
const HARNESS: Program = Program {
    labels: "org.open-runtimes.conformance",
    remedy: "  On Debian or Ubuntu: run `ci/engine`, which installs and starts Docker Engine.
  Elsewhere: start Docker Desktop, or Podman with `podman machine start`, and try again.
  An engine somewhere else: set DOCKER_HOST, for example DOCKER_HOST=tcp://10.0.0.5:2375.",
};

/// This process, under a run of that name: the owner of whatever the run starts.
pub fn owner(run: &str) -> Owner {
    Owner::this_process(HARNESS, run)
}

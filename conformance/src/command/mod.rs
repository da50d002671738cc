//! The command: thin over a run.

mod bench;
mod build;
mod check;
mod clean;
mod document;
mod exit;
mod list;
mod matrix;
mod part;
mod selected;

pub use exit::Exit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run;

/// Checks runtimes from outside against the contract.
#[derive(Debug, Parser)]
#[command(name = "conformance", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  cargo run -p conformance -- check node:24              one version against the whole contract
  cargo run -p conformance -- check node:24/auth         one section
  cargo run -p conformance -- check node:24/auth/missing one requirement
  cargo run -p conformance -- check auth/missing         the same of every runtime
  cargo run -p conformance -- check go --untimed         all but what measures time, on a busy machine
  cargo run -p conformance -- check node:24 --alone --shuffle
                                                         no check leans on what another left behind
  cargo run -p conformance -- list                       every requirement, without building anything
  cargo run -p conformance -- matrix --changed-since REF which versions your change touches
  cargo run -p conformance -- build                      make and tag every image
  cargo run -p conformance -- bench node                 how fast, beside the bare server
  cargo run -p conformance -- document --write           the tables of the contract and of the figures
  cargo run -p conformance -- clean --dry-run            what is left in the engine

Exit codes:
  0    all MUST requirements pass (failing SHOULDs only warn; so do the failures of a version from an unstable
       release of Debian, unless it is selected by its name, as in `check python:3.14`)
  1    a MUST requirement fails or is blocked
  2    the request is not valid: an unknown name, a bad manifest, nothing selected
  3    the harness or the engine failed, and says how
  130  interrupted; what was started is removed

Environment:
  DOCKER_HOST             the engine, if it is not the one that `docker` uses
  CONFORMANCE_ROOT        the repository, if the working directory is not inside it
  CONFORMANCE_TIME_SCALE  multiplies time budgets, for a machine known to be slow
  CONFORMANCE_ALONE       as --alone, also for `cargo test -p conformance`
  CONFORMANCE_SHUFFLE     as --shuffle: a seed, or `any`";

#[derive(Debug, Subcommand)]
enum Command {
    /// Build, start and check runtimes.
    Check(check::Check),
    /// Show every requirement, and which versions it is checked on. Builds and starts nothing.
    List(list::List),
    /// Show which versions a change touches, as lines or as the matrix of a workflow.
    Matrix(matrix::Matrix),
    /// Make and tag images, two at a time; of a version that is a pair, both.
    Build(build::Build),
    /// Measure boot, throughput, latency and memory beside the language's bare server.
    Bench(bench::Bench),
    /// Compare the tables in documents with the registry, the wire and the figures, or write them.
    Document(document::Document),
    /// Remove what the harness left in the engine: containers, volumes, networks, images.
    Clean(clean::Clean),
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match run::threads() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::Fault(format!("no asynchronous runtime: {error}")).into(),
    };
    let exit = runtime.block_on(async {
        match arguments.command {
            Command::Check(check) => check.run().await,
            Command::List(list) => list.run(),
            Command::Matrix(matrix) => matrix.run(),
            Command::Build(build) => build.run().await,
            Command::Bench(bench) => bench.run().await,
            Command::Document(document) => document.run(),
            Command::Clean(clean) => clean.run().await,
        }
    });
    exit.into()
}

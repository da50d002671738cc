//! Faults: How a server ends, and how it comes back.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new("lifecycle/sigterm-ignored", "lifecycle/stop", "SIGTERM when idle"),
    Mutant::new("lifecycle/sigterm-waits-for-a-pause", "lifecycle/stop", "while requests keep coming"),
    Mutant::new("lifecycle/sigterm-exits-with-143", "lifecycle/stop", "exit code 0"),
    Mutant::new("lifecycle/unused-server-fails-to-stop", "lifecycle/stop", "exit code 0"),
    Mutant::new("lifecycle/stops-late", "lifecycle/stop", "within 5 s")
        .and("SIGINT goes the same way", &["lifecycle/interrupt"]),
    Mutant::new("lifecycle/sigint-ignored", "lifecycle/interrupt", "SIGINT when idle"),
    Mutant::new("lifecycle/sigint-exits-with-130", "lifecycle/interrupt", "exit code 0"),
    Mutant::new("lifecycle/interrupted-late", "lifecycle/interrupt", "within 5 s"),
    Mutant::new("lifecycle/request-in-flight-dropped", "lifecycle/drain", "it completes"),
    Mutant::new("lifecycle/close-not-told", "lifecycle/drain", "with `Connection: close`"),
    Mutant::new("lifecycle/idle-connections-kept", "lifecycle/drain", "idle connections are closed"),
    Mutant::new("lifecycle/new-ones-answered-to-the-end", "lifecycle/drain", "new ones get no answer"),
    Mutant::new("lifecycle/drained-exit-code-is-1", "lifecycle/drain", "exit code 0"),
    Mutant::new("lifecycle/exit-after-an-answer", "lifecycle/crash", "never a 2xx"),
    Mutant::new(
        "lifecycle/exit-waited-out",
        "lifecycle/crash",
        "the client gets an error or a closed connection",
    ),
    Mutant::new("lifecycle/exit-code-hidden", "lifecycle/crash", "the container exits non-zero"),
    Mutant::new("lifecycle/kill-hidden", "lifecycle/crash", "SIGKILL"),
    Mutant::new("lifecycle/lock-left-behind", "lifecycle/restart", "serves again")
        .and("it launches twice over the same files", &["build/launch"]),
    Mutant::new("lifecycle/ready-too-soon", "lifecycle/restart", "serves again"),
    Mutant::new("lifecycle/orphans-not-reaped", "lifecycle/orphans", "do not use up the 128 pids"),
];

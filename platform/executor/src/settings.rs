//! What an executor is told once.

use std::time::Duration;

/// Budgets and bounds of an executor. What belongs to one function is in its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a call may wait for an instance that is there and busy.
    pub queue: Duration,
    /// How long an instance may take to be ready.
    pub start: Duration,
    /// Starts at once.
    pub starts: usize,
    /// Instances that wait without a package, for each image and size.
    pub warm: usize,
    /// Memory that all instances together may be promised, in MiB.
    pub memory: u64,
    /// Bytes of bodies that are held at once.
    pub bodies: usize,
    /// How long a client may leave a request unfinished without sending anything.
    pub silence: Duration,
    /// Connections at once.
    pub connections: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            queue: Duration::from_secs(30),
            start: Duration::from_secs(30),
            starts: 2,
            warm: 1,
            memory: 4096,
            bodies: 256 * 1024 * 1024,
            silence: Duration::from_secs(10),
            connections: 1024,
        }
    }
}

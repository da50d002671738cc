//! What mutants keep between requests. The reference keeps none of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Instant;

use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::configuration::Configuration;
use super::http::Answer;

/// What a fault keeps between requests.
#[derive(Debug)]
pub(crate) struct Residue {
    /// Functions that may run at once.
    pub(crate) workers: Semaphore,
    /// Connections that may be open at once.
    pub(crate) connections: Semaphore,
    /// Connections that are open.
    pub(crate) open: AtomicUsize,
    /// The headers of the request before.
    pub(crate) headers: Mutex<Map<String, Value>>,
    /// The object in place of an absent `env`.
    pub(crate) default_env: Mutex<Map<String, Value>>,
    /// What requests put into the environment.
    pub(crate) environment: Mutex<Map<String, Value>>,
    /// Lines that were printed and not written.
    pub(crate) lines: Mutex<Vec<String>>,
    /// Whether the next request is to suffer for the last.
    pub(crate) upset: AtomicBool,
    /// Whether no call is served any more.
    pub(crate) spent: AtomicBool,
    /// The last body that was answered with 200, and its answer.
    pub(crate) last: Mutex<Option<(Vec<u8>, Answer)>>,
    /// Whether the first code is being loaded.
    pub(crate) loading: AtomicBool,
    /// When it started, if it had been here before.
    pub(crate) back_since: Option<Instant>,
}

impl Residue {
    /// Nothing yet.
    pub(crate) fn new(configuration: &Configuration) -> Self {
        let workers = match configuration.fault.name() {
            "concurrency/awaiting-one-at-a-time" | "concurrency/blocking-one-at-a-time" => 1,
            "concurrency/four-at-a-time" => 4,
            "concurrency/thirty-two-at-a-time" => 32,
            _ => Semaphore::MAX_PERMITS,
        };
        let connections =
            if configuration.fault.is("concurrency/forty-connections") { 40 } else { Semaphore::MAX_PERMITS };
        let mark = configuration.sandbox.below("/tmp/was-here");
        let before = configuration.fault.is("lifecycle/ready-too-soon")
            && std::fs::read_to_string(&mark).is_ok()
            || std::fs::write(&mark, "").is_err();
        Residue {
            workers: Semaphore::new(workers),
            connections: Semaphore::new(connections),
            open: AtomicUsize::new(0),
            headers: Mutex::default(),
            default_env: Mutex::default(),
            environment: Mutex::default(),
            lines: Mutex::default(),
            upset: AtomicBool::new(false),
            spent: AtomicBool::new(false),
            last: Mutex::default(),
            loading: AtomicBool::new(false),
            back_since: before.then(Instant::now),
        }
    }
}

/// What a mutex guards, even if a task that held it failed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

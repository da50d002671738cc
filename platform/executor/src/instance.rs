//! An instance as the executor keeps it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use adapter::Instance;
use hyper::header::HeaderValue;
use serde::Serialize;
use tokio::time::Instant;

use crate::connections::Connections;
use crate::place::Reserved;
use crate::state::{Cell, State};

/// How a call came to its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// It was there.
    Warm,
    /// It was started before without a package, and got it now.
    Pool,
    /// It was started for this.
    Cold,
}

impl Start {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Start::Warm => "warm",
            Start::Pool => "pool",
            Start::Cold => "cold",
        }
    }
}

/// What it cost to have an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) how: Start,
    pub(crate) start: Duration,
    pub(crate) deliver: Duration,
}

/// An instance with its state, its key and its connections.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) instance: Arc<dyn Instance>,
    /// Its key, as each call carries it.
    pub(crate) challenge: HeaderValue,
    pub(crate) state: Cell,
    pub(crate) connections: Connections,
    created: Instant,
    used: AtomicU64,
    is_unused: AtomicBool,
    /// Its share of the machine's memory, until it is gone.
    _memory: Reserved,
}

impl Member {
    pub(crate) fn new(instance: Arc<dyn Instance>, challenge: HeaderValue, memory: Reserved) -> Self {
        Member {
            instance,
            challenge,
            state: Cell::new(),
            connections: Connections::default(),
            created: Instant::now(),
            used: AtomicU64::new(0),
            is_unused: AtomicBool::new(true),
            _memory: memory,
        }
    }

    /// Whether nobody has called it yet; only the first to ask hears `true`.
    pub(crate) fn is_first_use(&self) -> bool {
        self.is_unused.swap(false, Ordering::SeqCst)
    }

    /// Notes that it was used just now.
    pub(crate) fn touch(&self) {
        let since = u64::try_from(self.created.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used.store(since, Ordering::SeqCst);
    }

    /// How long nobody has used it.
    pub(crate) fn idle(&self) -> Duration {
        self.created.elapsed().saturating_sub(Duration::from_millis(self.used.load(Ordering::SeqCst)))
    }

    /// How long it has been there.
    pub(crate) fn age(&self) -> Duration {
        self.created.elapsed()
    }

    /// Ends it, whatever it does, and returns once it is gone. Only the first who says so does it.
    pub(crate) async fn kill(&self) {
        if self.state.kill()
            && let Err(error) = self.instance.stop().await
        {
            eprintln!("failed to stop instance {}: {error}; the next start removes it", self.instance.id());
        }
    }

    /// From claimed or starting to serving.
    pub(crate) fn serve(&self) {
        let _ =
            self.state.go(State::Starting, State::Ready(0)) || self.state.go(State::Claimed, State::Ready(0));
        self.touch();
    }
}

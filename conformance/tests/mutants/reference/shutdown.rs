//! The end of a server: nothing new comes in, what runs is answered.

use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

/// How long half a request gets to become a whole one.
const GRACE: Duration = Duration::from_secs(3);

/// Tells those who wait that the server stops.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Whether it stops.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Comes when it stops.
    pub(crate) async fn told(&self) {
        if self.0.clone().wait_for(|told| *told).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Comes a while after.
    pub(crate) async fn told_long_ago(&self) {
        self.told().await;
        tokio::time::sleep(GRACE).await;
    }
}

/// Held by whatever the server waits for before it ends: a connection, a function.
#[derive(Clone, Debug)]
pub(crate) struct Hold(#[allow(dead_code)] mpsc::Sender<Infallible>);

/// The end of a server.
#[derive(Debug)]
pub(crate) struct Shutdown {
    told: watch::Sender<bool>,
    hold: Mutex<Option<Hold>>,
}

/// The other side of every [`Hold`].
#[derive(Debug)]
pub(crate) struct Held(mpsc::Receiver<Infallible>);

impl Shutdown {
    /// One that was not told yet, and what it will wait for.
    pub(crate) fn new() -> (Self, Held) {
        let (sender, receiver) = mpsc::channel(1);
        (Shutdown { told: watch::Sender::new(false), hold: Mutex::new(Some(Hold(sender))) }, Held(receiver))
    }

    /// What tells of it.
    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.told.subscribe())
    }

    /// What keeps the server up until it is dropped; none once it stops.
    pub(crate) fn hold(&self) -> Option<Hold> {
        self.hold.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Tells all, and waits for those that hold it up.
    pub(crate) async fn finish(&self, mut held: Held) {
        self.hold.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let _ = self.told.send(true);
        while held.0.recv().await.is_some() {}
    }
}

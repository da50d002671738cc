//! How an instance comes to be: from the pool of those that wait, else by a start.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adapter::{Adapter, Package, Spec};
use hyper::header::HeaderValue;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::instance::{Cost, Member, Start};
use crate::warm::{Shelf, Warm};
use crate::{Refusal, Settings, ready};

/// Where instances come from.
#[derive(Debug)]
pub(crate) struct Place {
    adapter: Arc<dyn Adapter>,
    settings: Settings,
    starts: Semaphore,
    memory: Arc<AtomicU64>,
    warm: Warm,
}

/// Memory that was promised to an instance.
#[derive(Debug)]
pub(crate) struct Reserved {
    memory: Arc<AtomicU64>,
    mib: u64,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.memory.fetch_sub(self.mib, Ordering::SeqCst);
    }
}

impl Place {
    pub(crate) fn new(adapter: Arc<dyn Adapter>, settings: Settings) -> Self {
        let starts = Semaphore::new(settings.starts);
        Place { adapter, settings, starts, memory: Arc::default(), warm: Warm::default() }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn warm(&self) -> &Warm {
        &self.warm
    }

    /// An instance with this package, ready for calls.
    pub(crate) async fn bring(
        self: &Arc<Self>,
        shelf: &Shelf,
        package: &Package,
    ) -> Result<(Arc<Member>, Cost), Refusal> {
        if let Some(member) = self.warm.claim(shelf) {
            let begun = Instant::now();
            let delivered = member.instance.deliver(package).await;
            self.refill(shelf);
            match delivered {
                Ok(()) => {
                    member.serve();
                    let cost = Cost { how: Start::Pool, start: Duration::ZERO, deliver: begun.elapsed() };
                    return Ok((member, cost));
                }
                // The package may be to blame, or the instance: a start will tell.
                Err(_) => member.kill().await,
            }
        }
        let begun = Instant::now();
        let member = self.start(shelf, Some(package)).await?;
        member.serve();
        let cost = Cost { how: Start::Cold, start: begun.elapsed(), deliver: Duration::ZERO };
        Ok((Arc::new(member), cost))
    }

    /// Has as many instances wait as are wanted, in the background.
    pub(crate) fn refill(self: &Arc<Self>, shelf: &Shelf) {
        if !self.adapter.capabilities().delivers {
            return;
        }
        for _ in 0..self.warm.missing(shelf, self.settings.warm) {
            let (place, shelf) = (self.clone(), shelf.clone());
            tokio::spawn(async move {
                let started = place.start(&shelf, None).await;
                if let Err(error) = &started {
                    eprintln!("the pool of {} stays empty for now: {error}", shelf.image);
                }
                if let Some(unwanted) = place.warm.put(&shelf, started.ok().map(Arc::new)) {
                    unwanted.kill().await;
                }
            });
        }
    }

    /// An instance that is ready and in the state of a start.
    async fn start(&self, shelf: &Shelf, package: Option<&Package>) -> Result<Member, Refusal> {
        let memory = self.reserve(shelf.memory.into())?;
        let _turn = self.starts.acquire().await.map_err(|_| Refusal::Stopping)?;
        let begun = Instant::now();
        let limit = self.settings.start;
        let key = key();
        let spec = Spec { image: shelf.image.clone(), key: key.clone(), memory: shelf.memory };
        // The engine has its own time-outs; one that hangs must not hold a turn for ever.
        let started = self.adapter.start(&spec, package).await;
        let instance = started.map_err(|error| Refusal::Start(error.to_string()))?;
        let challenge = HeaderValue::from_str(&key).map_err(|error| Refusal::Start(error.to_string()))?;
        let member = Member::new(instance, challenge, memory);
        let waited = ready::wait(member.instance.as_ref(), &key, limit.saturating_sub(begun.elapsed()));
        match waited.await {
            Ok(()) => Ok(member),
            Err(refusal) => {
                member.kill().await;
                Err(match refusal {
                    Refusal::StartTimeout(_) => Refusal::StartTimeout(limit),
                    other => other,
                })
            }
        }
    }

    fn reserve(&self, mib: u64) -> Result<Reserved, Refusal> {
        let most = self.settings.memory;
        let more = |promised: u64| Some(promised + mib).filter(|all| *all <= most);
        match self.memory.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more) {
            Ok(_) => Ok(Reserved { memory: self.memory.clone(), mib }),
            Err(promised) => Err(Refusal::Memory { wanted: mib, promised, most }),
        }
    }
}

/// A key of an instance's own: 256 bits in hexadecimal digits.
fn key() -> String {
    let halves: [u128; 2] = [rand::random(), rand::random()];
    format!("{:032x}{:032x}", halves[0], halves[1])
}

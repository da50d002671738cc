//! The instances of one deployment, and the calls that wait for one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapter::Package;
use function::Limits;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::Refusal;
use crate::instance::{Cost, Member};
use crate::log::Log;
use crate::place::Place;
use crate::state::State;
use crate::warm::Shelf;

/// What a pool serves.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) deployment: u32,
    pub(crate) shelf: Shelf,
    pub(crate) package: Package,
    pub(crate) file: Option<String>,
    pub(crate) limits: Limits,
}

/// The instances of one deployment.
#[derive(Debug)]
pub(crate) struct Pool {
    plan: Plan,
    place: Arc<Place>,
    log: Arc<Log>,
    inner: Mutex<Inner>,
    tickets: AtomicU32,
    is_retired: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    members: Vec<Arc<Member>>,
    waiting: VecDeque<oneshot::Sender<Result<Lease, Refusal>>>,
    starting: u32,
}

/// A place among the calls that wait or run. It is given back when dropped.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Pool>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.tickets.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A call's place inside an instance. It is given back when dropped, to whoever waits first.
#[derive(Debug)]
pub(crate) struct Lease {
    pool: Arc<Pool>,
    pub(crate) member: Arc<Member>,
    /// What the instance cost, if it was started or taken for this call.
    pub(crate) cost: Option<Cost>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.member.touch();
        if self.member.state.leave() == State::Draining(0) {
            self.pool.discard(&self.member);
        }
        self.pool.hand_out();
    }
}

impl Pool {
    pub(crate) fn new(plan: Plan, place: Arc<Place>, log: Arc<Log>) -> Arc<Self> {
        place.warm().want(&plan.shelf);
        let (inner, tickets, is_retired) = Default::default();
        Arc::new(Pool { plan, place, log, inner, tickets, is_retired })
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The instances that there are.
    pub(crate) fn members(&self) -> Vec<Arc<Member>> {
        self.inner().members.clone()
    }

    /// Lets a call in, to run or to wait.
    ///
    /// # Errors
    /// As many as may do already.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Ticket, Refusal> {
        let Limits { at_once, instances, queue, .. } = self.plan.limits;
        let most = at_once * instances + queue;
        let one_more = |inside: u32| Some(inside + 1).filter(|all| *all <= most);
        match self.tickets.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_more) {
            Ok(_) => Ok(Ticket(self.clone())),
            Err(_) => Err(Refusal::QueueFull { waiting: queue }),
        }
    }

    /// A place inside an instance: at once if there is one, else in the order of asking.
    ///
    /// # Errors
    /// None became free in time, or none could be started.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, Refusal> {
        let waiting = {
            let mut inner = self.inner();
            // Nobody is passed over: whoever waits comes first.
            if inner.waiting.is_empty()
                && let Some(member) = self.enter(&inner)
            {
                return Ok(Lease { pool: self.clone(), member, cost: None });
            }
            let (sender, receiver) = oneshot::channel();
            inner.waiting.push_back(sender);
            self.start_missing(&mut inner);
            receiver
        };
        let settings = self.place.settings();
        // A start has a budget of its own, which its error names.
        match timeout(settings.queue + settings.start, waiting).await {
            Ok(Ok(granted)) => granted,
            Ok(Err(_)) => Err(Refusal::Stopping),
            Err(_) => Err(Refusal::QueueTimeout(settings.queue)),
        }
    }

    fn enter(&self, inner: &Inner) -> Option<Arc<Member>> {
        inner.members.iter().find(|member| member.state.enter(self.plan.limits.at_once)).cloned()
    }

    /// One start for each unit of room that is missing: not one for each call.
    fn start_missing(self: &Arc<Self>, inner: &mut Inner) {
        let Limits { at_once, instances, .. } = self.plan.limits;
        inner.waiting.retain(|waiting| !waiting.is_closed());
        while (inner.starting * at_once) < inner.waiting.len() as u32
            && inner.members.len() as u32 + inner.starting < instances
        {
            inner.starting += 1;
            let pool = self.clone();
            tokio::spawn(async move {
                let brought = pool.place.bring(&pool.plan.shelf, &pool.plan.package).await;
                pool.brought(brought);
            });
        }
    }

    fn brought(self: &Arc<Self>, brought: Result<(Arc<Member>, Cost), Refusal>) {
        let mut refused = Vec::new();
        let mut inner = self.inner();
        inner.starting -= 1;
        match brought {
            Ok((member, cost)) => {
                self.log.follow(&member, self.plan.deployment);
                inner.members.push(member.clone());
                // The one who has waited longest gets it, and is told what it cost.
                while let Some(first) = inner.waiting.pop_front() {
                    if !member.state.enter(self.plan.limits.at_once) {
                        inner.waiting.push_front(first);
                        break;
                    }
                    let cost = member.is_first_use().then_some(cost);
                    let lease = Lease { pool: self.clone(), member: member.clone(), cost };
                    refused.extend(first.send(Ok(lease)).err());
                }
            }
            // As long as there is another instance, or one is coming, nobody has to hear of it.
            Err(refusal) if inner.members.is_empty() && inner.starting == 0 => {
                for waiting in inner.waiting.drain(..) {
                    refused.extend(waiting.send(Err(refusal.clone())).err());
                }
            }
            Err(_) => {}
        }
        drop(inner);
        // Places of those who went away meanwhile: given back now that the lock is free.
        drop(refused);
        if self.is_retired.load(Ordering::SeqCst) {
            self.reap(Duration::ZERO);
        }
    }

    /// Hands free places to whoever waits. Then, if this pool is retired, what is idle goes.
    fn hand_out(self: &Arc<Self>) {
        let mut refused = Vec::new();
        let mut inner = self.inner();
        while let Some(first) = inner.waiting.pop_front() {
            if first.is_closed() {
                continue;
            }
            let Some(member) = self.enter(&inner) else {
                inner.waiting.push_front(first);
                break;
            };
            let lease = Lease { pool: self.clone(), member, cost: None };
            refused.extend(first.send(Ok(lease)).err());
        }
        self.start_missing(&mut inner);
        drop(inner);
        drop(refused);
        if self.is_retired.load(Ordering::SeqCst) {
            self.reap(Duration::ZERO);
        }
    }

    /// Takes an instance out, and ends it in the background.
    pub(crate) fn discard(self: &Arc<Self>, member: &Arc<Member>) {
        let mut inner = self.inner();
        inner.members.retain(|other| !Arc::ptr_eq(other, member));
        self.start_missing(&mut inner);
        drop(inner);
        let member = member.clone();
        tokio::spawn(async move { member.kill().await });
    }

    /// Ends instances that nobody has called for so long.
    pub(crate) fn reap(self: &Arc<Self>, idle: Duration) {
        for member in self.members() {
            if member.idle() >= idle && member.state.reap() {
                self.discard(&member);
            }
        }
    }

    /// Starts an instance, if there is none, and waits until it is ready.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) async fn warm_up(self: &Arc<Self>) -> Result<(), Refusal> {
        let (member, _) = self.place.bring(&self.plan.shelf, &self.plan.package).await?;
        self.log.follow(&member, self.plan.deployment);
        self.inner().members.push(member);
        Ok(())
    }

    /// No call will come that was not let in before. What is idle goes, what is busy may end.
    pub(crate) fn retire(self: &Arc<Self>) {
        if self.is_retired.swap(true, Ordering::SeqCst) {
            return;
        }
        for member in self.place.warm().unwant(&self.plan.shelf) {
            tokio::spawn(async move { member.kill().await });
        }
        self.reap(Duration::ZERO);
    }

    /// Ends every instance now, and tells whoever waits.
    pub(crate) async fn stop(self: &Arc<Self>) {
        self.retire();
        let (members, waiting) = {
            let mut inner = self.inner();
            (std::mem::take(&mut inner.members), std::mem::take(&mut inner.waiting))
        };
        for waiting in waiting {
            drop(waiting.send(Err(Refusal::Stopping)));
        }
        for member in members {
            member.kill().await;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The executor: functions by name.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use adapter::{Adapter, Package};
use function::{Limits, Name};
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval};

use crate::call::{self, Answer};
use crate::function::Function;
use crate::instance::Member;
use crate::log::Log;
use crate::place::Place;
use crate::pool::{Plan, Pool, Ticket};
use crate::warm::Shelf;
use crate::{Call, Refusal, Settings};

/// How often idle instances are looked for.
const REAPING: Duration = Duration::from_millis(250);

/// A deployment that is to answer calls.
#[derive(Clone, Debug)]
pub struct Active {
    /// Whose it is.
    pub function: Name,
    /// Its number.
    pub deployment: u32,
    /// The image.
    pub image: String,
    /// The SHA-256 of its package.
    pub digest: String,
    /// The file with its package.
    pub package: PathBuf,
    /// The file that the image calls by default.
    pub entrypoint: String,
    /// The file that is called, if it is another.
    pub file: Option<String>,
    /// How much it is allowed.
    pub limits: Limits,
}

/// A deployment with an instance that is ready, which does not answer yet. Dropped without being put, it leaves
/// instances behind: discard it.
#[derive(Debug)]
pub struct Prepared {
    function: Name,
    pool: Arc<Pool>,
    log: Arc<Log>,
}

/// An instance, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRow {
    /// What it is called at its place.
    pub id: String,
    /// The function that it serves; none while it waits in a pool.
    pub function: Option<Name>,
    /// The deployment that it serves.
    pub deployment: Option<u32>,
    /// The image.
    pub image: String,
    /// Its state.
    pub state: String,
    /// Calls inside.
    pub calls: u32,
    /// For how many milliseconds it has been there.
    pub age_ms: u64,
    /// For how many milliseconds nobody has called it.
    pub idle_ms: u64,
}

/// Runs functions.
#[derive(Debug)]
pub struct Executor {
    place: Arc<Place>,
    functions: RwLock<HashMap<Name, Arc<Function>>>,
}

impl Executor {
    /// An executor of no functions. It reaps idle instances for as long as it is there.
    pub fn new(adapter: Arc<dyn Adapter>, settings: Settings) -> Arc<Self> {
        let place = Arc::new(Place::new(adapter, settings));
        let executor = Arc::new(Executor { place, functions: RwLock::default() });
        let weak = Arc::downgrade(&executor);
        tokio::spawn(async move {
            let mut ticks = interval(REAPING);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Some(executor) = weak.upgrade() else { return };
                executor.reap();
            }
        });
        executor
    }

    /// Budgets and bounds.
    pub fn settings(&self) -> &Settings {
        self.place.settings()
    }

    /// Starts a first instance of a deployment. What answered before still does.
    ///
    /// # Errors
    /// It is not ready in time, or cannot be started.
    pub async fn prepare(&self, active: &Active) -> Result<Prepared, Refusal> {
        let prepared = self.prepared(active);
        match prepared.pool.warm_up().await {
            Ok(()) => Ok(prepared),
            Err(refusal) => {
                prepared.discard().await;
                Err(refusal)
            }
        }
    }

    /// Has a deployment answer from its next call on, with this environment. Of what answered before, instances go when
    /// their calls have ended.
    pub fn put(&self, prepared: Prepared, environment: &BTreeMap<String, String>) {
        let Prepared { function, pool, log } = prepared;
        let mut functions = self.functions.write().unwrap_or_else(PoisonError::into_inner);
        let before = match functions.get(&function) {
            Some(there) => Some(there.replace(pool.clone())),
            None => {
                let new = Function::new(environment, pool.clone(), log);
                functions.insert(function, Arc::new(new));
                None
            }
        };
        drop(functions);
        if let Some(before) = before {
            before.retire();
        }
        self.place.refill(&pool.plan().shelf);
    }

    /// The same without a first instance: at the first call one is taken or started.
    pub fn serve(&self, active: &Active, environment: &BTreeMap<String, String>) {
        self.put(self.prepared(active), environment);
    }

    /// Changes the environment of a function from its next call on.
    pub fn set_environment(&self, function: &Name, environment: &BTreeMap<String, String>) {
        if let Some(function) = self.functions().get(function) {
            function.set_environment(environment);
        }
    }

    /// Ends a function, with the calls inside.
    pub async fn remove(&self, function: &Name) {
        let removed = self.functions.write().unwrap_or_else(PoisonError::into_inner).remove(function);
        if let Some(removed) = removed {
            removed.pool().stop().await;
        }
    }

    /// The log of a function.
    pub fn log(&self, function: &Name) -> Option<Arc<Log>> {
        self.functions().get(function).map(|function| function.log.clone())
    }

    /// Every instance.
    pub fn instances(&self) -> Vec<InstanceRow> {
        let mut rows = Vec::new();
        for (name, function) in self.functions().iter() {
            let pool = function.pool();
            for member in pool.members() {
                let deployment = pool.plan().deployment;
                rows.push(row(&member, Some((name, deployment)), &pool.plan().shelf.image));
            }
        }
        rows.extend(self.place.warm().all().iter().map(|(image, member)| row(member, None, image)));
        rows.sort_by(|a, b| (&a.function, &a.id).cmp(&(&b.function, &b.id)));
        rows
    }

    /// Lets a call of a function in. What follows, the body and the instance, is for those who were.
    ///
    /// # Errors
    /// There is no such function, or as many calls as may do wait.
    pub fn admit(&self, function: &str) -> Result<Admitted, Refusal> {
        let named = function.parse::<Name>().ok();
        let found = named.and_then(|name| self.functions().get(&name).cloned());
        let function = found.ok_or_else(|| Refusal::NoFunction(function.chars().take(80).collect()))?;
        let pool = function.pool();
        let ticket = pool.admit()?;
        Ok(Admitted { function, pool, ticket })
    }

    /// Ends every instance, and what waits.
    pub async fn stop(&self) {
        let functions: Vec<_> =
            self.functions.write().unwrap_or_else(PoisonError::into_inner).drain().collect();
        for (_, function) in functions {
            function.pool().stop().await;
        }
        for member in self.place.warm().empty() {
            member.kill().await;
        }
    }

    fn prepared(&self, active: &Active) -> Prepared {
        let log = self.log(&active.function).unwrap_or_default();
        let plan = Plan {
            deployment: active.deployment,
            shelf: Shelf { image: active.image.clone(), memory: active.limits.memory },
            package: Package {
                digest: active.digest.clone(),
                file: active.package.clone(),
                entrypoint: active.file.clone().unwrap_or_else(|| active.entrypoint.clone()),
            },
            file: active.file.clone(),
            limits: active.limits,
        };
        let pool = Pool::new(plan, self.place.clone(), log.clone());
        Prepared { function: active.function.clone(), pool, log }
    }

    fn reap(&self) {
        for function in self.functions().values() {
            let pool = function.pool();
            pool.reap(Duration::from_millis(pool.plan().limits.idle_ms));
        }
    }

    fn functions(&self) -> RwLockReadGuard<'_, HashMap<Name, Arc<Function>>> {
        self.functions.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Prepared {
    /// Ends what was started.
    pub async fn discard(self) {
        self.pool.stop().await;
    }
}

/// A call that was let in.
#[derive(Debug)]
pub struct Admitted {
    function: Arc<Function>,
    pool: Arc<Pool>,
    ticket: Ticket,
}

impl Admitted {
    /// Runs it, to its end: a client that goes away stops neither the function nor what keeps count of it.
    ///
    /// # Errors
    /// There is no answer of the function.
    pub async fn run(self, call: Call) -> Result<Answer, Refusal> {
        let Admitted { function, pool, ticket } = self;
        let running = tokio::spawn(async move {
            let environment = function.environment();
            call::run(&pool, &call, &environment, ticket).await
        });
        running.await.unwrap_or(Err(Refusal::Stopping))
    }
}

fn row(member: &Member, of: Option<(&Name, u32)>, image: &str) -> InstanceRow {
    let (state, calls) = member.state.get().word();
    let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    InstanceRow {
        id: member.instance.id().into(),
        function: of.map(|(name, _)| name.clone()),
        deployment: of.map(|(_, deployment)| deployment),
        image: image.into(),
        state: state.into(),
        calls,
        age_ms: ms(member.age()),
        idle_ms: ms(member.idle()),
    }
}

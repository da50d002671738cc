//! A run: what it is over, what came of it, and what it leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{OnceCell, RwLock};
use tokio::task::JoinHandle;

use super::interrupt::interrupted;
use super::order::Order;
use super::program::owner;
use super::reason::reason;
use super::time_scale::time_scale;
use crate::backend::Spec;
use crate::contract;
use crate::docker::{Progress, Session};
use crate::fixture::Runtime;
use crate::plan::{Part, Plan, Planned};
use crate::report::{Journal, Outcome, Tally};
use engine::Leftovers;
use protocol::RuntimeId;

/// Between looks for what is left: what is being started at this very moment shows up on the next.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The folder with the results, `target/conformance` in the repository at `root`.
pub fn results(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    target.join("conformance")
}

/// A run over a plan.
#[derive(Debug)]
pub struct Run {
    planned: Vec<Planned>,
    pub(super) session: Arc<Session>,
    pub(super) versions: BTreeMap<RuntimeId, Version>,
    /// Held for reading by every check, and for writing by one that measures time.
    pub(super) quiet: RwLock<()>,
    pub(super) order: Order,
    pub(super) journal: Journal,
    pub(super) told: Mutex<BTreeSet<String>>,
    /// What builds images before a check asks for them.
    pub(super) ahead: Mutex<Option<JoinHandle<()>>>,
    begun: Instant,
}

/// A version, and what came of its requirements so far.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) runtime: Arc<Runtime>,
    outcomes: Mutex<BTreeMap<&'static str, Arc<OnceCell<Outcome>>>>,
}

impl Version {
    /// The place for the outcome of a requirement.
    pub(super) fn cell(&self, id: &'static str) -> Arc<OnceCell<Outcome>> {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        outcomes.entry(id).or_default().clone()
    }
}

/// What a finished run says of itself.
#[derive(Debug)]
pub struct Summary {
    /// Every result, in the order of the plan.
    pub outcomes: Vec<Outcome>,
    /// How many of each.
    pub tally: Tally,
    /// Where the report is.
    pub report: PathBuf,
    /// Seconds from the plan to the end.
    pub seconds: f64,
    /// Seconds of these in which the part that measures time had the machine for itself, and how many checks it had.
    pub timed: (f64, usize),
    /// What went wrong with the run itself: a check that never reported, something left behind.
    pub faults: Vec<String>,
}

impl Summary {
    /// How long the run took, and how long of it the timed part: `81.0 s, 22.4 s of it for 2 timed checks`.
    pub fn times(&self) -> String {
        let of_it = match self.timed {
            (_, 0) => String::new(),
            (seconds, 1) => format!(", {seconds:.1} s of it for the one timed check"),
            (seconds, number) => format!(", {seconds:.1} s of it for the {number} timed checks"),
        };
        format!("{:.1} s{of_it}", self.seconds)
    }
}

impl Run {
    /// A run of a plan on containers of the engine, of which nothing is started yet; its journal is in
    /// `target/conformance`.
    ///
    /// # Errors
    /// The journal cannot be written, or the time scale is not a positive number.
    pub fn new(root: &Path, plan: Plan, progress: Arc<dyn Progress>) -> Result<Self, String> {
        Run::new_in(root, plan, progress, &results(root))
    }

    /// The same with the journal in another folder.
    ///
    /// # Errors
    /// As [`Run::new`].
    pub fn new_in(
        root: &Path,
        plan: Plan,
        progress: Arc<dyn Progress>,
        folder: &Path,
    ) -> Result<Self, String> {
        let random: u32 = rand::random();
        let owner = owner(&format!("{}-{random:08x}", std::process::id()));
        let session = Arc::new(Session::new(root, owner, time_scale()?, progress));
        let runtime = |spec: &Arc<Spec>| Arc::new(Runtime::new((**spec).clone(), session.clone()));
        let runtimes = plan.versions.values().map(runtime).collect();
        Run::over(runtimes, plan.planned, session, folder)
    }

    /// A run over runtimes wherever they are.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn over(
        runtimes: Vec<Arc<Runtime>>,
        planned: Vec<Planned>,
        session: Arc<Session>,
        folder: &Path,
    ) -> Result<Self, String> {
        let journal = Journal::open(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let version = |runtime: Arc<Runtime>| {
            (runtime.spec.id.clone(), Version { runtime, outcomes: Mutex::default() })
        };
        Ok(Run {
            versions: runtimes.into_iter().map(version).collect(),
            planned,
            session,
            quiet: RwLock::new(()),
            order: Order::default(),
            journal,
            told: Mutex::default(),
            ahead: Mutex::default(),
            begun: Instant::now(),
        })
    }

    /// The same run in another order, which is told.
    #[must_use]
    pub fn ordered(self, order: Order) -> Self {
        if let Some(told) = order.told() {
            self.session.say(&told);
        }
        Run { order, ..self }
    }

    /// What is planned, in the order in which it is to be judged.
    pub fn in_order(&self) -> Vec<&Planned> {
        let mut planned: Vec<&Planned> = self.planned.iter().collect();
        self.order.arrange(&mut planned, |planned| planned.name());
        planned
    }

    /// What is planned.
    pub fn planned(&self) -> &[Planned] {
        &self.planned
    }

    /// Tells of a failure that only warns; any other is given back.
    pub(super) fn warn_or_fail(&self, id: &RuntimeId, why: String) -> Result<(), String> {
        let of_it = self.planned.iter().find(|planned| planned.runtime == *id);
        if !of_it.is_some_and(|planned| planned.exceptions.standing.only_warns()) {
            return Err(why);
        }
        self.session.say(&format!("warning: {id}: {why}"));
        Ok(())
    }

    /// Removes what the run started, and sums it up. `selected` is how many were to report.
    pub async fn finish(&self, selected: usize) -> Summary {
        if self.session.is_stopped() {
            // Interrupted: checks fail for want of the engine, and whoever cleans up ends the process.
            std::future::pending::<()>().await;
        }
        let mut faults = self.clean_up().await.err().into_iter().collect::<Vec<_>>();
        let mut outcomes = self.journal.outcomes();
        let order: BTreeMap<String, usize> =
            self.planned.iter().enumerate().map(|(number, planned)| (planned.name(), number)).collect();
        outcomes.sort_by_key(|outcome| order.get(&outcome.name()).copied());
        let names: BTreeSet<String> = outcomes.iter().map(Outcome::name).collect();
        if names.len() != selected || outcomes.len() != selected {
            faults.push(format!(
                "{selected} checks were selected, {} reported, {} of them once",
                outcomes.len(),
                names.len()
            ));
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        let report = self.journal.write_report(self.session.time_scale(), seconds).unwrap_or_else(|error| {
            faults.push(format!("the report could not be written: {error}"));
            PathBuf::new()
        });
        let timed = timed(&outcomes);
        Summary { tally: Tally::of(&outcomes), outcomes, report, seconds, timed, faults }
    }

    /// Ends what `build_ahead` began.
    async fn stop_building(&self) {
        let ahead = self.ahead.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(ahead) = ahead {
            ahead.abort();
            // Until then it may still be making something.
            let _aborted = ahead.await;
        }
    }

    /// What this run has in the engine now.
    pub async fn left(&self) -> Result<Leftovers, String> {
        match self.session.engine_if_used() {
            Some(engine) => engine.mine().await.map_err(|error| error.to_string()),
            None => Ok(Leftovers::default()),
        }
    }

    /// Removes everything that this run started and that is still there.
    ///
    /// # Errors
    /// What could not be removed.
    pub async fn clean_up(&self) -> Result<(), String> {
        self.stop_building().await;
        for version in self.versions.values() {
            version.runtime.close().await.map_err(|error| reason(&error))?;
        }
        let Some(engine) = self.session.engine_if_used() else { return Ok(()) };
        for _ in 0..20 {
            let mine = self.left().await?;
            if mine.is_empty() {
                return Ok(());
            }
            engine.remove(&mine).await.map_err(|error| error.to_string())?;
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err("something that this run started could not be removed; `conformance clean` tries again".into())
    }

    /// On Ctrl-C or SIGTERM: removes what the run started and ends the process with 130.
    pub fn clean_up_on_interrupt(self: &Arc<Self>) {
        let run = Arc::clone(self);
        tokio::spawn(async move {
            interrupted().await;
            run.session.stop();
            eprintln!("interrupted: removing what this run started");
            let removed = run.clean_up().await;
            if let Err(why) = removed {
                eprintln!("{why}");
            }
            std::process::exit(130);
        });
    }
}

/// The seconds that the timed part took, and how many checks it had.
fn timed(outcomes: &[Outcome]) -> (f64, usize) {
    let is_timed = |outcome: &&Outcome| {
        contract::find(&outcome.id).is_some_and(|requirement| Part::of(requirement) == Part::Timed)
    };
    let timed: Vec<f64> = outcomes.iter().filter(is_timed).map(|outcome| outcome.seconds).collect();
    (timed.iter().sum(), timed.len())
}

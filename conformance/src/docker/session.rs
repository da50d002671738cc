//! What all runtimes of a run share, made when first asked for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use crate::backend::{Base, CheckError, CheckResult};
use crate::docker::agent;
use crate::docker::bases::Bases;
use crate::docker::progress::Progress;
use engine::{Engine, Owner};

/// What all runtimes of a run share.
#[derive(Debug)]
pub struct Session {
    root: PathBuf,
    owner: Owner,
    key: String,
    time_scale: f64,
    progress: Arc<dyn Progress>,
    stopped: AtomicBool,
    engine: OnceCell<CheckResult<Engine>>,
    bases: Bases,
    agent: OnceCell<CheckResult<Arc<Vec<u8>>>>,
}

impl Session {
    /// The session of a run over the repository at `root`. Nothing is made or started yet.
    pub fn new(root: &Path, owner: Owner, time_scale: f64, progress: Arc<dyn Progress>) -> Self {
        let bases = Bases::of(root.to_path_buf(), progress.clone());
        Session {
            root: root.to_path_buf(),
            owner,
            key: new_key(),
            time_scale,
            progress,
            stopped: AtomicBool::new(false),
            engine: OnceCell::new(),
            bases,
            agent: OnceCell::new(),
        }
    }

    /// The key of the run, of visible ASCII that shells and patterns stumble over.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What time budgets are multiplied with: `CONFORMANCE_TIME_SCALE`, 1 if unset.
    pub fn time_scale(&self) -> f64 {
        self.time_scale
    }

    /// The labels on everything that the run starts, in order.
    pub fn labels(&self) -> Vec<(String, String)> {
        let labels: BTreeMap<_, _> = self.owner.labels().into_iter().collect();
        labels.into_iter().collect()
    }

    /// Says that something that takes long begins.
    pub fn say(&self, line: &str) {
        self.progress.say(line);
    }

    /// Hands on a line of its output.
    pub fn detail(&self, line: &str) {
        self.progress.detail(line);
    }

    /// From now on nothing more is started: a caller that asks for the engine is refused.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether nothing more is started.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// The engine, if one was asked for; never connects.
    pub fn engine_if_used(&self) -> Option<&Engine> {
        self.engine.get()?.as_ref().ok()
    }

    /// The engine. The first to ask also removes what killed runs of this host left behind.
    ///
    /// # Errors
    /// None answers.
    pub async fn engine(&self) -> CheckResult<Engine> {
        if self.is_stopped() {
            return Err(CheckError::Fault("the run is being stopped".into()));
        }
        let connected = self.engine.get_or_init(|| async {
            let missing = |error: engine::Error| CheckError::missing("the container engine", error);
            let engine = Engine::connect(self.owner.clone()).await.map_err(missing)?;
            let abandoned = engine.abandoned().await?;
            if !abandoned.is_empty() {
                let (containers, volumes) = (abandoned.containers.len(), abandoned.volumes.len());
                self.say(&format!("removing {containers} containers and {volumes} volumes of a killed run"));
                engine.remove(&abandoned).await?;
            }
            Ok(engine)
        });
        connected.await.clone()
    }

    /// The id of a base image, built when first asked for.
    ///
    /// # Errors
    /// The engine does not have the Debian that it is built on, or it cannot be built.
    pub async fn base(&self, base: &Base) -> CheckResult<String> {
        let engine = self.engine().await?;
        self.bases.image(base, &engine).await
    }

    /// The static program that looks from inside a container, the one in the harness if the
    /// engine runs that platform, else compiled in a stage of an image when first asked for.
    ///
    /// # Errors
    /// It cannot be compiled.
    pub async fn agent(&self) -> CheckResult<Arc<Vec<u8>>> {
        let made = self.agent.get_or_init(|| async {
            let engine = self.engine().await?;
            let here = std::env::consts::OS == engine.platform().os
                && std::env::consts::ARCH == engine.platform().architecture
                && !agent::HERE.is_empty()
                && std::env::var_os("CONFORMANCE_AGENT_IN_STAGE").is_none();
            if here {
                return Ok(Arc::new(agent::HERE.to_vec()));
            }
            let source = self.root.join("conformance/agent");
            let made = agent::compile_in_stage(&engine, &source, self.progress.as_ref()).await;
            made.map(Arc::new).map_err(|why| CheckError::missing("the agent containers", why))
        });
        made.await.clone()
    }
}

fn new_key() -> String {
    let random: u64 = rand::random();
    format!("k${{HOME}}\"'`\\;*#!~{random:016x}")
}

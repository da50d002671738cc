//! One version of a runtime: its packages, made when first asked for, and the server that checks share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::target::backend::{Backend, Instance};
use crate::target::ready::boot;
use crate::target::registry;
use crate::target::{
    BuildJob, Built, CheckError, CheckResult, Containers, Launch, Package, Server, Session, Spec, Started,
};
use crate::wire::Transcript;
use engine::Image;

type PackageCell = Arc<OnceCell<CheckResult<Arc<Vec<u8>>>>>;

/// One version of a runtime.
#[derive(Debug)]
pub struct Runtime {
    /// What is known of it.
    pub spec: Spec,
    session: Arc<Session>,
    place: Box<dyn Backend>,
    packages: Mutex<BTreeMap<Package, PackageCell>>,
    shared: tokio::sync::Mutex<Option<CheckResult<Server>>>,
}

impl Runtime {
    /// A runtime in containers of the engine. Nothing of it is made yet.
    pub fn new(spec: Spec, session: Arc<Session>) -> Self {
        let place = Box::new(Containers::new(spec.clone(), session.clone()));
        Runtime::at(place, spec, session)
    }

    /// A runtime that runs elsewhere.
    pub fn at(place: Box<dyn Backend>, spec: Spec, session: Arc<Session>) -> Self {
        Runtime { spec, session, place, packages: Mutex::default(), shared: tokio::sync::Mutex::default() }
    }

    /// What it shares with the other runtimes of the run.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Its image, built when first asked for.
    ///
    /// # Errors
    /// It cannot be built: told once, and blocking whatever depends on it.
    pub async fn image(&self) -> CheckResult<Image> {
        self.place.image().await
    }

    /// Whether its machines run the agent.
    pub(super) fn has_agent(&self) -> bool {
        self.place.has_agent()
    }

    /// Runs `build.sh` on an instance of its own.
    ///
    /// # Errors
    /// The engine fails, it does not end in time, or it may reach the network and a registry is down.
    pub async fn run_build(&self, job: &BuildJob) -> CheckResult<Built> {
        let built = self.place.build(job).await?;
        match registry::unreachable(&built.log) {
            Some(line) if job.online && built.exit.code != 0 => Err(registry::down("build.sh", line)),
            _ => Ok(built),
        }
    }

    /// A launch that has the bare server in place of a package, and nothing else.
    ///
    /// # Errors
    /// It cannot be read or built.
    pub async fn bare(&self) -> CheckResult<Launch> {
        let program = self.place.bare().await?;
        Ok(Launch::default().without_package().file(&self.spec.bare.file, program.as_slice()))
    }

    /// The package, built when first asked for.
    ///
    /// # Errors
    /// It cannot be built: told once, and blocking whatever depends on it.
    pub async fn package(&self, package: Package) -> CheckResult<Arc<Vec<u8>>> {
        let cell = {
            let mut packages = self.packages.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            packages.entry(package).or_default().clone()
        };
        let made = cell.get_or_init(|| async {
            self.session.say(&format!("{}: building {package:?}", self.spec.label()));
            let built = self.run_build(&BuildJob::of(package.source())).await?;
            match &built.package {
                Some(bytes) if built.exit.code == 0 => Ok(Arc::new(bytes.clone())),
                _ => Err(CheckError::missing(
                    format!("the package {package:?} of {}", self.spec.label()),
                    format!(
                        "build.sh over {}: {}",
                        self.spec.source(package.source()).display(),
                        built.summary()
                    ),
                )),
            }
        });
        made.await.clone()
    }

    pub(super) async fn prepare(&self, launch: &Launch) -> CheckResult<Arc<dyn Instance>> {
        let package = match launch.given_package() {
            Some(package) => Some(self.package(package).await?),
            None => None,
        };
        self.place.prepare(launch, package).await
    }

    /// The server that checks share, started when first asked for and replaced when it has ended.
    ///
    /// # Errors
    /// It does not come up: told once, and blocking whatever depends on it.
    pub async fn shared(&self) -> CheckResult<Server> {
        let mut shared = self.shared.lock().await;
        if let Some(Ok(server)) = shared.as_ref()
            && let Some(_end) = server.ended().await?
        {
            server.instance().remove().await?;
            *shared = None;
        }
        if let Some(known) = shared.as_ref() {
            return known.clone();
        }
        let server = self.start_shared().await;
        *shared = Some(server.clone());
        server
    }

    /// How long it takes to start an instance, in milliseconds: from the request to the first answer of a
    /// server, as a client on this machine sees it. Reported, never judged.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn engine_start(&self) -> CheckResult<f64> {
        let instance = self.prepare(&Launch::default()).await?;
        let begun = std::time::Instant::now();
        let started = boot(instance.clone(), self.session.key(), Transcript::default()).await;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        instance.remove().await?;
        started.map(|_| took)
    }

    /// Ends the shared server.
    ///
    /// # Errors
    /// It cannot be removed.
    pub async fn close(&self) -> CheckResult {
        match self.shared.lock().await.take() {
            Some(Ok(server)) => server.instance().remove().await,
            _ => Ok(()),
        }
    }

    async fn start_shared(&self) -> CheckResult<Server> {
        let instance = self.prepare(&Launch::default()).await?;
        let what = format!("a server of {}", self.spec.label());
        match boot(instance, self.session.key(), Transcript::default()).await {
            Ok(Started::Serving(server)) => Ok(server),
            Ok(Started::Ended(ended)) => {
                Err(CheckError::missing(what, format!("it ended before it answered: {}", ended.summary())))
            }
            Err(CheckError::Broken { actual, .. }) => Err(CheckError::missing(what, actual)),
            Err(other) => Err(other),
        }
    }
}

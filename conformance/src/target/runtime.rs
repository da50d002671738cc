//! One version of a runtime: its packages, made when first asked for, and the server that checks share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::target::place::{Machine, Place};
use crate::target::ready::boot;
use crate::target::registry;
use crate::target::{
    BuildJob, Built, Checked, Containers, Facts, Launch, Package, Server, Started, Trouble, Workshop,
};
use crate::wire::Transcript;
use engine::Image;

type PackageCell = Arc<OnceCell<Checked<Arc<Vec<u8>>>>>;

/// One version of a runtime.
#[derive(Debug)]
pub struct Runtime {
    /// What is known of it.
    pub facts: Facts,
    workshop: Arc<Workshop>,
    place: Box<dyn Place>,
    packages: Mutex<BTreeMap<Package, PackageCell>>,
    shared: tokio::sync::Mutex<Option<Checked<Server>>>,
}

impl Runtime {
    /// A runtime in containers of the engine. Nothing of it is made yet.
    pub fn new(facts: Facts, workshop: Arc<Workshop>) -> Self {
        let place = Box::new(Containers::new(facts.clone(), workshop.clone()));
        Runtime::at(place, facts, workshop)
    }

    /// A runtime that runs elsewhere.
    pub fn at(place: Box<dyn Place>, facts: Facts, workshop: Arc<Workshop>) -> Self {
        Runtime { facts, workshop, place, packages: Mutex::default(), shared: tokio::sync::Mutex::default() }
    }

    /// What it shares with the other runtimes of the run.
    pub fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    /// Its image, built when first asked for.
    ///
    /// # Errors
    /// It cannot be built: told once, and blocking whatever stands on it.
    pub async fn image(&self) -> Checked<Image> {
        self.place.image().await
    }

    /// Whether its machines run the program inside.
    pub(super) fn has_inside(&self) -> bool {
        self.place.has_inside()
    }

    /// Runs `build.sh` on a machine of its own.
    ///
    /// # Errors
    /// The engine fails, it does not end in time, or it may reach the network and a registry is down.
    pub async fn run_build(&self, job: &BuildJob) -> Checked<Built> {
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
    pub async fn bare(&self) -> Checked<Launch> {
        let program = self.place.bare().await?;
        Ok(Launch::default().without_package().file(&self.facts.bare.file, program.as_slice()))
    }

    /// The package, built when first asked for.
    ///
    /// # Errors
    /// It cannot be built: told once, and blocking whatever stands on it.
    pub async fn package(&self, package: Package) -> Checked<Arc<Vec<u8>>> {
        let cell = {
            let mut packages = self.packages.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            packages.entry(package).or_default().clone()
        };
        let made = cell.get_or_init(|| async {
            self.workshop.say(&format!("{}: building {package:?}", self.facts.label()));
            let built = self.run_build(&BuildJob::of(package.source())).await?;
            match &built.package {
                Some(bytes) if built.exit.code == 0 => Ok(Arc::new(bytes.clone())),
                _ => Err(Trouble::missing(
                    format!("the package {package:?} of {}", self.facts.label()),
                    format!(
                        "build.sh over {}: {}",
                        self.facts.source(package.source()).display(),
                        built.summary()
                    ),
                )),
            }
        });
        made.await.clone()
    }

    pub(super) async fn prepare(&self, launch: &Launch) -> Checked<Arc<dyn Machine>> {
        let package = match launch.given_package() {
            Some(package) => Some(self.package(package).await?),
            None => None,
        };
        self.place.prepare(launch, package).await
    }

    /// The server that checks share, started when first asked for and replaced when it has ended.
    ///
    /// # Errors
    /// It does not come up: told once, and blocking whatever stands on it.
    pub async fn shared(&self) -> Checked<Server> {
        let mut shared = self.shared.lock().await;
        if let Some(Ok(server)) = shared.as_ref()
            && let Some(_end) = server.ended().await?
        {
            server.machine().remove().await?;
            *shared = None;
        }
        if let Some(known) = shared.as_ref() {
            return known.clone();
        }
        let server = self.start_shared().await;
        *shared = Some(server.clone());
        server
    }

    /// How long it takes to start a machine, in milliseconds: from the request to the first answer of a
    /// server, as a client on this machine sees it. Reported, never judged.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn engine_start(&self) -> Checked<f64> {
        let machine = self.prepare(&Launch::default()).await?;
        let begun = std::time::Instant::now();
        let started = boot(machine.clone(), self.workshop.key(), Transcript::default()).await;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        machine.remove().await?;
        started.map(|_| took)
    }

    /// Ends the shared server.
    ///
    /// # Errors
    /// It cannot be removed.
    pub async fn close(&self) -> Checked {
        match self.shared.lock().await.take() {
            Some(Ok(server)) => server.machine().remove().await,
            _ => Ok(()),
        }
    }

    async fn start_shared(&self) -> Checked<Server> {
        let machine = self.prepare(&Launch::default()).await?;
        let what = format!("a server of {}", self.facts.label());
        match boot(machine, self.workshop.key(), Transcript::default()).await {
            Ok(Started::Serving(server)) => Ok(server),
            Ok(Started::Ended(ended)) => {
                Err(Trouble::missing(what, format!("it ended before it answered: {}", ended.summary())))
            }
            Err(Trouble::Broken { actual, .. }) => Err(Trouble::missing(what, actual)),
            Err(other) => Err(other),
        }
    }
}

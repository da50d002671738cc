//! One version of a runtime: its image and packages, made when first asked for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::engine::{BuildRequest, Image};
use crate::target::{Checked, Facts, Launch, Package, Server, Started, Trouble, Workshop};
use crate::wire::Transcript;

type PackageCell = Arc<OnceCell<Checked<Arc<Vec<u8>>>>>;

/// One version of a runtime.
#[derive(Debug)]
pub struct Runtime {
    /// What is known of it.
    pub facts: Facts,
    workshop: Arc<Workshop>,
    image: OnceCell<Checked<Image>>,
    packages: Mutex<BTreeMap<Package, PackageCell>>,
    shared: tokio::sync::Mutex<Option<Checked<Server>>>,
}

impl Runtime {
    /// A runtime of which nothing is made yet.
    pub fn new(facts: Facts, workshop: Arc<Workshop>) -> Self {
        Runtime {
            facts,
            workshop,
            image: OnceCell::new(),
            packages: Mutex::default(),
            shared: tokio::sync::Mutex::default(),
        }
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
        self.image.get_or_init(|| self.build_image()).await.clone()
    }

    async fn build_image(&self) -> Checked<Image> {
        let engine = self.workshop.engine().await?;
        let base = self.workshop.base().await?;
        let label = self.facts.label();
        let mut arguments = self.facts.arguments.clone();
        arguments.insert("BASE".into(), base);
        let request = BuildRequest {
            context: self.facts.folder.clone(),
            dockerfile: "Dockerfile".into(),
            tag: self.facts.image.clone(),
            arguments,
        };
        self.workshop.say(&format!("{label}: building the image {}", self.facts.image));
        let missing = |why: String| Trouble::missing(format!("the image of {label}"), why);
        let progress = |line: &str| self.workshop.detail(&format!("{label}: {line}"));
        engine.build(&request, progress).await.map_err(|error| missing(error.to_string()))?;
        let image = engine.image(&self.facts.image).await?;
        image.ok_or_else(|| missing(format!("{} is not there after its build", self.facts.image)))
    }

    pub(super) fn package_cell(&self, package: Package) -> PackageCell {
        let mut packages = self.packages.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        packages.entry(package).or_default().clone()
    }

    /// The server that checks share, started when first asked for and replaced when it has ended.
    ///
    /// # Errors
    /// It does not come up: told once, and blocking whatever stands on it.
    pub async fn shared(&self) -> Checked<Server> {
        let mut shared = self.shared.lock().await;
        if let Some(Ok(server)) = shared.as_ref()
            && server.ended().await?.is_some()
        {
            *shared = None;
        }
        if let Some(known) = shared.as_ref() {
            return known.clone();
        }
        let server = self.start_shared().await;
        *shared = Some(server.clone());
        server
    }

    /// Whether the shared server has ended.
    pub async fn died(&self) -> bool {
        match self.shared.lock().await.as_ref() {
            Some(Ok(server)) => server.ended().await.is_ok_and(|ended| ended.is_some()),
            _ => false,
        }
    }

    /// How long the engine takes to start a container of this image, in milliseconds: from the request
    /// to the first answer of a server, as a client on this machine sees it. Reported, never judged.
    ///
    /// # Errors
    /// As [`Runtime::shared`].
    pub async fn engine_start(&self) -> Checked<f64> {
        let container = self.prepare(&Launch::default()).await?;
        let begun = std::time::Instant::now();
        let started = self.boot(container.clone(), Transcript::default()).await;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        container.remove().await?;
        started.map(|_| took)
    }

    async fn start_shared(&self) -> Checked<Server> {
        let container = self.prepare(&Launch::default()).await?;
        let what = format!("a server of {}", self.facts.label());
        match self.boot(container, Transcript::default()).await {
            Ok(Started::Serving(server)) => Ok(server),
            Ok(Started::Ended(ended)) => Err(Trouble::missing(
                what,
                format!("the container ended before it answered: {}", ended.summary()),
            )),
            Err(Trouble::Broken { actual, .. }) => Err(Trouble::missing(what, actual)),
            Err(other) => Err(other),
        }
    }
}

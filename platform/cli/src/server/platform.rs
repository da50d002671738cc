//! What the parts of the platform share.

use std::sync::Arc;

use adapter::Adapter;
use build::{Builder, Logs};
use engine::Engine;
use executor::{Active, Executor};
use function::{Blobs, Deployment, Error, Name, Store};
use tokio::sync::{Mutex, Semaphore};

/// Builds at once.
const BUILDS: usize = 2;

/// The platform.
#[derive(Debug)]
pub(super) struct Platform {
    pub(super) engine: Engine,
    pub(super) adapter: Arc<dyn Adapter>,
    pub(super) executor: Arc<Executor>,
    pub(super) store: Store,
    pub(super) sources: Blobs,
    pub(super) packages: Blobs,
    pub(super) logs: Logs,
    pub(super) builder: Builder,
    /// A build has one while it runs.
    pub(super) turns: Semaphore,
    /// Held while it is decided which deployment answers, or which files are still used.
    pub(super) deciding: Mutex<()>,
    /// Where functions are called: `http://127.0.0.1:8080`.
    pub(super) url: String,
}

impl Platform {
    pub(super) fn turns() -> Semaphore {
        Semaphore::new(BUILDS)
    }

    /// What the executor needs of a deployment that was built.
    pub(super) fn active(&self, deployment: &Deployment) -> Result<Active, Error> {
        let digest = deployment.package.clone().unwrap_or_default();
        let package = self.packages.find(&digest)?.ok_or(Error::Missing(digest.clone()))?;
        Ok(Active {
            function: deployment.function.clone(),
            deployment: deployment.number,
            image: deployment.made_of.serve.clone(),
            digest,
            package,
            entrypoint: deployment.made_of.entrypoint.clone(),
            file: deployment.made_of.file.clone(),
            limits: deployment.made_of.limits,
        })
    }

    /// Removes what these deployments were made of, if no other is made of the same. Only while deciding.
    pub(super) fn sweep(&self, gone: &[Deployment]) -> Result<(), Error> {
        let (sources, packages) = self.store.digests()?;
        for deployment in gone {
            self.logs.remove(&build_id(&deployment.function, deployment.number));
            if !sources.contains(&deployment.made_of.source) {
                self.sources.remove(&deployment.made_of.source)?;
            }
            if let Some(package) = deployment.package.as_ref().filter(|package| !packages.contains(package)) {
                self.packages.remove(package)?;
                self.adapter.forget(package);
            }
        }
        Ok(())
    }

    /// Where a function is called.
    pub(super) fn url_of(&self, function: &Name) -> String {
        format!("{}/function/{function}", self.url)
    }
}

/// The name of a deployment's build.
pub(super) fn build_id(function: &Name, number: u32) -> String {
    format!("{function}.{number}")
}

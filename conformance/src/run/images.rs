//! The images of a run, built side by side.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::reason::reason;
use super::state::Run;
use crate::backend::Spec;
use crate::contract::Check;
use crate::fixture::Runtime;
use protocol::RuntimeId;

/// Builds at once. While one installs packages, which takes one processor, another downloads or compiles; more would
/// only share the processors, the network and the memory that a compiler needs.
const AT_ONCE: usize = 2;

impl Run {
    /// Makes and tags the images of every planned version.
    ///
    /// # Errors
    /// The first version whose images could not be made, with the reason. That of one whose failures only warn is told,
    /// and the next is made.
    pub async fn build_images(&self) -> Result<Vec<(String, u64)>, String> {
        let builds = self.versions.values().map(|version| async {
            let runtime = &version.runtime;
            (runtime, runtime.images().await)
        });
        let mut builds = stream::iter(builds).buffered(AT_ONCE);
        let mut made = Vec::new();
        while let Some((runtime, built)) = builds.next().await {
            match built {
                Ok(images) => made.extend(names(&runtime.spec).zip(images.iter().map(|image| image.size))),
                Err(error) => self.warn_or_fail(&runtime.spec.id, reason(&error))?,
            }
        }
        Ok(made)
    }

    /// Begins to build the images of the versions that a server will be asked of, in the plan's order, until the run
    /// ends. Without it each is built when the first check asks for it, and six checks of one version all wait for one
    /// image. What goes wrong is told to the check that asks.
    pub fn build_ahead(self: &Arc<Self>) {
        let asked: BTreeSet<&RuntimeId> = self
            .planned()
            .iter()
            .filter(|planned| !matches!(planned.requirement.check, Check::Empty(_)))
            .map(|planned| &planned.runtime)
            .collect();
        let versions = self.versions.iter().filter(|(id, _)| asked.contains(id));
        let runtimes: Vec<Arc<Runtime>> = versions.map(|(_, version)| version.runtime.clone()).collect();
        if runtimes.len() < 2 {
            return;
        }
        let run = Arc::clone(self);
        let ahead = tokio::spawn(async move {
            let build = |runtime: Arc<Runtime>| {
                let run = Arc::clone(&run);
                async move {
                    // Not beside a check that measures time.
                    let _others = run.quiet.read().await;
                    let _told_to_who_asks = runtime.images().await;
                }
            };
            stream::iter(runtimes).for_each_concurrent(AT_ONCE, build).await;
        });
        *self.ahead.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(ahead);
    }
}

/// The names of a version's images, the one that builds first.
fn names(spec: &Spec) -> impl Iterator<Item = String> {
    [spec.image.clone()].into_iter().chain(spec.serving.iter().map(|serving| serving.image.clone()))
}

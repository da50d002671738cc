//! The images that runtimes are built on, each built once in a run, when first asked for.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::backend::{Base, CheckError, CheckResult, Release};
use crate::docker::progress::Progress;
use engine::{BuildRequest, Engine};

/// The bases of a run.
#[derive(Debug)]
pub(super) struct Bases {
    root: PathBuf,
    progress: Arc<dyn Progress>,
    cells: Mutex<BTreeMap<Base, Arc<OnceCell<CheckResult<String>>>>>,
}

impl Bases {
    /// The bases that the repository at `root` describes.
    pub(super) fn of(root: PathBuf, progress: Arc<dyn Progress>) -> Self {
        Bases { root, progress, cells: Mutex::default() }
    }

    /// The id of a base, which is built when first asked for: a family's on that of its release.
    pub(super) async fn image(&self, base: &Base, engine: &Engine) -> CheckResult<String> {
        let Some(family) = &base.family else {
            return self.cell(base).get_or_init(|| self.common(base.release, engine)).await.clone();
        };
        let below = Base { release: base.release, family: None };
        let built = self.cell(base);
        let built = built.get_or_init(|| async {
            let below = self.cell(&below).get_or_init(|| self.common(base.release, engine)).await.clone()?;
            let arguments = BTreeMap::from([("BASE".to_string(), below)]);
            self.build(base, arguments, &format!("the base image of the family {family}"), engine).await
        });
        built.await.clone()
    }

    fn cell(&self, base: &Base) -> Arc<OnceCell<CheckResult<String>>> {
        let mut cells = self.cells.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        cells.entry(base.clone()).or_default().clone()
    }

    /// Builds the base that all runtimes of a release share.
    async fn common(&self, release: Release, engine: &Engine) -> CheckResult<String> {
        let what = match release {
            Release::Trixie => "the base image".to_string(),
            other => format!("the base image of {other}"),
        };
        let debian = release.debian();
        if engine.image(&debian).await?.is_none() {
            let why = format!(
                "the engine has no {debian}; run `ci/base {release}`, which pulls it, or makes it if no registry is \
                 reachable"
            );
            return Err(CheckError::missing(what, why));
        }
        let arguments = BTreeMap::from([("RELEASE".to_string(), release.to_string())]);
        self.build(&Base { release, family: None }, arguments, &what, engine).await
    }

    async fn build(
        &self,
        base: &Base,
        arguments: BTreeMap<String, String>,
        what: &str,
        engine: &Engine,
    ) -> CheckResult<String> {
        let tag = base.image();
        self.progress.say(&format!("building the image {tag}"));
        let unstable = base.release.is_unstable().then(|| (protocol::LABEL_UNSTABLE.into(), "true".into()));
        let request = BuildRequest {
            context: self.root.join(base.folder()),
            dockerfile: "Dockerfile".into(),
            target: None,
            tag: tag.clone(),
            arguments,
            labels: unstable.into_iter().collect(),
        };
        let built = engine.build(&request, |line| self.progress.detail(&format!("base: {line}"))).await;
        built.map_err(|error| CheckError::missing(what, error.to_string()))
    }
}

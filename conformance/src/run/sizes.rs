//! What images take.

use std::fmt;

use super::reason::reason;
use super::state::Run;
use crate::backend::CheckResult;
use crate::fixture::Runtime;
use protocol::RuntimeId;

/// What the images of a version take, in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The image; of a pair, the one that builds.
    pub image_mib: u64,
    /// The one of a pair that serves.
    pub serving_mib: Option<u64>,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.serving_mib {
            None => write!(f, "{}", self.image_mib),
            Some(serving) => write!(f, "{} / {serving}", self.image_mib),
        }
    }
}

impl Sizes {
    /// Those of that version, whose images are built if need be.
    pub(super) async fn of(runtime: &Runtime) -> CheckResult<Self> {
        let mib = |bytes: u64| bytes / 1024 / 1024;
        let images = runtime.images().await?;
        let serving_mib = images.get(1).map(|image| mib(image.size));
        Ok(Sizes { image_mib: images.first().map_or(0, |image| mib(image.size)), serving_mib })
    }
}

impl Run {
    /// The sizes of the images of every version of the plan.
    ///
    /// # Errors
    /// What could not be built, unless failures of that version only warn.
    pub async fn sizes(&self) -> Result<Vec<(RuntimeId, Sizes)>, String> {
        let mut sizes = Vec::new();
        for version in self.versions.values() {
            let id = &version.runtime.spec.id;
            match Sizes::of(&version.runtime).await {
                Ok(found) => sizes.push((id.clone(), found)),
                Err(error) => self.warn_or_fail(id, reason(&error))?,
            }
        }
        Ok(sizes)
    }
}

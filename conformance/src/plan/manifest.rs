//! `runtime.toml`: what a runtime says of itself.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::{Error, Mistake};
use super::exceptions::Expectation;
use super::serve::Serve;
use super::toml_file::read_toml;
use super::version::Version;
use crate::backend::Base;

/// The manifest of a runtime.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the runtime, its folder and its image.
    pub name: String,
    /// The name of the language or its engine, as people write it.
    pub title: String,
    /// The languages that functions are written in, if they are not the title's.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The default of `file`.
    pub entrypoint: String,
    /// The family whose base it is built on: a folder of `runtimes/base`.
    pub family: Option<String>,
    /// Each version, and what makes it.
    pub versions: BTreeMap<String, Version>,
    /// The image that serves, if each version is a pair.
    pub serve: Option<Serve>,
    /// A budget for `cold-start/boot` over the contract's.
    pub boot: Option<Boot>,
    /// More memory than the contract gives a serving container.
    pub memory: Option<Memory>,
    /// Capabilities that the language lacks, each with the reason.
    #[serde(default)]
    pub absent: BTreeMap<String, String>,
    /// Failures that are known and dated, by the requirement's id.
    #[serde(default)]
    pub expected: BTreeMap<String, Expectation>,
}

/// A declared boot budget.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Boot {
    /// Milliseconds.
    pub budget_ms: u32,
    /// Why the contract's budget cannot be met.
    pub reason: String,
}

/// A declared memory limit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// MiB.
    pub mib: u32,
    /// Why the contract's limit is too small.
    pub reason: String,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// It is not there, is not TOML, has unknown or missing members, no version, or an empty reason.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let manifest: Manifest = read_toml(path)?;
        let wrong = |what: Mistake| Err(Error::Wrong { path: path.to_path_buf(), what });
        if manifest.versions.is_empty() {
            return wrong(Mistake::NoVersion);
        }
        let reasons = manifest.absent.values().chain(manifest.boot.as_ref().map(|boot| &boot.reason));
        let reasons = reasons.chain(manifest.memory.as_ref().map(|memory| &memory.reason));
        let mut reasons = reasons.chain(manifest.expected.values().map(|expectation| &expectation.reason));
        if reasons.any(|reason| reason.trim().is_empty()) {
            return wrong(Mistake::NoReason);
        }
        let versions = manifest.expected.values().filter_map(|expectation| expectation.versions.as_ref());
        if let Some(version) = versions.flatten().find(|version| !manifest.versions.contains_key(*version)) {
            return wrong(Mistake::UnknownVersion(version.clone()));
        }
        Ok(manifest)
    }

    /// What a version's image is built on.
    pub fn base(&self, version: &Version) -> Base {
        Base { release: version.release, family: self.family.clone() }
    }
}

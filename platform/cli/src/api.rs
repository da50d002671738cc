//! What the control API says, on both sides.

use std::collections::BTreeMap;

use function::{Deployment, Limits, Name};
use serde::{Deserialize, Serialize};

/// The media type of a source on its way up.
pub(crate) const SOURCE: &str = "application/gzip";

/// The limits that a deployment asks for; what is not said stays as it was, or is the default.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WantedLimits {
    pub(crate) memory: Option<u32>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) at_once: Option<u32>,
    pub(crate) instances: Option<u32>,
    pub(crate) queue: Option<u32>,
    pub(crate) idle_ms: Option<u64>,
}

impl WantedLimits {
    /// These over those before.
    pub(crate) fn over(&self, before: Limits) -> Limits {
        Limits {
            memory: self.memory.unwrap_or(before.memory),
            timeout_ms: self.timeout_ms.unwrap_or(before.timeout_ms),
            at_once: self.at_once.unwrap_or(before.at_once),
            instances: self.instances.unwrap_or(before.instances),
            queue: self.queue.unwrap_or(before.queue),
            idle_ms: self.idle_ms.unwrap_or(before.idle_ms),
        }
    }
}

/// A deployment that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deploy {
    /// The SHA-256 of a source that was sent before.
    pub(crate) source: String,
    /// The runtime, `node` or `node:24`, if it is not to be recognised.
    pub(crate) runtime: Option<String>,
    /// The file that is called, if not the runtime's own.
    pub(crate) file: Option<String>,
    #[serde(default)]
    pub(crate) limits: WantedLimits,
}

/// A rollback that is asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rollback {
    /// The deployment, if not the one before.
    pub(crate) to: Option<u32>,
}

/// Changes of an environment: a value sets, none removes.
pub(crate) type Changes = BTreeMap<String, Option<String>>;

/// A function, as it is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FunctionRow {
    pub(crate) name: Name,
    /// Where it is called.
    pub(crate) url: String,
    /// The deployment that answers.
    pub(crate) active: Option<Deployment>,
}

/// Where a platform listens, in the file that it leaves for the command.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Addresses {
    pub(crate) functions: String,
    pub(crate) control: String,
}

impl Addresses {
    /// The name of the file.
    pub(crate) const FILE: &str = "addresses.json";
}

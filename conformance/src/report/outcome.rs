//! One result.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::Level;

/// What came of one requirement of one version.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The version: `node:24`.
    pub runtime: String,
    /// Whether the version comes from a release of Debian that still changes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unstable: bool,
    /// Whether a failure only warns: of an unstable version that was not selected by its name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_warns: bool,
    /// The requirement's id.
    pub id: String,
    /// The requirement's level: `MUST` or `SHOULD`.
    pub level: Level,
    /// The requirement's sentence.
    pub sentence: String,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How long the check took, in seconds, waiting for what it depends on left out.
    pub seconds: f64,
    /// Figures that the check measured.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub figures: Map<String, Value>,
    /// What was said on the wire, if the verdict is red.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub wire: String,
    /// The end of the container's log, if the verdict is red.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub log: String,
}

/// A verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// The requirement is met.
    Passed,
    /// The runtime did something else.
    Failed {
        /// What the contract asks.
        expected: String,
        /// What the runtime did.
        actual: String,
    },
    /// It failed, and the manifest expects that.
    Expected {
        /// Why, by the manifest.
        reason: String,
        /// The last day on which it may fail.
        until: String,
        /// What the runtime did.
        actual: String,
    },
    /// Not judged, because something it depends on is red or could not be had.
    Blocked {
        /// What that is.
        by: String,
        /// Why that is, and the remedy.
        reason: String,
    },
    /// The harness could not do its part.
    Fault {
        /// What went wrong.
        reason: String,
    },
    /// It does not apply, for a reason that the contract allows.
    NotApplicable {
        /// The reason.
        reason: String,
    },
}

impl Verdict {
    /// Whether it is neither met, nor expected to fail, nor without application.
    fn is_not_met(&self) -> bool {
        matches!(self, Verdict::Failed { .. } | Verdict::Blocked { .. } | Verdict::Fault { .. })
    }
}

impl Outcome {
    /// The name of its trial.
    pub fn name(&self) -> String {
        format!("{}/{}", self.runtime, self.id)
    }

    /// Whether it fails the run.
    pub fn is_failure(&self) -> bool {
        match self.verdict {
            Verdict::Passed | Verdict::NotApplicable { .. } | Verdict::Expected { .. } => false,
            _ if self.only_warns => false,
            Verdict::Failed { .. } | Verdict::Blocked { .. } => self.level == Level::Must,
            Verdict::Fault { .. } => true,
        }
    }

    /// Whether it warns.
    pub fn is_warning(&self) -> bool {
        self.verdict.is_not_met() && !self.is_failure()
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Met.
    pub passed: usize,
    /// Broken, of level MUST.
    pub failed: usize,
    /// Blocked, of level MUST.
    pub blocked: usize,
    /// Faults of the harness.
    pub faults: usize,
    /// Broken or blocked, of level SHOULD or of an unstable version.
    pub warnings: usize,
    /// Failures that the manifest expects.
    pub expected: usize,
    /// Not applicable.
    pub not_applicable: usize,
}

impl Tally {
    /// Counts outcomes.
    pub fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Self {
        let mut tally = Tally::default();
        for outcome in outcomes {
            let count = match outcome.verdict {
                Verdict::Passed => &mut tally.passed,
                Verdict::NotApplicable { .. } => &mut tally.not_applicable,
                Verdict::Expected { .. } => &mut tally.expected,
                _ if outcome.is_warning() => &mut tally.warnings,
                Verdict::Fault { .. } => &mut tally.faults,
                Verdict::Blocked { .. } => &mut tally.blocked,
                Verdict::Failed { .. } => &mut tally.failed,
            };
            *count += 1;
        }
        tally
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.passed + self.red() + self.warnings + self.expected + self.not_applicable
    }

    /// Those that fail the run.
    pub fn red(self) -> usize {
        self.failed + self.blocked + self.faults
    }
}

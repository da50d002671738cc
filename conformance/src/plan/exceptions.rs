//! What a manifest excepts: capabilities that a language lacks, and failures that are known and dated.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::error::Mistake;
use super::standing::Standing;
use crate::contract::{self, Requirement};

/// The exceptions that hold for one version of a runtime.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// Capabilities that the language lacks, each with the reason.
    pub absent: BTreeMap<String, String>,
    /// Steps that the language's probe lacks, each with the reason.
    pub absent_steps: BTreeMap<String, String>,
    /// Failures that are expected, by the requirement's id.
    pub expected: BTreeMap<String, Expectation>,
    /// Whether failures fail the run.
    pub standing: Standing,
    /// The day on which the run takes place.
    pub today: Date,
}

/// A failure that is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Why it fails, and what is done about it.
    pub reason: String,
    /// The last day on which it may.
    pub until: Date,
    /// Where it is being dealt with.
    pub issue: Option<String>,
    /// The versions that it holds for; all without any.
    pub versions: Option<Vec<String>>,
}

impl Exceptions {
    /// Why a requirement does not apply, if it does not.
    pub fn not_applicable(&self, requirement: &Requirement) -> Option<&str> {
        let capability = requirement.capability.and_then(|name| self.absent.get(name));
        let step = || requirement.steps.iter().find_map(|name| self.absent_steps.get(*name));
        capability.or_else(step).map(String::as_str)
    }

    /// The failure that is expected of a requirement, be its day past or not.
    pub fn expectation(&self, requirement: &Requirement) -> Option<&Expectation> {
        self.expected.get(requirement.id)
    }

    /// Names in it that no requirement has.
    pub(super) fn unknown(&self) -> Option<Mistake> {
        let capabilities: Vec<&str> = contract::requirements().filter_map(|r| r.capability).collect();
        let capability = self.absent.keys().find(|name| !capabilities.contains(&name.as_str()));
        if let Some(name) = capability {
            let known = capabilities.join(", ");
            return Some(Mistake::UnknownCapability { name: name.clone(), known });
        }
        let id = self.expected.keys().find(|id| contract::find(id).is_none())?;
        Some(Mistake::UnknownRequirement(id.clone()))
    }
}

impl Expectation {
    /// Whether it holds for that version.
    pub(super) fn covers(&self, version: &str) -> bool {
        self.versions.as_ref().is_none_or(|versions| versions.iter().any(|known| known == version))
    }
}

/// The day, in UTC, so that it is the same wherever a run takes place.
pub fn today() -> Date {
    jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

/// The day that a new expectation is given: long enough to mend what fails, and no longer.
pub fn in_a_month() -> Date {
    today().saturating_add(jiff::Span::new().days(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_that_needs_an_absent_step_does_not_apply() {
        let reason = "nothing outlives a call here";
        let absent_steps = [("spawn".to_string(), reason.to_string())].into_iter().collect();
        let exceptions = Exceptions { absent_steps, ..Exceptions::default() };
        let why = |id: &str| exceptions.not_applicable(contract::find(id).expect("a requirement"));
        assert_eq!(why("function/stray"), Some(reason));
        assert_eq!(why("function/throw"), None);
    }

    #[test]
    fn what_a_language_may_lack_is_a_step() {
        for step in contract::requirements().flat_map(|requirement| requirement.steps) {
            assert!(contract::steps::NAMES.contains(step), "{step} is not a step");
        }
    }
}

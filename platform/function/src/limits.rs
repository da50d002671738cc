//! How much a function is allowed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much a function is allowed. Limits belong to a deployment, so a rollback brings them back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory of an instance in MiB.
    pub memory: u32,
    /// How long a call may run, in milliseconds. Starting an instance does not count.
    pub timeout_ms: u64,
    /// Calls at once in one instance.
    pub at_once: u32,
    /// Instances at most.
    pub instances: u32,
    /// Calls that may wait for an instance.
    pub queue: u32,
    /// After how many milliseconds without a call an instance is stopped.
    pub idle_ms: u64,
}

/// A limit that is not in its range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} must be from {least} to {most}, not {value}")]
pub struct LimitsError {
    name: &'static str,
    least: u64,
    most: u64,
    value: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: protocol::limit::MEMORY_MIB,
            timeout_ms: 30_000,
            at_once: 1,
            instances: 4,
            queue: 512,
            idle_ms: 300_000,
        }
    }
}

impl Limits {
    /// The same, if each is in its range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn checked(self) -> Result<Self, LimitsError> {
        let ranges: [(&'static str, u64, u64, u64); 6] = [
            ("memory", self.memory.into(), 16, 65_536),
            ("timeout_ms", self.timeout_ms, 1, 3_600_000),
            // What each runtime is checked to do. Images do not say yet how much more theirs can do.
            ("at_once", self.at_once.into(), 1, protocol::limit::CALLS as u64),
            ("instances", self.instances.into(), 1, 1000),
            ("queue", self.queue.into(), 0, 10_000),
            ("idle_ms", self.idle_ms, 100, 86_400_000),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(LimitsError { name, least, most, value });
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_and_what_is_unknown_is_refused() {
        let read = |text: &str| serde_json::from_str::<Limits>(text);
        assert_eq!(read("{}").expect("limits"), Limits::default());
        assert_eq!(read(r#"{"at_once": 8}"#).expect("limits").at_once, 8);
        assert!(read(r#"{"memroy": 8}"#).is_err());
    }

    #[test]
    fn a_limit_out_of_range_is_named() {
        assert!(Limits::default().checked().is_ok());
        let error = Limits { at_once: 9, ..Limits::default() }.checked().expect_err("too many");
        assert_eq!(error.to_string(), "at_once must be from 1 to 8, not 9");
    }
}

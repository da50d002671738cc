//! Why a check failed: the runtime, something it depends on, or the harness.

use std::fmt;
use std::sync::Arc;

use crate::wire;

/// What a check returns.
pub type CheckResult<T = ()> = Result<T, CheckError>;

/// Why a check failed.
#[derive(Clone, Debug)]
pub enum CheckError {
    /// The runtime did something else than the contract asks.
    Broken {
        /// What the contract asks, in this case.
        expected: String,
        /// What the runtime did.
        actual: String,
    },
    /// Something that the check depends on could not be had. Told once, with its remedy.
    Missing(Arc<Missing>),
    /// The harness could not do its part.
    Fault(String),
    /// Not judged here, for a reason that the contract allows.
    NotApplicable(String),
}

/// Something that several checks depend on and that could not be had.
#[derive(Clone, Debug)]
pub struct Missing {
    /// What it is: `the engine`, `the image of node:24`.
    pub what: String,
    /// Why, and what to do next.
    pub message: String,
}

impl CheckError {
    /// The runtime did `actual`, but the contract asks for `expected`.
    pub fn broken(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        CheckError::Broken { expected: expected.into(), actual: actual.into() }
    }

    /// `what` could not be had.
    pub fn missing(what: impl Into<String>, message: impl fmt::Display) -> Self {
        CheckError::Missing(Arc::new(Missing { what: what.into(), message: message.to_string() }))
    }
}

impl From<engine::Error> for CheckError {
    fn from(error: engine::Error) -> Self {
        CheckError::Fault(error.to_string())
    }
}

impl From<wire::Error> for CheckError {
    fn from(error: wire::Error) -> Self {
        match error {
            wire::Error::Unsendable(_) => CheckError::Fault(error.to_string()),
            _ => CheckError::broken("a whole HTTP/1.1 answer", error.to_string()),
        }
    }
}

//! The one thing that a mutant does wrong.

use super::FAULT;

/// The one thing that a mutant does wrong. The reference has none, and then it is asked for in vain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fault(String);

impl Fault {
    /// The fault that the environment names, if any.
    pub(crate) fn from_environment() -> Self {
        Fault(std::env::var(FAULT).unwrap_or_default())
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0 == name
    }

    /// Its name; empty if there is none.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

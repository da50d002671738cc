//! The two parts of a run: what measures time, and the rest.

use std::fmt;

use super::error::{Error, PART_VARIABLE};
use crate::contract::Requirement;

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What does not measure time: several at once.
    Untimed,
    /// What measures time: one at a time, last, with nothing else of the run in flight.
    Timed,
}

impl Part {
    /// The part that a requirement is checked in.
    pub fn of(requirement: &Requirement) -> Self {
        if requirement.check.is_exclusive() { Part::Timed } else { Part::Untimed }
    }

    /// The part that `CONFORMANCE_PART` names; `None` means both.
    ///
    /// # Errors
    /// It names another.
    pub fn asked_for() -> Result<Option<Self>, Error> {
        let Ok(text) = std::env::var(PART_VARIABLE) else { return Ok(None) };
        match text.as_str() {
            "" => Ok(None),
            "timed" => Ok(Some(Part::Timed)),
            "untimed" => Ok(Some(Part::Untimed)),
            _ => Err(Error::UnknownPart(text)),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Untimed => "untimed",
            Part::Timed => "timed",
        })
    }
}

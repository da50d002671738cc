//! One step of a payload, and its members.

use serde_json::Value;

use super::{Failure, Rest};
use crate::reference::response::Manner;

/// One step: an object, of which `do` is the name.
#[derive(Clone, Debug)]
pub(crate) struct Step(Value);

impl Step {
    /// The steps that `steps` lists.
    pub(crate) fn list(steps: &Value) -> Result<Rest, Failure> {
        let list = steps.as_array().ok_or_else(|| Failure::new("`steps` is not a list"))?;
        Ok(list.iter().cloned().map(Step).collect())
    }

    /// Whether a member is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// Whether a member is that text.
    pub(crate) fn is(&self, name: &str, text: &str) -> bool {
        self.0.get(name).is_some_and(|value| value == text)
    }

    /// A member that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&Value, Failure> {
        self.0.get(name).ok_or_else(|| Failure::new(format!("the step {} needs {name:?}", self.0)))
    }

    /// A member that must be text.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        let wrong = || Failure::new(format!("{name:?} of the step {} is not text", self.0));
        self.needed(name)?.as_str().ok_or_else(wrong)
    }

    /// A member that must be an integer, `50.0` too, and not below 0.
    pub(crate) fn integer(&self, name: &str) -> Result<u64, Failure> {
        let wrong = || Failure::new(format!("{name:?} of the step {} is not an integer", self.0));
        let value = self.needed(name)?;
        let whole = |number: f64| (number >= 0.0 && number.fract() == 0.0).then_some(number as u64);
        value.as_u64().or_else(|| whole(value.as_f64()?)).ok_or_else(wrong)
    }

    /// The status and the headers that it gives: a status as it came, unless that is an integer.
    pub(crate) fn manner(&self) -> Manner {
        let status = self.0.get("status").cloned();
        let status = status.map(|status| self.integer("status").map_or(status, Value::from));
        Manner { status, headers: self.0.get("headers").cloned() }
    }
}

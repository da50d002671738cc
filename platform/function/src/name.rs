//! The name of a function.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest name, in bytes.
const LONGEST: usize = 63;

/// The name of a function: lower-case letters, digits and dashes, a letter first. So it can be part of a path, a host
/// name or a file's name as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = text.len() <= LONGEST
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && text.chars().all(is_plain);
        if is_name {
            return Ok(Name(text.into()));
        }
        Err(format!(
            "{text:?} cannot be a function's name: up to {LONGEST} lower-case letters, digits and dashes, a letter first"
        ))
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_leave_no_folder_and_hide_nothing() {
        for text in ["hello", "a", "a1-b2", &"x".repeat(63)] {
            assert!(text.parse::<Name>().is_ok(), "{text}");
        }
        let wrong =
            ["", "-a", "a-", "1a", "A", "a/b", "..", "a.b", "a b", "a\n", "a\0", "ä", "a_b", &"x".repeat(64)];
        for text in wrong {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
    }
}

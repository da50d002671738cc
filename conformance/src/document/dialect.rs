//! The lists of HTTP that a server speaks, as the contract shows them.

use super::table::markdown;
use crate::contract::{List, cases};

/// The cases of one list: a row for each part of a message, with where that is.
pub(super) fn dialect(list: List) -> String {
    let mut rows: Vec<(&str, Vec<&str>, Vec<&str>)> = Vec::new();
    for case in cases(list) {
        if rows.last().is_none_or(|(of, ..)| *of != case.of) {
            rows.push((&case.of, Vec::new(), Vec::new()));
        }
        if let Some((_, sections, names)) = rows.last_mut() {
            if !sections.contains(&case.rfc.as_str()) {
                sections.push(&case.rfc);
            }
            names.push(&case.name);
        }
    }
    let row = |(of, mut sections, names): (&str, Vec<&str>, Vec<&str>)| {
        sections.sort_unstable();
        [of.to_string(), names.join(" · "), sections.join(", ")]
    };
    markdown(["part", "cases", "RFC and section"], rows.into_iter().map(row))
}

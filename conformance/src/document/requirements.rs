//! The requirements as the contract shows them: a table a section.

use super::table::markdown;
use crate::contract::{self, Requirement};

/// The requirements of a section.
pub(super) fn table(section: &str) -> String {
    let filed = contract::requirements().filter(|requirement| requirement.section() == section);
    markdown(["id", "level", "requirement"], filed.map(row))
}

fn row(requirement: &Requirement) -> [String; 3] {
    let mark = if requirement.from_document { " ●" } else { "" };
    [format!("{}{mark}", requirement.id), requirement.level.to_string(), requirement.sentence.to_string()]
}

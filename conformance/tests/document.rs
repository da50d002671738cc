//! The document and the registry of requirements say the same, both ways.

use std::collections::BTreeMap;

use conformance::contract::{self, Requirement};
use conformance::plan;

/// The rows of the document's tables: id → level, sentence.
fn document() -> BTreeMap<String, (String, String)> {
    let path = plan::repository().join("runtimes/CONTRACT.md");
    let text = std::fs::read_to_string(path).expect("the contract is in the repository");
    let mut rows = BTreeMap::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let [id, level @ ("MUST" | "SHOULD"), ..] = cells[..] else { continue };
        let id = id.trim_end_matches('●').trim();
        let sentence = cells[2..].join(" | ");
        let twice = rows.insert(id.to_string(), (level.to_string(), sentence));
        assert!(twice.is_none(), "{id} has two rows");
    }
    rows
}

fn registry() -> BTreeMap<String, (String, String)> {
    let row = |r: &Requirement| (r.id.to_string(), (r.level.to_string(), r.sentence.to_string()));
    contract::requirements().map(row).collect()
}

#[test]
fn each_requirement_stands_in_the_document_as_in_the_registry() {
    let (document, registry) = (document(), registry());
    assert!(!document.is_empty());
    for (id, row) in &registry {
        assert_eq!(document.get(id), Some(row), "{id}: the document against the registry");
    }
    for id in document.keys() {
        assert!(registry.contains_key(id), "{id} stands in the document and has no check");
    }
}

#[test]
fn no_id_is_given_twice() {
    assert_eq!(registry().len(), contract::requirements().count());
}

#[test]
fn each_requirement_is_filed_under_its_section_in_the_document_s_order() {
    let path = plan::repository().join("runtimes/CONTRACT.md");
    let text = std::fs::read_to_string(path).expect("the contract is in the repository");
    let filed = text.lines().filter_map(|line| {
        let id = line.strip_prefix("| ")?.split([' ', '|']).next()?;
        contract::find(id).map(|requirement| requirement.id)
    });
    assert!(filed.eq(contract::requirements().map(|requirement| requirement.id)));
}

#[test]
fn what_a_requirement_stands_on_is_there_and_never_itself() {
    fn below(id: &str, depth: usize) {
        assert!(depth < 10, "{id} depends on itself");
        let requirement = contract::find(id).unwrap_or_else(|| panic!("{id} is not there"));
        requirement.depends_on.iter().for_each(|id| below(id, depth + 1));
    }
    contract::requirements().for_each(|requirement| below(requirement.id, 0));
}

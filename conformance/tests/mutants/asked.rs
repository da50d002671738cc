//! The faults that mutants are named after, and those that the reference asks for, are the same.

use std::collections::BTreeSet;

use walkdir::WalkDir;

use crate::faults;

/// Fails if a mutant has a fault that nothing asks for, or something asks for a fault of no mutant.
pub(crate) fn compare() -> Result<(), String> {
    let named: BTreeSet<String> = faults::mutants().map(|mutant| mutant.name.to_string()).collect();
    let sections: BTreeSet<&str> = named.iter().filter_map(|name| name.split('/').next()).collect();
    let asked = asked_for(&sections)?;
    let list = |names: BTreeSet<&String>| names.into_iter().cloned().collect::<Vec<_>>().join(", ");
    let (unasked, unnamed) =
        (list(named.difference(&asked).collect()), list(asked.difference(&named).collect()));
    if unasked.is_empty() && unnamed.is_empty() {
        return Ok(());
    }
    Err(format!("the reference never asks for: {unasked}\nno mutant has: {unnamed}"))
}

/// Each text in the reference's source that looks like the name of a fault.
fn asked_for(sections: &BTreeSet<&str>) -> Result<BTreeSet<String>, String> {
    let source = conformance::plan::repository()
        .expect("the repository is found")
        .join("conformance/tests/mutants/reference");
    let mut asked = BTreeSet::new();
    for entry in WalkDir::new(&source) {
        let entry = entry.map_err(|error| error.to_string())?;
        if entry.file_type().is_file() {
            let text = std::fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            let quoted = text.split('"').filter(|text| is_name(text, sections));
            asked.extend(quoted.map(ToString::to_string));
        }
    }
    Ok(asked)
}

fn is_name(text: &str, sections: &BTreeSet<&str>) -> bool {
    let is_sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    text.split_once('/').is_some_and(|(section, rest)| {
        sections.contains(section) && !rest.is_empty() && rest.bytes().all(is_sound)
    })
}

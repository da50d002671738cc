//! Requirements, their clauses and the broken servers are held against each other: nothing is claimed that
//! no broken server could disprove.

// What they do wrong is not looked at here, only what for.
#[allow(dead_code)]
#[path = "images/faults.rs"]
mod images;
#[allow(dead_code)]
#[path = "mutants/faults/mod.rs"]
mod servers;

use std::collections::{BTreeMap, BTreeSet};

use conformance::contract;

/// Each broken server and image: its name, the requirement that it is made for, and the clause.
fn mutants() -> Vec<(&'static str, &'static str, &'static str)> {
    let servers = servers::mutants().map(|mutant| (mutant.name, mutant.breaks, mutant.clause));
    servers.chain(images::MUTANTS.iter().map(|mutant| (mutant.name, mutant.breaks, mutant.clause))).collect()
}

#[test]
fn each_clause_of_each_requirement_has_a_mutant_and_each_mutant_a_clause() {
    let mut broken: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, breaks, clause) in mutants() {
        assert!(contract::find(breaks).is_some(), "{name} breaks {breaks}, which is no requirement");
        broken.entry(breaks).or_default().insert(clause);
    }
    for requirement in contract::requirements() {
        let clauses = requirement.sentence.clauses();
        let clauses: BTreeSet<&str> = clauses.iter().map(String::as_str).collect();
        assert!(!clauses.is_empty(), "{} marks no clause", requirement.id);
        let broken = broken.get(requirement.id).cloned().unwrap_or_default();
        assert_eq!(clauses, broken, "{}: its clauses, and those that a mutant breaks", requirement.id);
    }
}

#[test]
fn no_mutant_has_the_name_of_another() {
    let names: Vec<&str> = mutants().iter().map(|(name, ..)| *name).collect();
    let unique: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn what_goes_red_with_a_mutant_is_a_requirement() {
    let servers = servers::mutants().flat_map(|mutant| mutant.red());
    let images = images::MUTANTS.iter().flat_map(|mutant| mutant.also.iter().copied());
    for id in servers.chain(images) {
        assert!(contract::find(id).is_some(), "{id}");
    }
}

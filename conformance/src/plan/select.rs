//! Which requirements of which versions are checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Error, Exceptions, Manifest, Runtime};
use crate::backend::Spec;
use crate::contract::{self, Fixture, Requirement};
use protocol::DEFAULT_MAX_BODY;

/// Memory of a serving container without a declared one, in MiB.
const MEMORY: u32 = 256;
/// Processes and threads at once in a serving container: the contract's 128.
const PROCESSES: u32 = 128;
/// The boot budget without a declared one, in milliseconds.
const BOOT_BUDGET: u32 = 100;

/// One requirement of one version.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The version's name: `node-24`.
    pub label: String,
    /// The requirement.
    pub requirement: &'static Requirement,
    /// What the manifest excepts.
    pub exceptions: Arc<Exceptions>,
}

impl Planned {
    /// The name of the trial: `node-24/auth/missing`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.label, self.requirement.id)
    }

    /// Why it does not apply, where the manifest says so.
    pub fn not_applicable(&self) -> Option<&str> {
        self.exceptions.not_applicable(self.requirement)
    }
}

/// Every version, and every requirement of each.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The versions, by name.
    pub versions: BTreeMap<String, Arc<Spec>>,
    /// What will be checked, in order.
    pub planned: Vec<Planned>,
}

/// Beginnings of trial names: `node`, `node/auth`, `node-24`, `node-24/auth`, `node-24/auth/missing`; or of
/// the names of requirements, for every runtime: `auth`, `auth/missing`.
#[derive(Clone, Debug, Default)]
pub struct Selection(Vec<String>);

impl Selection {
    /// A selection of these beginnings; without any, of everything.
    pub fn of(words: &[String]) -> Self {
        Selection(words.to_vec())
    }

    /// A word selects what it names and whatever lies below it; a runtime's name stands for each version, and
    /// a section's or a requirement's for that of every runtime.
    fn word_selects(word: &str, name: &str) -> bool {
        let word = word.trim_end_matches('/');
        let (runtime, below) = word.split_once('/').unwrap_or((word, ""));
        let (label, id) = name.split_once('/').unwrap_or((name, ""));
        let begins = |text: &str, with: &str, then: char| {
            text.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(then))
        };
        let of_every_runtime = begins(id, word, '/');
        of_every_runtime || begins(label, runtime, '-') && (below.is_empty() || begins(id, below, '/'))
    }
}

impl Plan {
    /// The plan of everything, on that day.
    ///
    /// # Errors
    /// Two versions of one name, or a manifest that excepts what no requirement knows.
    pub fn of(runtimes: &[Runtime], today: Date) -> Result<Self, Error> {
        let mut plan = Plan { versions: BTreeMap::new(), planned: Vec::new() };
        for runtime in runtimes {
            for (version, arguments) in &runtime.manifest.versions {
                let exceptions = Arc::new(exceptions(&runtime.manifest, version, today));
                if let Some(unknown) = exceptions.unknown() {
                    let manifest = runtime.folder.join("runtime.toml");
                    return Err(Error(format!("{}: {unknown}", manifest.display())));
                }
                let spec = spec(runtime, version, arguments);
                let label = spec.label();
                plan.planned.extend(contract::requirements().map(|requirement| Planned {
                    label: label.clone(),
                    requirement,
                    exceptions: exceptions.clone(),
                }));
                if plan.versions.insert(label.clone(), Arc::new(spec)).is_some() {
                    return Err(Error(format!("two versions are called {label}")));
                }
            }
        }
        // What measures time waits until nothing else is in flight: all of it last, so that the run waits once.
        plan.planned.sort_by_key(|planned| planned.requirement.fixture == Fixture::Exclusive);
        Ok(plan)
    }

    /// What is left of it under a selection.
    ///
    /// # Errors
    /// A word that selects nothing.
    pub fn select(mut self, selection: &Selection) -> Result<Self, Error> {
        let words = &selection.0;
        if words.is_empty() {
            return Ok(self);
        }
        let selects = |word: &String, planned: &Planned| Selection::word_selects(word, &planned.name());
        if let Some(word) =
            words.iter().find(|word| !self.planned.iter().any(|planned| selects(word, planned)))
        {
            let known: Vec<&str> = self.versions.keys().map(String::as_str).collect();
            return Err(Error(format!(
                "{word:?} selects nothing: there are {}, and below each what `conformance list` shows",
                known.join(", ")
            )));
        }
        self.planned.retain(|planned| words.iter().any(|word| selects(word, planned)));
        self.versions.retain(|label, _| self.planned.iter().any(|planned| planned.label == *label));
        Ok(self)
    }
}

fn exceptions(manifest: &Manifest, version: &str, today: Date) -> Exceptions {
    let expected = manifest.expected.iter().filter(|(_, expectation)| expectation.covers(version));
    let expected = expected.map(|(id, expectation)| (id.clone(), expectation.clone())).collect();
    Exceptions { absent: manifest.absent.clone(), expected, today }
}

fn spec(runtime: &Runtime, version: &str, arguments: &BTreeMap<String, String>) -> Spec {
    let (manifest, language) = (&runtime.manifest, &runtime.language);
    let (folder, file) = language.nested().unwrap_or_default();
    Spec {
        name: manifest.name.clone(),
        version: version.to_string(),
        image: manifest.image(version),
        arguments: arguments.clone(),
        folder: runtime.folder.clone(),
        language: language.folder.clone(),
        entrypoint: manifest.entrypoint.clone(),
        files: language.files.clone(),
        nested: (folder.to_string(), file.to_string()),
        waits: language.ways.clone(),
        compiled: language.compiled,
        bare: language.bare.clone(),
        examples: runtime.examples.clone(),
        messages: language.shows.clone(),
        memory: manifest.memory.as_ref().map_or(MEMORY, |memory| memory.mib),
        max_body: DEFAULT_MAX_BODY,
        processes: PROCESSES,
        boot_budget: manifest.boot.as_ref().map_or(BOOT_BUDGET, |boot| boot.budget_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_selects_what_it_names_and_below() {
        let words = [
            "node",
            "node/",
            "node/auth",
            "node-24",
            "node-24/auth",
            "node-24/auth/",
            "node-24/auth/missing",
            "auth",
            "auth/missing",
        ];
        for word in words {
            assert!(Selection::word_selects(word, "node-24/auth/missing"), "{word}");
        }
        for word in
            ["nod", "node-2", "node-26", "auth/miss", "aut", "node-24/auth/miss", "node-24/auth/missing/x"]
        {
            assert!(!Selection::word_selects(word, "node-24/auth/missing"), "{word}");
        }
    }
}

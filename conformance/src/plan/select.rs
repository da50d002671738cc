//! Which requirements of which versions are checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::discover::Runtime;
use super::error::Error;
use super::exceptions::Exceptions;
use super::part::Part;
use super::standing::Standing;
use super::version::Version;
use crate::backend::Spec;
use crate::contract::{self, Requirement};
use protocol::{DEFAULT_MAX_BODY, RuntimeId, limit};

/// One requirement of one version.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The version.
    pub runtime: RuntimeId,
    /// The requirement.
    pub requirement: &'static Requirement,
    /// What the manifest excepts.
    pub exceptions: Arc<Exceptions>,
}

impl Planned {
    /// The name of the trial: `node:24/auth/missing`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.runtime, self.requirement.id)
    }

    /// Why it does not apply, if the manifest says so.
    pub fn not_applicable(&self) -> Option<&str> {
        self.exceptions.not_applicable(self.requirement)
    }
}

/// Every version, and every requirement of each.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The versions.
    pub versions: BTreeMap<RuntimeId, Arc<Spec>>,
    /// What will be checked, in order.
    pub planned: Vec<Planned>,
}

/// Beginnings of trial names: `node`, `node/auth`, `node:24`, `node:24/auth`, `node:24/auth/missing`, or the same
/// with `node-24`; or of the names of requirements, for every runtime: `auth`, `auth/missing`.
#[derive(Clone, Debug, Default)]
pub struct Selection(Vec<String>);

impl Selection {
    /// A selection of these beginnings; without any, of everything.
    pub fn of(words: &[String]) -> Self {
        Selection(words.to_vec())
    }

    /// Whether one of the words has that version in it, alone or with what is below: `python:3.14/auth` does,
    /// `python` does not.
    pub fn names(&self, id: &RuntimeId) -> bool {
        self.0.iter().any(|word| id.is(word.split('/').next().unwrap_or(word)))
    }

    /// A word selects what it names and whatever is below it; a runtime's name means each version, and
    /// a section's or a requirement's for that of every runtime.
    fn word_selects(word: &str, runtime: &RuntimeId, requirement: &str) -> bool {
        let word = word.trim_end_matches('/');
        let (named, below) = word.split_once('/').unwrap_or((word, ""));
        let begins = |with: &str| {
            requirement.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        begins(word) || runtime.is_named(named) && (below.is_empty() || begins(below))
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
            for (version, made_of) in &runtime.manifest.versions {
                let exceptions = Arc::new(exceptions(runtime, version, made_of, today));
                if let Some(what) = exceptions.unknown() {
                    return Err(Error::Wrong { path: runtime.folder.join("runtime.toml"), what });
                }
                let spec = spec(runtime, version, made_of);
                let id = spec.id.clone();
                plan.planned.extend(contract::requirements().map(|requirement| Planned {
                    runtime: id.clone(),
                    requirement,
                    exceptions: exceptions.clone(),
                }));
                if plan.versions.insert(id.clone(), Arc::new(spec)).is_some() {
                    return Err(Error::Twice(id));
                }
            }
        }
        // What measures time waits until nothing else is in flight: all of it last, so that the run waits once.
        plan.planned.sort_by_key(|planned| Part::of(planned.requirement) == Part::Timed);
        Ok(plan)
    }

    /// The same with the versions that a selection has the names of: their failures count, also if they are unstable.
    pub fn naming(mut self, selection: &Selection) -> Self {
        let named = |planned: &&mut Planned| selection.names(&planned.runtime);
        for planned in self.planned.iter_mut().filter(named) {
            if planned.exceptions.standing.is_unstable() {
                Arc::make_mut(&mut planned.exceptions).standing = Standing::Unstable { named: true };
            }
        }
        self
    }

    /// One part of it; without a part, all of it.
    ///
    /// # Errors
    /// There is nothing of that part.
    pub fn part(mut self, part: Option<Part>) -> Result<Self, Error> {
        let Some(part) = part else { return Ok(self) };
        self.planned.retain(|planned| Part::of(planned.requirement) == part);
        if self.planned.is_empty() {
            return Err(Error::EmptyPart(part.to_string()));
        }
        self.versions.retain(|id, _| self.planned.iter().any(|planned| planned.runtime == *id));
        Ok(self)
    }

    /// What is left of it under a selection; the versions that it names are [named](Plan::naming).
    ///
    /// # Errors
    /// A word that selects nothing.
    pub fn select(mut self, selection: &Selection) -> Result<Self, Error> {
        let words = &selection.0;
        if words.is_empty() {
            return Ok(self);
        }
        let selects = |word: &String, planned: &Planned| {
            Selection::word_selects(word, &planned.runtime, planned.requirement.id)
        };
        if let Some(word) =
            words.iter().find(|word| !self.planned.iter().any(|planned| selects(word, planned)))
        {
            let known: Vec<String> = self.versions.keys().map(ToString::to_string).collect();
            return Err(Error::SelectsNothing { word: word.clone(), known: known.join(", ") });
        }
        self.planned.retain(|planned| words.iter().any(|word| selects(word, planned)));
        self.versions.retain(|id, _| self.planned.iter().any(|planned| planned.runtime == *id));
        Ok(self.naming(selection))
    }
}

fn exceptions(runtime: &Runtime, version: &str, made_of: &Version, today: Date) -> Exceptions {
    let manifest = &runtime.manifest;
    let expected = manifest.expected.iter().filter(|(_, expectation)| expectation.covers(version));
    let expected = expected.map(|(id, expectation)| (id.clone(), expectation.clone())).collect();
    let (absent, absent_steps) = (manifest.absent.clone(), runtime.language.absent.clone());
    let standing = Standing::of(made_of.release, false);
    Exceptions { absent, absent_steps, expected, standing, today }
}

fn spec(runtime: &Runtime, version: &str, made_of: &Version) -> Spec {
    let (manifest, language) = (&runtime.manifest, &runtime.language);
    let (folder, file) = language.nested().unwrap_or_default();
    let id = RuntimeId::new(&manifest.name, version);
    Spec {
        image: id.image(),
        serving: manifest.serve.as_ref().map(|serve| serve.of(&id)),
        id,
        base: manifest.base(made_of),
        arguments: made_of.arguments.clone(),
        folder: runtime.folder.clone(),
        language: language.folder.clone(),
        entrypoint: manifest.entrypoint.clone(),
        files: language.files.clone(),
        nested: (folder.to_string(), file.to_string()),
        waits: language.ways.clone(),
        compiled: language.compiled,
        adds: language.adds.clone(),
        omits: language.omits.clone(),
        bare: language.bare.clone(),
        examples: runtime.examples.clone(),
        messages: language.shows.clone(),
        memory: manifest.memory.as_ref().map_or(limit::MEMORY_MIB, |memory| memory.mib),
        max_body: DEFAULT_MAX_BODY,
        processes: limit::PIDS,
        boot_budget: manifest.boot.as_ref().map_or(limit::BOOT_MS, |boot| boot.budget_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(word: &str, name: &str, version: &str, selects: bool) {
        let id = RuntimeId::new(name, version);
        assert_eq!(
            Selection::word_selects(word, &id, "auth/missing"),
            selects,
            "{word} and {id}/auth/missing"
        );
    }

    #[test]
    fn a_word_selects_what_it_names_and_below() {
        for id in ["node", "node:24", "node-24"] {
            for below in ["", "/", "/auth", "/auth/", "/auth/missing"] {
                holds(&format!("{id}{below}"), "node", "24", true);
            }
            for below in ["/aut", "/auth/miss", "/auth/missing/x"] {
                holds(&format!("{id}{below}"), "node", "24", false);
            }
        }
        holds("auth", "node", "24", true);
        holds("auth/missing", "node", "24", true);
        for word in ["nod", "node:2", "node-2", "node:26", "auth/miss", "aut"] {
            holds(word, "node", "24", false);
        }
    }

    #[test]
    fn a_word_does_not_select_what_only_begins_alike() {
        holds("python", "python-ml", "1", false);
        holds("python/auth", "python-ml", "1", false);
        holds("node:24", "node", "24-slim", false);
        holds("node-24", "node", "24-slim", false);
    }

    #[test]
    fn a_version_is_named_by_its_own_name_alone() {
        let names = |word: &str| Selection::of(&[word.to_string()]).names(&RuntimeId::new("python", "3.14"));
        for word in ["python:3.14", "python:3.14/", "python-3.14/auth", "python:3.14/auth/missing"] {
            assert!(names(word), "{word}");
        }
        for word in ["python", "python/auth", "auth", "python:3.1", "python:3.14x", ""] {
            assert!(!names(word), "{word}");
        }
    }

    #[test]
    fn the_two_parts_are_the_whole_and_the_timed_one_comes_last() {
        let runtimes = crate::plan::repository()
            .and_then(|root| crate::plan::discover(&root))
            .expect("the runtimes are found");
        let plan = Plan::of(&runtimes, crate::plan::today()).expect("a plan");
        let names = |part: Option<Part>| -> Vec<String> {
            let part = plan.clone().part(part).expect("something is of that part");
            part.planned.iter().map(Planned::name).collect()
        };
        let (untimed, timed) = (names(Some(Part::Untimed)), names(Some(Part::Timed)));
        assert!(timed.iter().all(|name| name.contains("/cold-start/")), "{timed:?}");
        assert_eq!([untimed, timed].concat(), names(None));
        let auth = plan.select(&Selection::of(&["auth".to_string()])).expect("it selects something");
        let refused = auth.part(Some(Part::Timed)).expect_err("nothing of it is timed").to_string();
        assert!(refused.contains("nothing selected is timed"), "{refused}");
    }

    #[test]
    fn an_unstable_version_only_warns_unless_it_is_selected_by_its_name() {
        let mut runtimes = crate::plan::repository()
            .and_then(|root| crate::plan::discover(&root))
            .expect("the runtimes are found");
        runtimes.truncate(1);
        let runtime = runtimes[0].manifest.name.clone();
        let (version, made_of) = runtimes[0].manifest.versions.iter_mut().next().expect("it has a version");
        made_of.release = crate::backend::Release::Sid;
        let id = RuntimeId::new(runtime.as_str(), version.as_str());
        let warns = |word: &str| -> Vec<bool> {
            let plan = Plan::of(&runtimes, crate::plan::today()).expect("a plan");
            let plan = plan.select(&Selection::of(&[word.to_string()])).expect("it selects something");
            let of_it = plan.planned.iter().filter(|planned| planned.runtime == id);
            of_it.map(|planned| planned.exceptions.standing.only_warns()).collect()
        };
        for (word, expected) in [(runtime.as_str(), true), ("auth", true), (&id.to_string(), false)] {
            let warns = warns(word);
            assert!(!warns.is_empty() && warns.iter().all(|warns| *warns == expected), "{word}: {warns:?}");
        }
    }
}

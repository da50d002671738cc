//! Every mutant against every requirement that needs no engine: what must go red goes red, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::backend::{BareServer, Base, Spec};
use conformance::contract::{self, Requirement};
use conformance::docker::{Progress, Session};
use conformance::fixture::Runtime;
use conformance::plan::{self, Exceptions, Language, Planned};
use conformance::report::{Outcome, Verdict, explain};
use conformance::run::{self, Run};
use protocol::{RuntimeId, limit};

use crate::backend::Sandboxes;
use crate::reference::{DEFAULT_MAX_BODY, PROCESSES};

/// What only an engine can show: users, limits, images, folders of a runtime, a clock inside.
const NEEDS_AN_ENGINE: [&str; 4] = ["hardening/", "layout/", "cold-start/", "build/offline"];

/// Word of what is going on goes nowhere: hundreds of servers say the same.
#[derive(Debug)]
struct Silent;

impl Progress for Silent {
    fn say(&self, _line: &str) {}
    fn detail(&self, _line: &str) {}
}

/// The requirements that are judged here.
pub(crate) fn requirements() -> impl Iterator<Item = &'static Requirement> {
    contract::requirements().filter(|r| !NEEDS_AN_ENGINE.iter().any(|beginning| r.id.starts_with(beginning)))
}

/// What all mutants share.
#[derive(Debug)]
pub(crate) struct Matrix {
    language: Language,
    session: Arc<Session>,
    folder: PathBuf,
}

impl Matrix {
    /// Nothing is started yet.
    pub(crate) fn new() -> Result<Self, String> {
        let here =
            plan::repository().expect("the repository is found").join("conformance/tests/mutants/language");
        let language = Language::read(&here).map_err(|error| error.to_string())?;
        let owner = run::owner("mutants");
        let session = Arc::new(Session::new(
            &plan::repository().expect("the repository is found"),
            owner,
            1.0,
            Arc::new(Silent),
        ));
        let folder = scratch().join(format!("conformance-mutants-{}", std::process::id()));
        Ok(Matrix { language, session, folder })
    }

    /// Judges the server with that fault by the requirements asked for; without a fault, the reference.
    pub(crate) async fn judge(
        &self,
        fault: &str,
        asked: impl Fn(&Requirement) -> bool,
    ) -> Result<Vec<Outcome>, String> {
        let name = if fault.is_empty() { "reference".into() } else { fault.replace('/', "~") };
        let folder = self.folder.join(&name);
        let spec = self.spec(&name);
        let sandboxes = Sandboxes::new(fault, self.session.key(), spec.clone(), folder.join("sandboxes"));
        let id = spec.id.clone();
        let runtime = Arc::new(Runtime::at(Box::new(sandboxes), spec, self.session.clone()));
        let exceptions = Arc::new(Exceptions::default());
        let planned: Vec<Planned> = requirements()
            .filter(|requirement| asked(requirement))
            .map(|requirement| Planned { runtime: id.clone(), requirement, exceptions: exceptions.clone() })
            .collect();
        let run = Arc::new(Run::over(vec![runtime.clone()], planned.clone(), self.session.clone(), &folder)?);
        // One by one: what a check does to a shared server is seen by itself, and by its neighbours never.
        let mut outcomes = Vec::new();
        for planned in &planned {
            outcomes.push(run.check(planned).await);
        }
        let closed = runtime.close().await;
        let _ = std::fs::remove_dir_all(&folder);
        closed.map_err(|trouble| format!("{trouble:?}"))?;
        Ok(outcomes)
    }

    fn spec(&self, name: &str) -> Spec {
        let language = &self.language;
        let (folder, file) = language.nested().unwrap_or_default();
        Spec {
            id: RuntimeId::new(name, "1"),
            image: String::new(),
            serving: None,
            base: Base::default(),
            arguments: Default::default(),
            folder: language.folder.clone(),
            language: language.folder.clone(),
            entrypoint: "main".into(),
            files: language.files.clone(),
            nested: (folder.into(), file.into()),
            waits: language.ways.clone(),
            compiled: language.compiled,
            adds: language.adds.clone(),
            omits: language.omits.clone(),
            bare: BareServer { file: String::new(), command: Vec::new(), build: None },
            examples: Vec::new(),
            messages: language.shows.clone(),
            memory: limit::MEMORY_MIB,
            max_body: DEFAULT_MAX_BODY,
            processes: PROCESSES,
            boot_budget: limit::BOOT_MS,
        }
    }
}

/// In memory if there is such a folder: hundreds of servers make tens of thousands of files.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.into() } else { std::env::temp_dir() }
}

impl Drop for Matrix {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Fails unless exactly these ids are red, and the others green or blocked.
pub(crate) fn compare(red: &BTreeSet<&'static str>, outcomes: &[Outcome]) -> Result<(), String> {
    let mut wrong = Vec::new();
    for outcome in outcomes {
        let meant = red.contains(outcome.id.as_str());
        match &outcome.verdict {
            Verdict::Failed { .. } if meant => {}
            Verdict::Passed if !meant => {}
            Verdict::Blocked { .. } if !meant && !red.is_empty() => {}
            Verdict::Passed => wrong.push(format!("{} is green, and was meant to be red", outcome.id)),
            _ => wrong.push(explain(outcome)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

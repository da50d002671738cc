//! Runs without an engine: a backend that has nothing (the engine is gone, and every build finds its registry down),
//! and what a run of a test's own checks needs besides one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::backend::{
    Backend, BackendFuture, BareServer, Base, BuildJob, Built, CheckError, Instance, Launch, Messages, Spec,
};
use conformance::contract::Requirement;
use conformance::docker::{Progress, Session};
use conformance::fixture::Runtime;
use conformance::plan::{Exceptions, Planned};
use conformance::run::{self, Run};
use engine::{Error, Exit, Image};
use protocol::{RuntimeId, limit};

/// The place.
#[derive(Debug)]
pub(crate) struct Nowhere;

/// Nobody hears of it.
#[derive(Debug)]
struct Silent;

impl Progress for Silent {
    fn say(&self, _: &str) {}
    fn detail(&self, _: &str) {}
}

fn gone<T>() -> BackendFuture<'static, T> {
    Box::pin(async { Err(CheckError::from(Error::NoAddress("the engine is gone: its host".into()))) })
}

impl Backend for Nowhere {
    fn image(&self) -> BackendFuture<'_, Image> {
        gone()
    }

    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>> {
        gone()
    }

    fn build<'a>(&'a self, _: &'a BuildJob) -> BackendFuture<'a, Built> {
        let log = "npm error code EAI_AGAIN\nnpm error request failed".to_string();
        let exit = Exit { code: 1, out_of_memory: false };
        Box::pin(async move { Ok(Built { exit, log, package: None, owner: 0 }) })
    }

    fn prepare<'a>(&'a self, _: &'a Launch, _: Option<Arc<Vec<u8>>>) -> BackendFuture<'a, Arc<dyn Instance>> {
        gone()
    }
}

/// A build that leaves an empty package.
pub(crate) fn empty_package() -> BackendFuture<'static, Built> {
    let exit = Exit { code: 0, out_of_memory: false };
    Box::pin(async move { Ok(Built { exit, log: String::new(), package: Some(Vec::new()), owner: 0 }) })
}

/// A session of which nobody hears, and which belongs to the test of that name.
pub(crate) fn session(test: &str) -> Arc<Session> {
    Arc::new(Session::new(Path::new("."), run::owner(test), 1.0, Arc::new(Silent)))
}

/// A requirement of a test's own, planned for a runtime.
pub(crate) fn planned(runtime: &Runtime, requirement: Requirement, exceptions: Exceptions) -> Planned {
    Planned {
        runtime: runtime.spec.id.clone(),
        requirement: Box::leak(Box::new(requirement)),
        exceptions: Arc::new(exceptions),
    }
}

/// A run, and the folder with its journal, which the test removes.
pub(crate) fn run_over(
    runtimes: Vec<Arc<Runtime>>,
    planned: Vec<Planned>,
    session: Arc<Session>,
) -> (Run, PathBuf) {
    let folder = std::env::temp_dir().join(format!("conformance-run-{:08x}", rand::random::<u32>()));
    (Run::over(runtimes, planned, session, &folder).expect("a run"), folder)
}

/// A runtime `nowhere:1`.
pub(crate) fn spec() -> Spec {
    Spec {
        id: RuntimeId::new("nowhere", "1"),
        image: String::new(),
        serving: None,
        base: Base::default(),
        arguments: [].into(),
        folder: PathBuf::new(),
        language: PathBuf::new(),
        entrypoint: String::new(),
        files: Vec::new(),
        nested: (String::new(), String::new()),
        waits: Vec::new(),
        compiled: false,
        adds: Vec::new(),
        omits: Vec::new(),
        bare: BareServer { file: String::new(), command: Vec::new(), build: None },
        examples: Vec::new(),
        messages: Messages { broken: String::new(), no_handler: String::new(), failing: String::new() },
        memory: limit::MEMORY_MIB,
        max_body: protocol::DEFAULT_MAX_BODY,
        processes: limit::PIDS,
        boot_budget: limit::BOOT_MS,
    }
}

//! A backend that has nothing: the engine is gone, and every build finds its registry down.

use std::path::PathBuf;
use std::sync::Arc;

use conformance::backend::{
    Backend, BackendFuture, BareServer, Base, BuildJob, Built, CheckError, Instance, Launch, Messages, Spec,
};
use conformance::docker::Progress;
use engine::{Error, Exit, Image};
use protocol::{RuntimeId, limit};

/// The place.
#[derive(Debug)]
pub(crate) struct Nowhere;

/// Nobody hears of it.
#[derive(Debug)]
pub(crate) struct Silent;

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
        bare: BareServer { file: String::new(), command: Vec::new(), build: None },
        examples: Vec::new(),
        messages: Messages { broken: String::new(), no_handler: String::new(), failing: String::new() },
        memory: limit::MEMORY_MIB,
        max_body: protocol::DEFAULT_MAX_BODY,
        processes: limit::PIDS,
        boot_budget: limit::BOOT_MS,
    }
}

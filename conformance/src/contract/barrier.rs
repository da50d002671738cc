//! Functions that wait for one another.

use serde_json::Value;

use super::expect::{member, nonce};
use super::steps::{self, Probe, Step};
use crate::backend::CheckResult;
use crate::fixture::{Server, eventually};

/// A barrier: a folder in `/tmp` whose name is a nonce.
#[derive(Clone, Debug)]
pub(super) struct Barrier {
    folder: String,
}

impl Barrier {
    /// A folder that nobody else uses.
    pub(super) fn new() -> Self {
        Barrier { folder: format!("/tmp/{}", nonce()) }
    }

    /// The payload of a call that comes in as `name` and goes on once `until` have come.
    pub(super) fn call(&self, name: &str, until: usize) -> Value {
        steps::payload_named(name, [self.step(name, until), Step::answer()])
    }

    /// The step that comes in as `name` and goes on once `until` have come.
    pub(super) fn step(&self, name: &str, until: usize) -> Step {
        Step::meet(&self.folder, name, until)
    }

    /// The path of one who has come.
    pub(super) fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    /// The names of those who have come and of those who are done.
    pub(super) async fn names(&self, server: &Server) -> CheckResult<Vec<String>> {
        let value = server.observe([Step::list(&self.folder)]).await?;
        let names = member(&value, "names")?.as_array().cloned().unwrap_or_default();
        Ok(names.iter().filter_map(|name| name.as_str().map(str::to_string)).collect())
    }

    /// Waits until that many names are there for which `counts` holds.
    pub(super) async fn gather(
        &self,
        server: &Server,
        many: usize,
        counts: impl Fn(&str) -> bool,
    ) -> CheckResult {
        let expected = format!("{many} functions at their mark");
        eventually(&expected, || async {
            let there = self.names(server).await?.iter().filter(|name| counts(name)).count();
            Ok(if there >= many { Ok(()) } else { Err(format!("{there} are there")) })
        })
        .await
    }
}

/// Whether a name of a [`Barrier`] says that its function is done.
pub(super) fn is_done(name: &str) -> bool {
    name.ends_with(".done")
}

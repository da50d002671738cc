//! Functions that wait for one another.

use std::time::Duration;

use serde_json::Value;

use super::expect::{ensure, member, nonce};
use super::steps::{self, Probe, Step};
use crate::backend::CheckResult;
use crate::fixture::{Server, eventually};

/// When it is looked again whether a function ran that must not: a server may have it run after its answer.
const LATER: Duration = Duration::from_millis(500);

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

    /// Expects that nobody comes, and that nobody has come after a while either.
    pub(super) async fn stays_empty(&self, server: &Server, expected: &str) -> CheckResult {
        for when in ["at once", "a while later"] {
            let names = self.names(server).await?;
            ensure(names.is_empty(), expected, format!("it left {names:?}, seen {when}"))?;
            if when == "at once" {
                tokio::time::sleep(LATER).await;
            }
        }
        Ok(())
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

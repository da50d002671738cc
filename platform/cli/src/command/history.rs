//! `deployments` and `rollback`.

use clap::Args;
use function::{Deployment, Name};
use hyper::Method;

use super::{Common, table};
use crate::api;
use crate::exit::Exit;
use crate::text::escaped;

/// List the deployments of a function, the newest first.
#[derive(Debug, Args)]
pub(super) struct Deployments {
    /// The function.
    function: Name,
}

impl Deployments {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let path = format!("/v1/functions/{}/deployments", self.function);
        let rows: Vec<Deployment> = common.client()?.get(&path).await?;
        common.show(&rows, |rows| {
            let cells = |row: &Deployment| {
                let answers = if row.active { "answers" } else { "" };
                let package = row.package.as_deref().map_or("-", |digest| &digest[..digest.len().min(12)]);
                let reason = row.reason.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
                vec![
                    row.number.to_string(),
                    row.state.to_string(),
                    answers.into(),
                    row.made_of.runtime.clone(),
                    package.into(),
                    escaped(reason),
                ]
            };
            let head = ["DEPLOYMENT", "STATE", "", "RUNTIME", "PACKAGE", "REASON"];
            table(&head, &rows.iter().map(cells).collect::<Vec<_>>())
        })
    }
}

/// Have an earlier deployment of a function answer again.
#[derive(Debug, Args)]
pub(super) struct Rollback {
    /// The function.
    function: Name,
    /// The deployment; the one that answered before otherwise.
    #[arg(long, value_name = "DEPLOYMENT")]
    to: Option<u32>,
}

impl Rollback {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let path = format!("/v1/functions/{}/rollback", self.function);
        let wanted = api::Rollback { to: self.to };
        let answers: Deployment = common.client()?.send(Method::POST, &path, &wanted).await?;
        common.show(&answers, |answers| {
            let (number, function) = (answers.number, &answers.function);
            format!("deployment {number} of {function} answers again: its code and its limits; the environment stays as it is\n")
        })
    }
}

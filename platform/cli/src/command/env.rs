//! `env`: the environment of a function.

use clap::Subcommand;
use function::Name;
use hyper::Method;

use super::Common;
use crate::api::Changes;
use crate::exit::Exit;

/// Change or list the environment of a function.
#[derive(Debug, Subcommand)]
pub(super) enum Env {
    /// Set variables, from the next call on.
    Set {
        /// The function.
        function: Name,
        /// `NAME=value`
        #[arg(required = true, value_name = "NAME=VALUE")]
        variables: Vec<String>,
    },
    /// Remove variables, from the next call on.
    Unset {
        /// The function.
        function: Name,
        /// The names.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// List the names. Values are never shown.
    List {
        /// The function.
        function: Name,
    },
}

impl Env {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let client = common.client()?;
        let path = |function: &Name| format!("/v1/functions/{function}/environment");
        let names: Vec<String> = match self {
            Env::Set { function, variables } => {
                let mut changes = Changes::new();
                for variable in variables {
                    // The value may be a secret, so it is not repeated.
                    let (name, value) = variable
                        .split_once('=')
                        .ok_or_else(|| Exit::Usage("a variable is written NAME=value".into()))?;
                    changes.insert(name.into(), Some(value.into()));
                }
                client.send(Method::PATCH, &path(&function), &changes).await?
            }
            Env::Unset { function, names } => {
                let changes: Changes = names.into_iter().map(|name| (name, None)).collect();
                client.send(Method::PATCH, &path(&function), &changes).await?
            }
            Env::List { function } => client.get(&path(&function)).await?,
        };
        common.show(&names, |names| names.iter().map(|name| format!("{name}\n")).collect())
    }
}

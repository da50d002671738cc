//! `rm`: a function goes.

use std::collections::BTreeMap;

use clap::Args;
use function::Name;
use hyper::Method;

use super::Common;
use crate::exit::Exit;

/// Remove a function: its instances, deployments and environment, and the packages that no other one uses.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The function.
    function: Name,
}

impl Remove {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let path = format!("/v1/functions/{}", self.function);
        let removed: BTreeMap<String, String> =
            common.client()?.send(Method::DELETE, &path, &BTreeMap::<String, String>::new()).await?;
        common.show(&removed, |_| format!("{} is gone\n", self.function))
    }
}

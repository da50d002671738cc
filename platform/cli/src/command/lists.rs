//! `ls` and `ps`: what there is.

use executor::InstanceRow;

use super::{Common, table};
use crate::api::FunctionRow;
use crate::exit::Exit;

/// Lists the functions.
pub(super) async fn functions(common: &Common) -> Result<(), Exit> {
    let rows: Vec<FunctionRow> = common.client()?.get("/v1/functions").await?;
    common.show(&rows, |rows| {
        let cells = |row: &FunctionRow| {
            let active = row.active.as_ref();
            let runtime = active.map_or("-", |active| &active.made_of.runtime);
            let number = active.map_or("-".into(), |active| active.number.to_string());
            vec![row.name.to_string(), runtime.into(), number, row.url.clone()]
        };
        table(&["FUNCTION", "RUNTIME", "DEPLOYMENT", "URL"], &rows.iter().map(cells).collect::<Vec<_>>())
    })
}

/// Lists the instances.
pub(super) async fn instances(common: &Common) -> Result<(), Exit> {
    let rows: Vec<InstanceRow> = common.client()?.get("/v1/instances").await?;
    common.show(&rows, |rows| {
        let seconds = |ms: u64| format!("{}.{} s", ms / 1000, ms % 1000 / 100);
        let cells = |row: &InstanceRow| {
            let function = row.function.as_ref().map_or("-".into(), ToString::to_string);
            let deployment = row.deployment.map_or("-".into(), |number| number.to_string());
            let state = format!("{} ({})", row.state, row.calls);
            let image = row.image.strip_prefix("sha256:").unwrap_or(&row.image).chars().take(12).collect();
            vec![
                row.id.clone(),
                function,
                deployment,
                state,
                seconds(row.age_ms),
                seconds(row.idle_ms),
                image,
            ]
        };
        let head = ["INSTANCE", "FUNCTION", "DEPLOYMENT", "STATE (CALLS)", "AGE", "IDLE", "IMAGE"];
        table(&head, &rows.iter().map(cells).collect::<Vec<_>>())
    })
}

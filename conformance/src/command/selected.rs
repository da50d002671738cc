//! What the words of a command select, and a run over it.

use std::path::PathBuf;
use std::sync::Arc;

use super::exit::Exit;
use crate::plan::{self, Part, Plan, Runtime, Selection};
use crate::run::{Order, Run, Terminal};

/// A run over a selection, of which nothing is started yet; an interrupt will clean up after it.
pub(super) fn prepared(words: &[String], verbose: bool) -> Result<Arc<Run>, Exit> {
    prepared_part(words, None, verbose, Order::default())
}

/// The same over one part of a selection, in another order.
pub(super) fn prepared_part(
    words: &[String],
    part: Option<Part>,
    verbose: bool,
    order: Order,
) -> Result<Arc<Run>, Exit> {
    let root = plan::repository().map_err(usage)?;
    let plan = planned(words)?.part(part).map_err(usage)?;
    let run = Run::new(&root, plan, Arc::new(Terminal::new(verbose)));
    let run = Arc::new(run.map_err(Exit::Fault)?.ordered(order));
    run.clean_up_on_interrupt();
    Ok(run)
}

/// The plan of the repository under a selection.
pub(super) fn planned(words: &[String]) -> Result<Plan, Exit> {
    let (_, runtimes) = discovered()?;
    Plan::of(&runtimes, plan::today()).and_then(|plan| plan.select(&Selection::of(words))).map_err(usage)
}

/// The repository's root, and the runtimes in it.
pub(super) fn discovered() -> Result<(PathBuf, Vec<Runtime>), Exit> {
    let root = plan::repository().map_err(usage)?;
    let runtimes = plan::discover(&root).map_err(usage)?;
    Ok((root, runtimes))
}

pub(super) fn usage(error: plan::Error) -> Exit {
    Exit::Usage(error.to_string())
}

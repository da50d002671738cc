//! `list`: every requirement, without building or starting anything.

use clap::Args;

use super::{Exit, planned};

/// Show every requirement.
#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list, as `check` takes it.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
}

impl List {
    pub(super) fn run(self) -> Exit {
        let plan = match planned(&self.names) {
            Ok(plan) => plan,
            Err(exit) => return exit,
        };
        for planned in &plan.planned {
            let requirement = planned.requirement;
            let absent = planned.not_applicable.as_ref().map(|reason| format!(" (not applicable: {reason})"));
            println!(
                "{:40} {:6} {}{}",
                planned.name(),
                requirement.level,
                requirement.sentence,
                absent.unwrap_or_default()
            );
        }
        Exit::Green
    }
}

//! `list`: every requirement, without building or starting anything.

use std::io::Write;

use clap::Args;

use super::exit::Exit;
use super::part::PartArguments;
use super::selected::{planned, usage};

/// Show every requirement.
#[derive(Debug, Args)]
pub(super) struct List {
    /// What to list, as `check` takes it.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    #[command(flatten)]
    part: PartArguments,
}

impl List {
    pub(super) fn run(self) -> Exit {
        let plan = planned(&self.names).and_then(|plan| plan.part(self.part.asked_for()).map_err(usage));
        let plan = match plan {
            Ok(plan) => plan,
            Err(exit) => return exit,
        };
        let mut out = std::io::stdout().lock();
        for planned in &plan.planned {
            let requirement = planned.requirement;
            let absent = planned.not_applicable().map(|reason| format!(" (not applicable: {reason})"));
            let release = plan.versions.get(&planned.runtime).map(|spec| spec.base.release);
            let unstable = release.filter(|release| release.is_unstable());
            let pair = plan.versions.get(&planned.runtime).and_then(|spec| spec.serving.as_ref());
            let pair = pair.map(|serving| format!(" (a pair: {} serves)", serving.image));
            let unstable = unstable.map(|release| format!(" (unstable: of Debian {release})"));
            let line = format!("{:40} {:6} {}", planned.name(), requirement.level, requirement.sentence);
            // A reader that has seen enough, such as `head`, closes the pipe.
            if writeln!(
                out,
                "{line}{}{}{}",
                absent.unwrap_or_default(),
                unstable.unwrap_or_default(),
                pair.unwrap_or_default()
            )
            .is_err()
            {
                break;
            }
        }
        Exit::Passed
    }
}

//! Which part of a selection a command is about.

use clap::Args;

use crate::plan::Part;

/// Which part of a selection.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct PartArguments {
    /// Only what measures time, one at a time: `cold-start`.
    #[arg(long, conflicts_with = "untimed")]
    timed: bool,
    /// Only what does not measure time: a busy machine makes it slower, and not red.
    #[arg(long)]
    untimed: bool,
}

impl PartArguments {
    /// The part, or `None` for both.
    pub(super) fn asked_for(self) -> Option<Part> {
        match (self.timed, self.untimed) {
            (true, _) => Some(Part::Timed),
            (_, true) => Some(Part::Untimed),
            _ => None,
        }
    }
}

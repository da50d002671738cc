//! `build`: make and tag images.

use std::sync::Arc;

use clap::Args;

use super::{Exit, planned};
use crate::plan::repository;
use crate::run::{Run, Terminal};

/// Make and tag images.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// What to build: `node`, `node-24`; everything without any.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    /// Show each line that a build prints.
    #[arg(long, short)]
    verbose: bool,
}

impl Build {
    pub(super) async fn run(self) -> Exit {
        let plan = match planned(&self.names) {
            Ok(plan) => plan,
            Err(exit) => return exit,
        };
        let run = match Run::new(&repository(), plan, Arc::new(Terminal::new(self.verbose))) {
            Ok(run) => Arc::new(run),
            Err(why) => return Exit::Fault(why),
        };
        run.clean_up_on_interrupt();
        match run.build_images().await {
            Ok(images) => {
                for (name, size) in images {
                    println!("{name}  {} MiB", size / 1024 / 1024);
                }
                Exit::Green
            }
            Err(why) => Exit::Fault(why),
        }
    }
}

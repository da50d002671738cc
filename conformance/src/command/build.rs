//! `build`: make and tag images.

use clap::Args;

use super::exit::Exit;
use super::selected::prepared;

/// Make and tag images, two at a time; of a version that is a pair, both.
#[derive(Debug, Args)]
pub(super) struct Build {
    /// What to build: `node`, `node:24`; everything without any.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    /// Show each line that a build prints.
    #[arg(long, short)]
    verbose: bool,
}

impl Build {
    pub(super) async fn run(self) -> Exit {
        let run = match prepared(&self.names, self.verbose) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        let built = run.build_images().await;
        if let Err(why) = run.clean_up().await {
            return Exit::Fault(why);
        }
        match built {
            Ok(images) => {
                for (name, size) in images {
                    println!("{name}  {} MiB", size / 1024 / 1024);
                }
                Exit::Passed
            }
            Err(why) => Exit::Fault(why),
        }
    }
}

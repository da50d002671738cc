//! `document`: the tables in documents that repeat what is said elsewhere.

use clap::Args;

use super::exit::Exit;
use super::selected::discovered;
use crate::document::{self, Page};

/// Compare the tables in documents with what they show, or write them.
#[derive(Debug, Args)]
pub(super) struct Document {
    /// Write the tables that differ.
    #[arg(long)]
    write: bool,
}

impl Document {
    pub(super) fn run(self) -> Exit {
        let (root, runtimes) = match discovered() {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        match document::pages(&root, &runtimes) {
            Ok(pages) if self.write => write(&pages),
            Ok(pages) => compare(&pages),
            Err(why) => Exit::Usage(why),
        }
    }
}

/// Writes each page that is not as it should be.
pub(super) fn write(pages: &[Page]) -> Exit {
    for page in pages.iter().filter(|page| !page.is_fresh()) {
        if let Err(why) = page.write() {
            return Exit::Fault(why);
        }
        println!("wrote {}", page.path().display());
    }
    Exit::Passed
}

fn compare(pages: &[Page]) -> Exit {
    let stale: Vec<&Page> = pages.iter().filter(|page| !page.is_fresh()).collect();
    if stale.is_empty() {
        return Exit::Passed;
    }
    stale.iter().for_each(|page| println!("{}", page.diff()));
    eprintln!("{}", document::REMEDY);
    Exit::Failed
}

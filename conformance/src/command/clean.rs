//! `clean`: remove what the harness left in the engine.

use clap::Args;

use super::exit::Exit;
use crate::run;
use engine::{Engine, Error};

/// Remove what the harness left in the engine.
#[derive(Debug, Args)]
pub(super) struct Clean {
    /// Tell what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,
    /// Leave the images: the next run is sooner ready.
    #[arg(long)]
    keep_images: bool,
}

impl Clean {
    pub(super) async fn run(self) -> Exit {
        match self.clean().await {
            Ok(()) => Exit::Passed,
            Err(error) => Exit::Fault(error.to_string()),
        }
    }

    async fn clean(&self) -> Result<(), Error> {
        let engine = Engine::connect(run::owner("clean")).await?;
        let verb = if self.dry_run { "would remove" } else { "removed" };
        let left = engine.everyones().await?;
        if !self.dry_run {
            engine.remove(&left).await?;
        }
        let (containers, volumes, networks) =
            (left.containers.len(), left.volumes.len(), left.networks.len());
        println!("{verb} {containers} containers, {volumes} volumes, {networks} networks");
        if self.keep_images {
            return Ok(());
        }
        let mut images = engine.built_images().await?;
        // The bases last, those of families first among them: the others depend on them.
        images.sort_by_key(|(name, _)| (name.contains("/base"), name.contains("/base:")));
        for (name, size) in images {
            if !self.dry_run {
                engine.remove_image(&name).await?;
            }
            println!("{verb} {name}  {} MiB", size / 1024 / 1024);
        }
        Ok(())
    }
}

//! `build.sh` in a container: other people's code, which may do nothing else.

use std::path::Path;
use std::time::Duration;

use engine::{Archive, Container, ContainerSpec, Engine, Network, Profile, Volume};
use function::{Archive as Untrusted, ArchiveError, Bounds};
use thiserror::Error;
use tokio::time::timeout;

use crate::log::Writer;

/// How long a build may take, downloads included.
const LIMIT: Duration = Duration::from_secs(600);
/// Processes and threads at once; compilers have many.
const PROCESSES: u32 = 1024;
/// Memory of a build in MiB, if the machine has not less.
const MEMORY: u32 = 2048;
/// The numeric user of the images.
const USER: u64 = 65532;
/// What an archive may have besides the package in it, in bytes.
const BLOCKS: usize = 1024 * 1024;

/// Why there is no package.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The source or the package is not as it must be.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// `build.sh` failed.
    #[error("build.sh ended with exit code {code}{}; its log says why", if *.out_of_memory { ", its memory ran out" } else { "" })]
    Failed {
        /// Its exit code.
        code: i64,
        /// Whether it was killed because its memory ran out.
        out_of_memory: bool,
    },
    /// It took too long.
    #[error("build.sh took longer than {} s and was ended", .0.as_secs())]
    Timeout(Duration),
    /// It ended well and left nothing.
    #[error("build.sh ended well and left no package")]
    NoPackage,
    /// The source could not be read.
    #[error("failed to read the source: {0}")]
    Source(std::io::Error),
    /// The engine failed: the machine's fault, not the code's.
    #[error(transparent)]
    Engine(#[from] engine::Error),
}

/// Builds packages in containers of an engine.
#[derive(Clone, Debug)]
pub struct Builder {
    engine: Engine,
    network: String,
    most: u64,
}

impl Builder {
    /// A builder whose packages have at most so many bytes. What it runs is in the engine's network of that name.
    pub fn new(engine: Engine, network: &str, most: u64) -> Self {
        Builder { engine, network: network.into(), most }
    }

    /// Builds a source, a packed archive, in a container of that image, and returns the package. What is printed goes
    /// to `log` as it comes.
    ///
    /// # Errors
    /// There is no package. Nothing is left either way.
    pub async fn build(&self, image: &str, source: &Path, log: &mut Writer) -> Result<Vec<u8>, BuildError> {
        let packed = tokio::fs::read(source).await.map_err(BuildError::Source)?;
        let unpacking =
            tokio::task::spawn_blocking(move || Untrusted::new(&packed, Bounds::default()).owned_by(USER));
        let tar = unpacking.await.map_err(|error| BuildError::Source(std::io::Error::other(error)))??;
        let spec = ContainerSpec {
            command: Some(vec!["build.sh".into()]),
            network: Network::Named(self.network.clone()),
            profile: Profile::hardened(PROCESSES, MEMORY),
            volumes: vec![Volume::own("/tmp"), Volume::own(protocol::CODE)],
            bounded_log: true,
            ..ContainerSpec::of(image)
        };
        let container = self.engine.create(&spec).await?;
        let built = self.run(&container, tar, log).await;
        // Also what ran for too long: its end is its removal.
        let removed = container.remove().await;
        let package = built?;
        removed?;
        Ok(package)
    }

    async fn run(
        &self,
        container: &Container,
        tar: Vec<u8>,
        log: &mut Writer,
    ) -> Result<Vec<u8>, BuildError> {
        container.upload(protocol::CODE, tar).await?;
        container.start().await?;
        let printing = async {
            let mut lines = container.lines();
            while let Some(line) = lines.next().await? {
                log.line(&line.text);
            }
            container.wait(LIMIT).await
        };
        let ended = timeout(LIMIT, printing).await.map_err(|_| BuildError::Timeout(LIMIT))??;
        let exit = ended.ok_or(BuildError::Timeout(LIMIT))?;
        if exit.code != 0 {
            return Err(BuildError::Failed { code: exit.code, out_of_memory: exit.out_of_memory });
        }
        let path = format!("{}/{}", protocol::CODE, protocol::PACKAGE_NAME);
        let most = usize::try_from(self.most).unwrap_or(usize::MAX).saturating_add(BLOCKS);
        let archive = container.download_at_most(&path, most).await?.ok_or(BuildError::NoPackage)?;
        let package = Archive::members(&archive)?.pop().ok_or(BuildError::NoPackage)?.content;
        let checking = tokio::task::spawn_blocking(move || {
            Untrusted::new(&package, Bounds::default()).check().map(|()| package)
        });
        Ok(checking.await.map_err(|error| BuildError::Source(std::io::Error::other(error)))??)
    }
}

//! What `build.sh` makes of source.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Archive, Exit, Network, Spec, Volume};
use crate::protocol;
use crate::target::launch::user_of;
use crate::target::{Checked, Runtime, Trouble};

/// How long a build may take, downloads included.
const PATIENCE: Duration = Duration::from_secs(600);

/// The packages that checks start servers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Package {
    /// The probe, with its dependency.
    Probe,
    /// The function without dependencies, built with no network.
    Plain,
    /// The one that fails to load.
    Broken,
    /// The one without a handler.
    NoHandler,
    /// The runtime's example.
    Example,
}

/// Folders of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `probe/` of the language.
    Probe,
    /// `plain/` of the language.
    Plain,
    /// `broken/` of the language.
    Broken,
    /// `no-handler/` of the language.
    NoHandler,
    /// `failing/` of the language.
    Failing,
    /// `example/` of the runtime.
    Example,
}

impl Package {
    /// What it is built from.
    pub fn source(self) -> Source {
        match self {
            Package::Probe => Source::Probe,
            Package::Plain => Source::Plain,
            Package::Broken => Source::Broken,
            Package::NoHandler => Source::NoHandler,
            Package::Example => Source::Example,
        }
    }
}

/// One run of `build.sh`.
#[derive(Clone, Debug)]
pub struct BuildJob {
    /// What is built.
    pub source: Source,
    /// More files beside it: path and content.
    pub extra: Vec<(String, Vec<u8>)>,
    /// Whether it may reach the network.
    pub online: bool,
    /// The numeric user it runs as, where not the image's own.
    pub user: Option<u64>,
    /// Whether the folder is watched while it runs.
    pub watched: bool,
}

impl BuildJob {
    /// `build.sh` over that source, as the image has it, with a network.
    pub fn of(source: Source) -> Self {
        BuildJob { source, extra: Vec::new(), online: true, user: None, watched: false }
    }
}

/// What came of a run of `build.sh`.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it ended.
    pub exit: Exit,
    /// All that it printed.
    pub log: String,
    /// The package, where there is one.
    pub package: Option<Vec<u8>>,
    /// The numeric owner of the package.
    pub owner: u64,
}

impl Runtime {
    /// The folder of that source.
    pub fn source(&self, source: Source) -> PathBuf {
        match source {
            Source::Probe => self.facts.language.join("probe"),
            Source::Plain => self.facts.language.join("plain"),
            Source::Broken => self.facts.language.join("broken"),
            Source::NoHandler => self.facts.language.join("no-handler"),
            Source::Failing => self.facts.language.join("failing"),
            Source::Example => self.facts.folder.join("example"),
        }
    }

    /// The package, built when first asked for.
    ///
    /// # Errors
    /// It cannot be built: told once, and blocking whatever stands on it.
    pub async fn package(&self, package: Package) -> Checked<Arc<Vec<u8>>> {
        let cell = self.package_cell(package);
        let made = cell.get_or_init(|| async {
            self.workshop().say(&format!("{}: building {package:?}", self.facts.label()));
            let built = self.run_build(&BuildJob::of(package.source())).await?;
            match built.package {
                Some(bytes) if built.exit.code == 0 => Ok(Arc::new(bytes)),
                _ => Err(Trouble::missing(
                    format!("the package {package:?} of {}", self.facts.label()),
                    format!(
                        "build.sh ended with {} over {}:\n{}",
                        built.exit.code,
                        self.source(package.source()).display(),
                        built.log.trim_end()
                    ),
                )),
            }
        });
        made.await.clone()
    }

    /// Runs `build.sh` in a container of its own.
    ///
    /// # Errors
    /// The engine fails, or it does not end in time.
    pub async fn run_build(&self, job: &BuildJob) -> Checked<Built> {
        let engine = self.workshop().engine().await?;
        let image = self.image().await?;
        let owner = job.user.unwrap_or(user_of(&image.user));
        let mut command = vec!["build.sh".to_string()];
        if job.watched {
            let target = format!("{}/{}", protocol::CODE, protocol::PACKAGE_NAME);
            command.splice(0..0, ["/tmp/inside".into(), "watch".into(), target, "--".into()]);
        }
        let container = engine
            .create(&Spec {
                command: Some(command),
                user: job.user.map(|user| format!("{user}:{user}")),
                network: if job.online { Network::Bridge } else { Network::None },
                volumes: vec![Volume::own("/tmp"), Volume::own(protocol::CODE)],
                ..Spec::of(&self.facts.image)
            })
            .await?;
        let inside = Archive::owned_by(owner).file("inside", &self.workshop().inside().await?, true)?;
        container.upload("/tmp", inside.finish()?).await?;
        let mut source = Archive::owned_by(owner).folder(&self.source(job.source))?;
        for (path, content) in &job.extra {
            source = source.file(path, content, false)?;
        }
        container.upload(protocol::CODE, source.finish()?).await?;
        container.start().await?;
        let Some(exit) = container.wait(PATIENCE).await? else {
            container.remove().await?;
            let limit = format!("an end of build.sh within {} s", PATIENCE.as_secs());
            return Err(Trouble::broken(limit, "it still ran"));
        };
        let log = container.log().await?.all;
        let found = container.download(&format!("{}/{}", protocol::CODE, protocol::PACKAGE_NAME)).await?;
        container.remove().await?;
        let member = match found {
            Some(archive) => Archive::members(&archive)?.pop(),
            None => None,
        };
        let owner = member.as_ref().map_or(0, |member| member.owner);
        Ok(Built { exit, log, package: member.map(|member| member.content), owner })
    }
}

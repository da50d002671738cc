//! What `build.sh` makes of source.

use std::path::PathBuf;

use crate::backend::error::{CheckError, CheckResult};
use crate::backend::report::reported;
use crate::backend::source::Source;
use agent::Watched;
use engine::{Archive, Entry, Exit};

/// Something beside the source that is built.
#[derive(Clone, Debug)]
pub enum Extra {
    /// A file.
    File(Vec<u8>),
    /// A file that may be executed.
    Program(Vec<u8>),
    /// An empty folder.
    Folder,
    /// A symbolic link, and where it leads.
    Link(String),
}

/// One run of `build.sh`.
#[derive(Clone, Debug)]
pub struct BuildJob {
    /// What is built.
    pub source: Source,
    /// What is beside it, by its path.
    pub extra: Vec<(String, Extra)>,
    /// Whether it may reach the network.
    pub online: bool,
    /// The numeric user it runs as, if not the image's own.
    pub user: Option<u64>,
    /// Whether the container has the key, which `build.sh` must not hand on.
    pub keyed: bool,
    /// Whether it is watched while it is made: then [`Built::watched`] tells what was seen.
    pub watched: bool,
}

impl BuildJob {
    /// `build.sh` over that source, as the image has it, with a network.
    pub fn of(source: Source) -> Self {
        BuildJob { source, extra: Vec::new(), online: true, user: None, keyed: false, watched: false }
    }
}

/// What came of a run of `build.sh`.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it ended.
    pub exit: Exit,
    /// All that it printed.
    pub log: String,
    /// The package, if there is one.
    pub package: Option<Vec<u8>>,
    /// The numeric owner of the package.
    pub owner: u64,
}

impl Built {
    /// The paths of the files in the package.
    ///
    /// # Errors
    /// There is none, or it is not an archive.
    pub fn members(&self) -> CheckResult<Vec<PathBuf>> {
        let archive = Archive::unzip(self.package.as_deref().unwrap_or_default())?;
        Ok(Archive::members(&archive)?.into_iter().map(|member| member.path).collect())
    }

    /// All that is in the package.
    ///
    /// # Errors
    /// There is none, or it is not an archive.
    pub fn entries(&self) -> CheckResult<Vec<Entry>> {
        let archive = Archive::unzip(self.package.as_deref().unwrap_or_default())?;
        Ok(Archive::entries_of(&archive)?)
    }

    /// What was seen of a watched build.
    ///
    /// # Errors
    /// It was not watched, or something could not be read meanwhile: the harness's fault.
    pub fn watched(&self) -> CheckResult<Watched> {
        let fault = |why: String| Err(CheckError::Fault(why));
        match reported::<Watched>(&self.log)? {
            None => fault(format!("nobody watched the build: {}", self.summary())),
            Some(watched) if !watched.unread.is_empty() => {
                fault(format!("the watch could not read everything: {}", watched.unread.join("; ")))
            }
            Some(watched) => Ok(watched),
        }
    }

    /// One line for a failure message.
    pub fn summary(&self) -> String {
        let size =
            self.package.as_ref().map_or("no package".into(), |package| format!("{} bytes", package.len()));
        format!("exit code {}, {size}, and printed: {}", self.exit.code, self.log.trim())
    }
}

//! What goes wrong at a place where instances run.

use thiserror::Error;

/// What went wrong, in words that say what to do next.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The container engine refused or failed.
    #[cfg(feature = "docker")]
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// A package does not unpack.
    #[cfg(feature = "docker")]
    #[error("the package cannot be unpacked: {0}")]
    Package(#[from] function::ArchiveError),
    /// A file, a folder or a connection failed.
    #[error("failed to {doing}: {source}")]
    Io {
        /// What was to be done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The adapter cannot do what it was asked to, as its capabilities say.
    #[error("instances here cannot be given a package after their start")]
    CannotDeliver,
}

impl Error {
    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        Error::Io { doing: doing.into(), source }
    }
}

//! What goes wrong with what is kept.

use std::path::PathBuf;

use thiserror::Error;

/// What went wrong, in words that say what to do next.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process has the folder.
    #[error("{} is in use by another `open-runtimes up`; stop that one, or name another folder with --data", .0.display())]
    InUse(PathBuf),
    /// A newer version of the program wrote the database.
    #[error("{} was written by a newer open-runtimes (schema {found}, this one knows {known}); update this one", .file.display())]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// A file or folder could not be read or written.
    #[error("failed to {doing}: {source}")]
    Io {
        /// What was to be done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// What came is larger than it may be.
    #[error("it is larger than {} MiB", .0 / 1024 / 1024)]
    TooLarge(u64),
    /// What came is not what was announced.
    #[error("the bytes have the SHA-256 {found}, and {named} was announced; send them again")]
    OtherContent {
        /// What was announced.
        named: String,
        /// What came.
        found: String,
    },
    /// A file that is named by its content is gone.
    #[error("the package {0} is gone from the data folder; deploy again")]
    Missing(String),
    /// A digest is no SHA-256.
    #[error("{0:?} is no SHA-256: 64 lower-case hexadecimal digits")]
    NoDigest(String),
}

impl Error {
    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        Error::Io { doing: doing.into(), source }
    }
}

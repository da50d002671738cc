//! Where instances of functions run. The executor knows a place only through these traits.

#[cfg(feature = "docker")]
mod docker;
mod error;
#[cfg(feature = "memory")]
pub mod memory;

#[cfg(feature = "docker")]
pub use docker::Docker;
pub use error::Error;

use std::fmt::Debug;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

/// What an adapter is asked for, once it is there.
pub type Answer<'a, T = ()> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// What bytes go to an instance through: a socket, a pipe.
pub trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// A package: what `build.sh` made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its SHA-256.
    pub digest: String,
    /// The file with it.
    pub file: PathBuf,
    /// The file of the function that is called by default. It appears last.
    pub entrypoint: String,
}

/// An instance to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The image.
    pub image: String,
    /// The instance's own key.
    pub key: String,
    /// Memory in MiB.
    pub memory: u32,
}

/// What an adapter can do. What it cannot do is said here, and not at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether a package can be delivered to an instance that was started without one.
    pub delivers: bool,
}

/// A line that an instance printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whether it was printed on standard error.
    pub is_error: bool,
    /// The line without its end.
    pub text: String,
}

/// How an instance ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The exit code.
    pub code: i64,
    /// Whether it was killed because its memory ran out.
    pub out_of_memory: bool,
}

/// A place where instances run.
pub trait Adapter: Debug + Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Starts an instance, over a package or without one, and does not wait until it is ready. If it cannot, nothing is
    /// left.
    fn start<'a>(&'a self, spec: &'a Spec, package: Option<&'a Package>) -> Answer<'a, Arc<dyn Instance>>;

    /// Removes what it keeps of a package, by its SHA-256: no instance will be started over it any more.
    fn forget(&self, digest: &str);
}

/// An instance. It is there until it is stopped.
pub trait Instance: Debug + Send + Sync {
    /// What it is called at its place.
    fn id(&self) -> &str;

    /// Opens a connection to its server.
    fn dial(&self) -> Answer<'_, Box<dyn Bytes>>;

    /// Gives it the package that it was started without; only with [`Capabilities::delivers`].
    fn deliver<'a>(&'a self, package: &'a Package) -> Answer<'a>;

    /// How it ended, or `None` while it runs.
    fn ended(&self) -> Answer<'_, Option<Ended>>;

    /// The lines that it prints, from its first on.
    fn lines(&self) -> Box<dyn Lines>;

    /// Ends it at once, whatever it does, and leaves nothing of it.
    fn stop(&self) -> Answer<'_>;
}

/// The lines of an instance.
pub trait Lines: Send {
    /// The next, or `None` after the last.
    fn next(&mut self) -> Answer<'_, Option<Line>>;
}

//! Where servers run. Everything a check may do to a server beyond speaking HTTP goes through here, so
//! that checks run the same on containers and on whatever else keeps the contract.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::backend::build::{BuildJob, Built};
use crate::backend::error::{CheckError, CheckResult};
use crate::backend::launch::Launch;
use crate::backend::report::descriptors;
use crate::backend::signal::Signal;
use agent::Look;
use engine::{Exit, Image, Log, Member};

/// Something that will come.
pub type BackendFuture<'a, T = ()> = BoxFuture<'a, CheckResult<T>>;

/// Where the servers of one version run, and where its packages are made.
pub trait Backend: Debug + Send + Sync {
    /// The image, made when first asked for; of a pair, the one that builds.
    fn image(&self) -> BackendFuture<'_, Image>;
    /// The image that serves, made when first asked for: the same one, if there is no pair.
    fn serving_image(&self) -> BackendFuture<'_, Image> {
        self.image()
    }
    /// Whether its machines run the agent.
    fn has_agent(&self) -> bool {
        true
    }
    /// Runs `build.sh`.
    fn build<'a>(&'a self, job: &'a BuildJob) -> BackendFuture<'a, Built>;
    /// The one file of the bare server.
    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>>;
    /// Makes an instance with everything in it that the launch asks for, not started. `package` is what
    /// is in `/tmp` as the package.
    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> BackendFuture<'a, Arc<dyn Instance>>;
}

/// What one server runs on: a container, a process.
pub trait Instance: Debug + Send + Sync {
    /// Starts it.
    fn start(&self) -> BackendFuture<'_>;
    /// Where its server is reached, once that is known.
    fn address(&self) -> BackendFuture<'_, Option<SocketAddr>>;
    /// Sends a signal to its first process.
    fn signal(&self, signal: Signal) -> BackendFuture<'_>;
    /// Stops and starts it again.
    fn restart(&self) -> BackendFuture<'_>;
    /// How it ended, or `None` while it runs.
    fn ended(&self) -> BackendFuture<'_, Option<Exit>>;
    /// Waits for its end, at most so long.
    fn wait(&self, limit: Duration) -> BackendFuture<'_, Option<Exit>>;
    /// From the last signal to the end, by the times of the engine that runs it.
    fn signal_to_end(&self) -> BackendFuture<'_, Duration>;
    /// What it printed so far.
    fn log(&self) -> BackendFuture<'_, Log>;
    /// Its processes and limits, as `agent look` tells them.
    fn look(&self) -> BackendFuture<'_, Look>;
    /// How many descriptors its processes have open.
    fn descriptors(&self) -> BackendFuture<'_, u64> {
        Box::pin(async { descriptors(&self.look().await?) })
    }
    /// Whether a file is there.
    fn has<'a>(&'a self, path: &'a str) -> BackendFuture<'a, bool>;
    /// Makes an empty file.
    fn touch<'a>(&'a self, path: &'a str) -> BackendFuture<'a>;
    /// Makes a symbolic link of that name in a folder, to the folder itself.
    fn link<'a>(&'a self, folder: &'a str, name: &'a str) -> BackendFuture<'a>;
    /// Unpacks a package in a folder, made if need be, with one file of it under the name `<file>.arriving`.
    fn unpack<'a>(&'a self, package: &'a [u8], folder: &'a str, file: &'a str) -> BackendFuture<'a>;
    /// Renames `<file>.arriving` to `<file>`.
    fn reveal<'a>(&'a self, folder: &'a str, file: &'a str) -> BackendFuture<'a>;
    /// Where a program is found on its `PATH`.
    fn which<'a>(&'a self, program: &'a str) -> BackendFuture<'a, String>;
    /// The files of a folder and those below it, their paths beginning with its name; or the one file of that path.
    fn files<'a>(&'a self, path: &'a str) -> BackendFuture<'a, Vec<Member>> {
        let why = format!("nothing here tells what {path} contains");
        Box::pin(async { Err(CheckError::Fault(why)) })
    }
    /// Removes it, running or not.
    fn remove(&self) -> BackendFuture<'_>;
}

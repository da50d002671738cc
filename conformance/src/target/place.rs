//! Where servers run. Everything a check may do to a server beyond speaking HTTP goes through here, so
//! that checks run the same on containers and on whatever else keeps the contract.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::target::{BuildJob, Built, Checked, Launch, Signal};
use engine::{Exit, Image, Log};

/// Something that will come.
pub type Coming<'a, T = ()> = BoxFuture<'a, Checked<T>>;

/// Where the servers of one version run, and where its packages are made.
pub trait Place: Debug + Send + Sync {
    /// The image, made when first asked for.
    fn image(&self) -> Coming<'_, Image>;
    /// Whether its machines run the program inside.
    fn has_inside(&self) -> bool {
        true
    }
    /// Runs `build.sh`.
    fn build<'a>(&'a self, job: &'a BuildJob) -> Coming<'a, Built>;
    /// The one file of the bare server.
    fn bare(&self) -> Coming<'_, Arc<Vec<u8>>>;
    /// Makes a machine with everything in it that the launch asks for, not started. `package` is what
    /// lies in `/tmp` as the package.
    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> Coming<'a, Arc<dyn Machine>>;
}

/// What one server runs on: a container, a process.
pub trait Machine: Debug + Send + Sync {
    /// Starts it.
    fn start(&self) -> Coming<'_>;
    /// Where its server is reached, once that is known.
    fn address(&self) -> Coming<'_, Option<SocketAddr>>;
    /// Sends a signal to its first process.
    fn signal(&self, signal: Signal) -> Coming<'_>;
    /// Stops and starts it again.
    fn restart(&self) -> Coming<'_>;
    /// How it ended, or `None` while it runs.
    fn ended(&self) -> Coming<'_, Option<Exit>>;
    /// Waits for its end, at most so long.
    fn wait(&self, limit: Duration) -> Coming<'_, Option<Exit>>;
    /// From the last signal to the end, by the times of whoever runs it.
    fn signal_to_end(&self) -> Coming<'_, Duration>;
    /// What it printed so far.
    fn log(&self) -> Coming<'_, Log>;
    /// Its processes and limits, as `inside look` tells them.
    fn look(&self) -> Coming<'_, Value>;
    /// Whether a file is there.
    fn has<'a>(&'a self, path: &'a str) -> Coming<'a, bool>;
    /// Makes an empty file.
    fn touch<'a>(&'a self, path: &'a str) -> Coming<'a>;
    /// Makes a symbolic link of that name in a folder, to the folder itself.
    fn link<'a>(&'a self, folder: &'a str, name: &'a str) -> Coming<'a>;
    /// Unpacks a package in a folder, made if need be, with one file of it under the name `<file>.arriving`.
    fn unpack<'a>(&'a self, package: &'a [u8], folder: &'a str, file: &'a str) -> Coming<'a>;
    /// Renames `<file>.arriving` to `<file>`.
    fn reveal<'a>(&'a self, folder: &'a str, file: &'a str) -> Coming<'a>;
    /// Where a program is found on its `PATH`.
    fn which<'a>(&'a self, program: &'a str) -> Coming<'a, String>;
    /// Removes it, running or not.
    fn remove(&self) -> Coming<'_>;
}

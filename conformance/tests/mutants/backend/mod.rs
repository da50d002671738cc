//! Where the servers of one mutant run: processes of this machine, each in a sandbox of its own.

mod process;
mod sandbox;

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use agent::{Json, Watched};
use conformance::backend::{
    Backend, BackendFuture, BuildJob, Built, CheckError, CheckResult, Extra, Instance, Key, Launch, Spec,
    Start,
};
use engine::Image;
use protocol::{CODE, DEPLOY_CODE, KEY, PACKAGE_NAME};
use tokio::process::Child;

use crate::reference::Mode;
use process::{Process, exit};
use sandbox::Sandbox;

/// Between looks at a package that is being made.
const LOOK: Duration = Duration::from_micros(500);

/// Where the servers of one mutant run.
#[derive(Debug)]
pub(crate) struct Sandboxes {
    fault: String,
    key: String,
    spec: Spec,
    folder: PathBuf,
    made: AtomicUsize,
}

/// What this machine refuses is not a server's fault.
fn refused(error: std::io::Error) -> CheckError {
    CheckError::Fault(error.to_string())
}

/// Puts something beside a source.
fn plant(place: &Path, extra: &Extra) -> std::io::Result<()> {
    std::fs::create_dir_all(place.parent().unwrap_or(place))?;
    match extra {
        Extra::File(content) => std::fs::write(place, content),
        Extra::Program(content) => std::fs::write(place, content)
            .and_then(|()| std::fs::set_permissions(place, Permissions::from_mode(0o755))),
        Extra::Folder => std::fs::create_dir(place),
        Extra::Link(target) => std::os::unix::fs::symlink(target, place),
    }
}

/// Waits for a build, and gives each size that its package was seen with.
fn watch(mut child: Child, package: &Path) -> std::io::Result<(ExitStatus, Vec<u64>)> {
    let mut sightings: Vec<u64> = Vec::new();
    loop {
        let ended = child.try_wait()?;
        let size = std::fs::metadata(package).map(|seen| seen.len()).ok();
        sightings.extend(size.filter(|size| sightings.last() != Some(size)));
        match ended {
            Some(status) => return Ok((status, sightings)),
            None => std::thread::sleep(LOOK),
        }
    }
}

impl Sandboxes {
    /// Sandboxes of the mutant with that fault, below a folder that goes with them.
    pub(crate) fn new(fault: &str, key: &str, spec: Spec, folder: PathBuf) -> Self {
        Sandboxes { fault: fault.into(), key: key.into(), spec, folder, made: AtomicUsize::new(0) }
    }

    fn sandbox(&self) -> CheckResult<Sandbox> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Sandbox::new(&self.folder.join(number.to_string()), &self.fault).map_err(refused)
    }

    async fn run_build(&self, job: &BuildJob) -> CheckResult<Built> {
        let sandbox = self.sandbox()?;
        sandbox.stock(&self.spec.source(job.source), CODE).await.map_err(refused)?;
        for (path, extra) in &job.extra {
            plant(&sandbox.below(&format!("{CODE}/{path}")), extra).map_err(refused)?;
        }
        let package = sandbox.below(&format!("{CODE}/{PACKAGE_NAME}"));
        let child =
            sandbox.program(Mode::Build, &[]).and_then(|mut program| program.spawn()).map_err(refused)?;
        let watching = package.clone();
        // On a thread of its own: among the tasks, it might not look for as long as a package is half written.
        let watched = tokio::task::spawn_blocking(move || watch(child, &watching)).await;
        let (status, sightings) =
            watched.map_err(|error| CheckError::Fault(error.to_string()))?.map_err(refused)?;
        let mut log = sandbox.log().map_err(refused)?.all;
        if job.watched {
            // Nothing is asked about the rest if there is no image.
            let watched = Watched { sightings, key_seen: false, home_writable: true, unread: Vec::new() };
            log += &format!("{}\n", watched.json());
        }
        let owner = std::fs::metadata(&package).map_or(0, |package| u64::from(package.uid()));
        let built = Built { exit: exit(status), log, package: std::fs::read(&package).ok(), owner };
        sandbox.remove().map_err(refused)?;
        Ok(built)
    }

    async fn make(&self, launch: &Launch, package: Option<Arc<Vec<u8>>>) -> CheckResult<Arc<dyn Instance>> {
        let sandbox = self.sandbox()?;
        let put = |name: &str, content: &[u8]| {
            std::fs::write(sandbox.below(&format!("/tmp/{name}")), content).map_err(refused)
        };
        if let Some(package) = package {
            put(launch.package_name(), &package)?;
        }
        for (name, content) in launch.files() {
            put(name, content)?;
        }
        let mut variables = launch.environment().to_vec();
        match launch.given_key() {
            Key::Valid => variables.push((KEY.into(), self.key.clone())),
            Key::Unset => {}
            Key::Raw(key) => variables.push((KEY.into(), key.clone())),
        }
        match launch.how() {
            Start::Deploy(source) => {
                sandbox.stock(&self.spec.source(*source), DEPLOY_CODE).await.map_err(refused)?
            }
            Start::Unpacked => sandbox
                .unpack(&sandbox.below(&format!("/tmp/{}", Launch::UNPACKED)), CODE, None)
                .await
                .map_err(refused)?,
            Start::Launch | Start::Twice => {}
            Start::Agent(_) => {
                return Err(CheckError::Fault("the agent does not run beside a process".into()));
            }
        }
        let mode = if matches!(launch.how(), Start::Deploy(_)) { Mode::Deploy } else { Mode::Launch };
        Ok(Arc::new(Process::new(sandbox, mode, variables, *launch.how() == Start::Twice)))
    }
}

impl Drop for Sandboxes {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Backend for Sandboxes {
    fn image(&self) -> BackendFuture<'_, Image> {
        Box::pin(async { Err(CheckError::Fault("a process has no image".into())) })
    }

    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>> {
        Box::pin(async { Err(CheckError::Fault("this language has no bare server".into())) })
    }

    fn has_agent(&self) -> bool {
        false
    }

    fn build<'a>(&'a self, job: &'a BuildJob) -> BackendFuture<'a, Built> {
        Box::pin(self.run_build(job))
    }

    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> BackendFuture<'a, Arc<dyn Instance>> {
        Box::pin(self.make(launch, package))
    }
}

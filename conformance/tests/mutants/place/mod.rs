//! Where the servers of one mutant run: processes of this machine, each in a room of its own.

mod process;
mod room;

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conformance::target::{
    BuildJob, Built, Checked, Coming, Facts, Key, Launch, Machine, Place, Start, Trouble,
};
use engine::Image;
use protocol::{CODE, DEPLOY_CODE, KEY, PACKAGE_NAME};

use crate::reference::Mode;
use process::{Process, exit};
use room::Room;

/// Between looks at a package that is being made.
const LOOK: Duration = Duration::from_micros(500);

/// Where the servers of one mutant run.
#[derive(Debug)]
pub(crate) struct Rooms {
    fault: String,
    key: String,
    facts: Facts,
    folder: PathBuf,
    made: AtomicUsize,
}

/// What this machine refuses is no fault of a server.
fn refused(error: std::io::Error) -> Trouble {
    Trouble::Fault(error.to_string())
}

impl Rooms {
    /// Rooms of the mutant with that fault, below a folder that goes with them.
    pub(crate) fn new(fault: &str, key: &str, facts: Facts, folder: PathBuf) -> Self {
        Rooms { fault: fault.into(), key: key.into(), facts, folder, made: AtomicUsize::new(0) }
    }

    fn room(&self) -> Checked<Room> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        Room::new(&self.folder.join(number.to_string()), &self.fault).map_err(refused)
    }

    async fn run_build(&self, job: &BuildJob) -> Checked<Built> {
        let room = self.room()?;
        room.stock(&self.facts.source(job.source), CODE).await.map_err(refused)?;
        for (path, content) in &job.extra {
            std::fs::write(room.below(&format!("{CODE}/{path}")), content).map_err(refused)?;
        }
        let package = room.below(&format!("{CODE}/{PACKAGE_NAME}"));
        let mut child =
            room.program(Mode::Build, &[]).and_then(|mut program| program.spawn()).map_err(refused)?;
        let mut sightings: Vec<u64> = Vec::new();
        let status = loop {
            let ended = child.try_wait().map_err(refused)?;
            let size = std::fs::metadata(&package).map(|seen| seen.len()).ok();
            sightings.extend(size.filter(|size| sightings.last() != Some(size)));
            match ended {
                Some(status) => break status,
                None => tokio::time::sleep(LOOK).await,
            }
        };
        let mut log = room.log().map_err(refused)?.all;
        if job.watched {
            log += &format!("{{\"sightings\":{sightings:?}}}\n");
        }
        let owner = std::fs::metadata(&package).map_or(0, |package| u64::from(package.uid()));
        let built = Built { exit: exit(status), log, package: std::fs::read(&package).ok(), owner };
        room.remove().map_err(refused)?;
        Ok(built)
    }

    async fn make(&self, launch: &Launch, package: Option<Arc<Vec<u8>>>) -> Checked<Arc<dyn Machine>> {
        let room = self.room()?;
        let put = |name: &str, content: &[u8]| {
            std::fs::write(room.below(&format!("/tmp/{name}")), content).map_err(refused)
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
                room.stock(&self.facts.source(*source), DEPLOY_CODE).await.map_err(refused)?
            }
            Start::Unpacked => room
                .unpack(&room.below(&format!("/tmp/{}", Launch::UNPACKED)), CODE, None)
                .await
                .map_err(refused)?,
            Start::Launch | Start::Twice => {}
            Start::Inside(_) => {
                return Err(Trouble::Fault("a process has no inside to be measured from".into()));
            }
        }
        let mode = if matches!(launch.how(), Start::Deploy(_)) { Mode::Deploy } else { Mode::Launch };
        Ok(Arc::new(Process::new(room, mode, variables, *launch.how() == Start::Twice)))
    }
}

impl Drop for Rooms {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Place for Rooms {
    fn image(&self) -> Coming<'_, Image> {
        Box::pin(async { Err(Trouble::Fault("a process has no image".into())) })
    }

    fn bare(&self) -> Coming<'_, Arc<Vec<u8>>> {
        Box::pin(async { Err(Trouble::Fault("this language has no bare server".into())) })
    }

    fn has_inside(&self) -> bool {
        false
    }

    fn build<'a>(&'a self, job: &'a BuildJob) -> Coming<'a, Built> {
        Box::pin(self.run_build(job))
    }

    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> Coming<'a, Arc<dyn Machine>> {
        Box::pin(self.make(launch, package))
    }
}

//! Whose things are whose: every container and volume says which process started it, so that a later
//! run can remove what a killed one left behind, and nothing else.

use std::collections::HashMap;
use std::path::Path;

use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListNetworksOptionsBuilder, ListVolumesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveVolumeOptions,
};
use futures_util::future::join_all;

use crate::{Engine, Error};

/// A program that uses an engine: what it calls its own there, and what it tells its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// What its labels begin with, such as `org.example.program`. Programs of different prefixes leave each other's
    /// things alone.
    pub labels: &'static str,
    /// What a user does when no engine answers: lines that are shown as they are.
    pub remedy: &'static str,
}

impl Program {
    fn label(&self, name: &str) -> String {
        format!("{}.{name}", self.labels)
    }
}

// The ends of the labels.
const RUN: &str = "run";
const HOST: &str = "host";
const PROCESS: &str = "process";
const STARTED: &str = "process-started";
const BUILT: &str = "built";

/// The process that starts things: its program, run, host, process id, and when that process started, since ids are
/// used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    program: Program,
    run: String,
    host: String,
    process: u32,
    started: String,
}

impl Owner {
    /// This process, which runs that program, under a run of that name.
    pub fn this_process(program: Program, run: &str) -> Self {
        let process = std::process::id();
        let started = process_started(process).unwrap_or_default();
        Owner { program, run: run.into(), host: host(), process, started }
    }

    /// The program.
    pub fn program(&self) -> Program {
        self.program
    }

    /// The label on every image that the program builds.
    pub(super) fn built_label(&self) -> String {
        self.program.label(BUILT)
    }

    /// The name of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The labels on everything it starts.
    pub fn labels(&self) -> HashMap<String, String> {
        let pairs = [
            (RUN, self.run.clone()),
            (HOST, self.host.clone()),
            (PROCESS, self.process.to_string()),
            (STARTED, self.started.clone()),
        ];
        pairs.into_iter().map(|(name, value)| (self.program.label(name), value)).collect()
    }

    /// Whether things with these labels were started on this host by a process of the program that is gone.
    fn is_abandoned(&self, labels: &HashMap<String, String>) -> bool {
        let Some(process) = self.label(labels, PROCESS).and_then(|process| process.parse().ok()) else {
            return false;
        };
        self.label(labels, HOST) == Some(&self.host)
            && process_started(process).as_deref() != self.label(labels, STARTED)
    }

    /// What a thing's labels say under that name of the program's.
    fn label<'a>(&self, labels: &'a HashMap<String, String>, name: &str) -> Option<&'a str> {
        labels.get(&self.program.label(name)).map(String::as_str)
    }
}

/// What a run left in the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Ids of containers.
    pub containers: Vec<String>,
    /// Names of volumes.
    pub volumes: Vec<String>,
    /// Ids of networks.
    pub networks: Vec<String>,
}

impl Leftovers {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.volumes.is_empty() && self.networks.is_empty()
    }
}

impl Engine {
    /// What this run has in the engine now.
    pub async fn mine(&self) -> Result<Leftovers, Error> {
        self.find(|labels| self.owner.label(labels, RUN) == Some(&self.owner.run)).await
    }

    /// What processes of the program on this host left behind that are gone.
    pub async fn abandoned(&self) -> Result<Leftovers, Error> {
        self.find(|labels| self.owner.is_abandoned(labels)).await
    }

    /// What a process of this host has in the engine, gone or not.
    pub async fn of_process(&self, process: u32) -> Result<Leftovers, Error> {
        let (owner, process) = (&self.owner, process.to_string());
        self.find(|labels| {
            owner.label(labels, PROCESS) == Some(&process) && owner.label(labels, HOST) == Some(&owner.host)
        })
        .await
    }

    /// What any run of the program has in the engine, finished or not.
    pub async fn everyones(&self) -> Result<Leftovers, Error> {
        self.find(|_| true).await
    }

    /// Removes these things. One that is gone already is not an error.
    ///
    /// # Errors
    /// The first thing that could not be removed.
    pub async fn remove(&self, leftovers: &Leftovers) -> Result<(), Error> {
        let containers = leftovers.containers.iter().map(|id| self.remove_container(id));
        join_all(containers).await.into_iter().collect::<Result<Vec<()>, Error>>()?;
        for volume in &leftovers.volumes {
            let removed = self.docker.remove_volume(volume, None::<RemoveVolumeOptions>).await;
            gone(removed, &format!("remove volume {volume}"))?;
        }
        for network in &leftovers.networks {
            let removed = self.docker.remove_network(network).await;
            gone(removed, &format!("remove network {network}"))?;
        }
        Ok(())
    }

    pub(super) async fn remove_container(&self, id: &str) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        let removed = self.docker.remove_container(id, Some(options)).await;
        gone(removed, &format!("remove container {id}"))
    }

    async fn find(&self, wanted: impl Fn(&HashMap<String, String>) -> bool) -> Result<Leftovers, Error> {
        let ours = HashMap::from([("label".to_string(), vec![self.owner.program.label(RUN)])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&ours).build();
        let listed = self.docker.list_containers(Some(options)).await;
        let containers = listed.map_err(|error| Error::refused("list containers", error))?;
        let options = ListVolumesOptionsBuilder::default().filters(&ours).build();
        let listed = self.docker.list_volumes(Some(options)).await;
        let volumes =
            listed.map_err(|error| Error::refused("list volumes", error))?.volumes.unwrap_or_default();
        let options = ListNetworksOptionsBuilder::default().filters(&ours).build();
        let listed = self.docker.list_networks(Some(options)).await;
        let networks = listed.map_err(|error| Error::refused("list networks", error))?;
        Ok(Leftovers {
            containers: containers
                .into_iter()
                .filter(|container| container.labels.as_ref().is_some_and(&wanted))
                .filter_map(|container| container.id)
                .collect(),
            volumes: volumes.into_iter().filter(|v| wanted(&v.labels)).map(|v| v.name).collect(),
            networks: networks
                .into_iter()
                .filter(|network| network.labels.as_ref().is_some_and(&wanted))
                .filter_map(|network| network.id)
                .collect(),
        })
    }
}

/// 404: it is gone; 409: its removal is under way.
fn gone(result: Result<(), bollard::errors::Error>, doing: &str) -> Result<(), Error> {
    use bollard::errors::Error::DockerResponseServerError;
    match result {
        Ok(()) | Err(DockerResponseServerError { status_code: 404 | 409, .. }) => Ok(()),
        Err(error) => Err(Error::refused(doing, error)),
    }
}

/// This host's identity: the machine id, which survives a change of name, else the name.
fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().to_string());
    let id = read("/etc/machine-id").filter(|id| !id.is_empty());
    id.or_else(|| read("/proc/sys/kernel/hostname"))
        .or_else(|| std::env::var("HOSTNAME").ok())
        .unwrap_or_else(|| "unknown".into())
}

/// When that process started, in the kernel's own words; `None` if there is none.
fn process_started(process: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The second field is a name in parentheses that may hold spaces; the 22nd is the start time.
        return stat.rsplit_once(')')?.1.split_whitespace().nth(19).map(str::to_string);
    }
    let out =
        std::process::Command::new("ps").args(["-o", "lstart=", "-p", &process.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).trim().to_string();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: Program = Program { labels: "org.example.program", remedy: "" };

    /// The labels of what this process started, with one of them changed.
    fn labels(name: &str, value: &str) -> HashMap<String, String> {
        let mut labels = Owner::this_process(PROGRAM, "r").labels();
        labels.insert(PROGRAM.label(name), value.into());
        labels
    }

    fn is_abandoned(labels: &HashMap<String, String>) -> bool {
        Owner::this_process(PROGRAM, "another").is_abandoned(labels)
    }

    #[test]
    fn what_a_living_process_started_is_not_abandoned() {
        assert!(!is_abandoned(&labels(RUN, "r")));
    }

    #[test]
    fn what_an_earlier_process_of_the_same_id_started_is_abandoned() {
        assert!(is_abandoned(&labels(STARTED, "1")));
    }

    #[test]
    fn what_another_host_started_is_not_ours_to_remove() {
        let mut labels = labels(HOST, "elsewhere");
        labels.insert(PROGRAM.label(STARTED), "1".into());
        assert!(!is_abandoned(&labels));
    }

    #[test]
    fn what_another_program_started_is_not_ours_to_remove() {
        let other = Program { labels: "org.example.other", ..PROGRAM };
        let owner = Owner::this_process(other, "r");
        assert!(!owner.is_abandoned(&labels(STARTED, "1")));
        assert!(owner.labels().keys().all(|name| name.starts_with("org.example.other.")));
    }
}

//! Steps about processes: this one, its children, and those that outlive their parent.

use std::collections::BTreeMap;
use std::io;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use protocol::KEY;
use rustix::process::{self, Signal, WaitOptions};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, Scene, Step};
use crate::reference::configuration::Configuration;
use crate::reference::fault::Fault;
use crate::reference::residue::lock;
use crate::reference::response::Manner;

/// Processes that there may be. A container is given 128; hundreds of servers would take long to use them up.
pub(crate) const PROCESSES: u32 = 8;

/// Between looks at whether there is sandbox for one more process, and how often: those that are about to end make
/// sandbox, unless nobody takes note of their end.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: usize = 100;

/// Held while a child is waited for by its id, so that nobody else takes its end away.
static WAITING: Mutex<()> = Mutex::new(());

/// Becomes the parent of processes that outlive theirs, as the first process of a container is, and takes
/// note of their ends.
pub(crate) fn adopt_orphans(fault: &Fault) -> io::Result<()> {
    process::set_child_subreaper(Some(process::getpid()))?;
    let mut ended = signal(SignalKind::child())?;
    if fault.is("lifecycle/orphans-not-reaped") {
        return Ok(());
    }
    tokio::spawn(async move {
        while ended.recv().await.is_some() {
            let _alone = lock(&WAITING);
            while process::wait(WaitOptions::NOHANG).is_ok_and(|ended| ended.is_some()) {}
        }
    });
    Ok(())
}

/// A fault: a process that lives as long as the server and has the key in its environment.
pub(crate) fn child_with_the_key(configuration: &Configuration) -> Option<Child> {
    if !configuration.fault.is("auth/key-left-in-a-child") {
        return None;
    }
    let key = String::from_utf8_lossy(configuration.key.as_deref()?).into_owned();
    Command::new("cat").env(KEY, key).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().ok()
}

/// The processes below this one.
fn below(id: i32) -> Vec<i32> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<i32> = lists.flat_map(|list| ids(&list)).collect();
    children.iter().flat_map(|child| [vec![*child], below(*child)].concat()).collect()
}

fn ids(list: &str) -> Vec<i32> {
    list.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

fn own_id() -> i32 {
    process::getpid().as_raw_nonzero().get()
}

/// Notes the environment, and that of each process that would be in its container.
pub(crate) fn environ(scene: &mut Scene) {
    let fault = scene.server.configuration.fault.clone();
    let told = std::env::vars_os().map(|(name, value)| {
        (name.to_string_lossy().into_owned(), Value::from(value.to_string_lossy().into_owned()))
    });
    let mut variables: Map<String, Value> = told.collect();
    variables.extend(lock(&scene.server.residue.environment).clone());
    if fault.is("auth/key-left-in-proc") {
        variables.remove(KEY);
    }
    let mut processes = BTreeMap::new();
    for id in [vec![own_id()], below(own_id())].concat() {
        if let Ok(environ) = std::fs::read(format!("/proc/{id}/environ")) {
            processes.insert(id.to_string(), String::from_utf8_lossy(&environ).replace('\0', "\n"));
        }
    }
    if fault.is("auth/key-left-in-the-environment") {
        processes.retain(|id, _| *id != own_id().to_string());
        processes.insert("0".into(), String::new());
    }
    scene.note("variables", json!(variables));
    scene.note("processes", json!(processes));
}

/// Ends the process.
pub(crate) async fn exit(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let code = i32::try_from(step.integer("code")?).map_err(|error| Failure::new(error.to_string()))?;
    match scene.server.configuration.fault.name() {
        "lifecycle/exit-code-hidden" => std::process::exit(0),
        "lifecycle/exit-waited-out" => std::future::pending().await,
        "lifecycle/exit-after-an-answer" => {
            scene.output.send("", &Manner::default());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                std::process::exit(code);
            });
        }
        _ => std::process::exit(code),
    }
    Ok(())
}

/// Ends the process without its help.
pub(crate) fn kill(scene: &Scene) {
    if scene.server.configuration.fault.is("lifecycle/kill-hidden") {
        std::process::exit(0);
    }
    let _ = process::kill_process(process::getpid(), Signal::KILL);
}

/// Starts shells whose children outlive them, within the limit on processes.
pub(crate) async fn orphans(step: &Step) -> Result<(), Failure> {
    for _ in 0..step.integer("times")? {
        let mut looks = 0;
        while below(own_id()).len() >= PROCESSES as usize {
            if looks == LOOKS {
                return Err(Failure::new("no more processes: the limit is reached"));
            }
            looks += 1;
            tokio::time::sleep(LOOK).await;
        }
        let started = tokio::task::spawn_blocking(|| {
            let _alone = lock(&WAITING);
            let mut shell = Command::new("sh");
            shell
                .args(["-c", "sleep 0.05 &"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            shell.status()
        });
        let ended = started.await.map_err(|error| Failure::new(error.to_string()))?;
        ended.map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(())
}

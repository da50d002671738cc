//! Watches a build: whether the package was ever seen half written, and whether the key went further than
//! the script that was given it.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use agent::{Json, Watched};

use crate::inotify::Writes;
use crate::proc;

/// Between looks: writing a MiB takes longer.
const PAUSE: Duration = Duration::from_micros(200);
/// Looks at the package for each look at all processes, which takes longer.
const ROUNDS: u32 = 10;
const KEY: &[u8] = b"INTERNAL_RUNTIME_KEY=";

/// Runs the command, tells what was seen, and ends with its exit code.
pub(crate) fn watch(file: &str, command: &[String]) -> ExitCode {
    let home_writable = is_writable(&std::env::var("HOME").unwrap_or_default());
    let mut writes = match Writes::to(file) {
        Ok(writes) => writes,
        Err(why) => {
            eprintln!("agent: {why}");
            return ExitCode::FAILURE;
        }
    };
    let mut child = match Command::new(&command[0]).args(&command[1..]).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("agent: {}: {error}", command[0]);
            return ExitCode::FAILURE;
        }
    };
    let mut sightings: Vec<u64> = Vec::new();
    // The script itself starts with the key, and may take a moment to be rid of it.
    let (mut script_has_it, mut others_have_it) = (false, false);
    let mut unread = Vec::new();
    for round in 0.. {
        let ended = child.try_wait();
        let size = fs::metadata(file).ok().map(|seen| seen.len());
        sightings.extend(size.filter(|size| sightings.last() != Some(size)));
        // A file that is written under its name is there before its first byte is.
        sightings.extend(writes.any().then_some(0));
        if round % ROUNDS == 0 {
            for id in proc::others().unwrap_or_else(|why| note(&mut unread, why)) {
                let has_it =
                    has_key(id).unwrap_or_else(|why| note(&mut unread, format!("process {id}: {why}")));
                match has_it {
                    Some(has_it) if id == child.id() => script_has_it = has_it,
                    Some(has_it) => others_have_it |= has_it,
                    None => {}
                }
            }
        }
        match ended {
            Ok(None) => std::thread::sleep(PAUSE),
            Ok(Some(status)) => {
                let key_seen = script_has_it || others_have_it;
                println!("{}", Watched { sightings, key_seen, home_writable, unread }.json());
                return ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1));
            }
            Err(error) => {
                eprintln!("agent: {error}");
                break;
            }
        }
    }
    ExitCode::FAILURE
}

/// Keeps why something could not be read, once, and goes on as if there were nothing: the harness does not.
fn note<T: Default>(unread: &mut Vec<String>, why: String) -> T {
    if !unread.contains(&why) {
        unread.push(why);
    }
    T::default()
}

/// Whether a process was started with the key; `None` if it has ended, or is being started: until then a child has
/// its parent's environment.
fn has_key(id: u32) -> io::Result<Option<bool>> {
    let environment = proc::read(id, || fs::read(format!("/proc/{id}/environ")))?;
    let Some(environment) = environment.filter(|bytes| !bytes.is_empty()) else { return Ok(None) };
    let Some(program) = proc::read(id, || fs::read_link(format!("/proc/{id}/exe")))? else { return Ok(None) };
    let is_us = fs::read_link("/proc/self/exe")? == program;
    Ok((!is_us).then(|| environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(KEY))))
}

fn is_writable(folder: &str) -> bool {
    let path = Path::new(folder).join(".agent-was-here");
    let written = !folder.is_empty() && fs::write(&path, "").is_ok();
    let _ = fs::remove_file(path);
    written
}

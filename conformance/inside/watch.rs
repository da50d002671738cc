//! Watches a file while a command runs: whether it was ever seen half written.

use std::process::{Command, ExitCode};
use std::time::Duration;

/// Between looks: writing a MiB takes longer.
const PAUSE: Duration = Duration::from_micros(200);

/// Runs the command, and ends with its exit code and the sizes with which `file` was seen.
pub fn watch(file: &str, command: &[String]) -> ExitCode {
    let mut child = match Command::new(&command[0]).args(&command[1..]).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("inside: {}: {error}", command[0]);
            return ExitCode::FAILURE;
        }
    };
    let mut sightings: Vec<u64> = Vec::new();
    loop {
        let ended = child.try_wait();
        if let Ok(seen) = std::fs::metadata(file) {
            if sightings.last() != Some(&seen.len()) {
                sightings.push(seen.len());
            }
        }
        match ended {
            Ok(None) => std::thread::sleep(PAUSE),
            Ok(Some(status)) => {
                println!("{{\"sightings\":{sightings:?}}}");
                return ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1));
            }
            Err(error) => {
                eprintln!("inside: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
}

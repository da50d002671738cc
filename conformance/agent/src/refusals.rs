//! Servers that must refuse to start, one after another in one container: how each ended, and what it printed.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use agent::{End, Refusals};

use crate::process::{PORT, answers};

/// What a server prints goes there: a file, which a process that it leaves behind cannot keep open for us.
const OUTPUT: &str = "/tmp/refusal.out";
const ERRORS: &str = "/tmp/refusal.err";
/// How long a server may take to end, or to answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Between looks.
const PAUSE: Duration = Duration::from_millis(1);

/// Starts the command once with each variable, `NAME=VALUE`. One that answers is the last.
pub(crate) fn refusals(variables: &[&str], command: &[String]) -> Result<Refusals, String> {
    let mut ends = Vec::new();
    for variable in variables {
        let mut program = Command::new(&command[0]);
        program.args(&command[1..]).stdin(Stdio::null()).stdout(file(OUTPUT)?).stderr(file(ERRORS)?);
        program.envs(variable.split_once('='));
        let child = program.spawn().map_err(|error| format!("{}: {error}", command[0]))?;
        let Some(status) = end(child)? else {
            ends.push(None);
            break;
        };
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
        ends.push(Some(End { code: code.into(), output: text(OUTPUT)?, errors: text(ERRORS)? }));
    }
    Ok(Refusals { ends })
}

/// How it ended; `None` if it answers instead.
fn end(mut child: Child) -> Result<Option<ExitStatus>, String> {
    let begun = Instant::now();
    while begun.elapsed() < TIMEOUT {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        if answers(PORT) {
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
    Err(format!("a server that neither ended nor answered within {} s", TIMEOUT.as_secs()))
}

fn file(path: &str) -> Result<File, String> {
    File::create(path).map_err(|error| format!("{path}: {error}"))
}

/// What a file holds.
fn text(path: &str) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

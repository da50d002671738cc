//! What `/proc` says of processes, any of which may end while it is read.

use std::fs;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::Duration;

/// The kernel gives a process that is ending to root a moment before it calls it ended: usually for less than a
/// millisecond, and on a busy machine once for more than fifty.
const ATTEMPTS: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(1);
/// ESRCH: the process ended between the opening of a file and the reading.
const NO_SUCH_PROCESS: i32 = 3;

/// All processes but this one.
pub(crate) fn others() -> Result<Vec<u32>, String> {
    let mut ids = Vec::new();
    for entry in fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))? {
        let name = entry.map_err(|error| format!("/proc: {error}"))?.file_name();
        ids.extend(name.to_str().and_then(|name| name.parse::<u32>().ok()));
    }
    ids.retain(|id| *id != std::process::id());
    Ok(ids)
}

/// What `read` finds of a process; `None` if it has ended meanwhile. What cannot be read is an error, and nothing else.
pub(crate) fn read<T>(id: u32, read: impl Fn() -> io::Result<T>) -> io::Result<Option<T>> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match read() {
            Ok(found) => return Ok(Some(found)),
            Err(_) if has_ended(id) => return Ok(None),
            Err(error) if error.kind() != ErrorKind::PermissionDenied || attempts == ATTEMPTS => {
                return Err(error);
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// Whether a process is gone, or waits for its parent alone: then it has nothing open, no memory and no environment.
fn has_ended(id: u32) -> bool {
    match fs::read_to_string(format!("/proc/{id}/stat")) {
        // The state follows the name, which may itself have brackets in it.
        Ok(stat) => stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(['Z', 'X'])),
        Err(error) => error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn refused<T>() -> io::Result<T> {
        Err(ErrorKind::PermissionDenied.into())
    }

    #[test]
    fn what_a_live_process_hides_is_an_error() {
        let mut child = Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().expect("sleep starts");
        let seen = read(child.id(), refused::<()>);
        child.kill().expect("it runs");
        assert!(seen.is_err());
        // It is not waited for yet, so it is still listed.
        thread::sleep(Duration::from_millis(100));
        assert_eq!(read(child.id(), refused::<()>).expect("it has ended"), None);
        child.wait().expect("it ends");
        assert_eq!(read(child.id(), refused::<()>).expect("it is gone"), None);
    }
}

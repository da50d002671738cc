//! What `/proc` says of processes, any of which may end while it is read.

use std::fs;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

/// The kernel takes a process's memory, and gives what is left to root, a moment before it calls it ended: usually
/// for less than a millisecond, and on a busy machine once for more than fifty.
const TIMEOUT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(1);
/// ESRCH: the process ended between the opening of a file and the reading, or has no memory any more.
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
    let since = Instant::now();
    loop {
        match read() {
            Ok(found) => return Ok(Some(found)),
            Err(_) if has_ended(id) => return Ok(None),
            Err(error) if !may_be_ending(&error) || since.elapsed() > TIMEOUT => return Err(error),
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// Whether an error is one that the kernel also gives for a process that is ending: its files belong to root, and
/// what was read from its memory (the environment, the path of the program) is not there.
fn may_be_ending(error: &io::Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied || is_absent(error)
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS)
}

/// Whether a process is gone, or waits for its parent alone: then it has nothing open, no memory and no environment.
fn has_ended(id: u32) -> bool {
    match fs::read_to_string(format!("/proc/{id}/stat")) {
        // The state follows the name, which may itself have brackets in it.
        Ok(stat) => stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(['Z', 'X'])),
        Err(error) => is_absent(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::{Cell, RefCell};
    use std::process::{Child, Command, Stdio};

    /// What the kernel says of a file of a process that it hides, or that has no memory any more.
    const REFUSALS: [fn() -> io::Error; 3] = [
        || ErrorKind::PermissionDenied.into(),
        || ErrorKind::NotFound.into(),
        || io::Error::from_raw_os_error(NO_SUCH_PROCESS),
    ];

    fn sleeper() -> Child {
        Command::new("sleep").arg("60").stdout(Stdio::null()).spawn().expect("sleep starts")
    }

    #[test]
    fn what_a_live_process_hides_is_an_error() {
        for refusal in REFUSALS {
            let mut child = sleeper();
            let seen = read(child.id(), || Err::<(), _>(refusal()));
            child.kill().expect("it runs");
            assert!(seen.is_err());
            // It is not waited for yet, so it is still listed.
            thread::sleep(Duration::from_millis(100));
            assert_eq!(read(child.id(), || Err::<(), _>(refusal())).ok(), Some(None));
            child.wait().expect("it ends");
            assert_eq!(read(child.id(), || Err::<(), _>(refusal())).ok(), Some(None));
        }
    }

    #[test]
    fn a_process_that_is_ending_is_waited_for() {
        for refusal in REFUSALS {
            let child = RefCell::new(sleeper());
            let id = child.borrow().id();
            let attempts = Cell::new(0);
            let seen = read(id, || {
                attempts.set(attempts.get() + 1);
                if attempts.get() == 20 {
                    child.borrow_mut().kill().expect("it runs");
                }
                Err::<(), _>(refusal())
            });
            child.borrow_mut().wait().expect("it ends");
            assert_eq!(seen.expect("it has ended"), None);
            assert!(attempts.get() >= 20);
        }
    }
}

//! Waiting, the one way or the other, and what is left running.

use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use open_runtimes::Value;
use tokio::runtime::Handle;

use crate::step::{integer, milliseconds, text};
use crate::{Call, run};

const PAUSE: Duration = Duration::from_millis(5);

/// Awaits if tokio runs, and holds the thread if the handler has one to itself.
pub(crate) async fn pause(time: Duration) {
    match Handle::try_current() {
        Ok(_) => tokio::time::sleep(time).await,
        Err(_) => thread::sleep(time),
    }
}

/// Leaves the rest running: in a task if that is asked for and tokio runs, else in a thread.
pub(crate) fn spawn(step: &Value, rest: Vec<Value>, call: Call) {
    let time = milliseconds(step);
    match Handle::try_current() {
        Ok(tokio) if step["way"] == "await" => {
            let later: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
                pause(time).await;
                run(rest, call).await;
            });
            tokio.spawn(later);
        }
        _ => {
            thread::spawn(move || {
                thread::sleep(time);
                to_its_end(run(rest, call));
            });
        }
    }
}

/// Outside tokio nothing here ever pends.
fn to_its_end(steps: impl Future<Output = ()>) {
    let mut steps = std::pin::pin!(steps);
    while steps.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending {
        thread::sleep(PAUSE);
    }
}

pub(crate) async fn meet(step: &Value) {
    let folder = Path::new(text(step, "folder")).to_path_buf();
    let name = text(step, "name");
    let until = integer(&step["until"]);
    fs::create_dir_all(&folder).expect("the folder");
    fs::write(folder.join(name), "").expect("the file");
    let done = folder.join(format!("{name}.done"));
    match Handle::try_current() {
        // A task must not hold its thread, so what blocks goes to a thread for that.
        Ok(tokio) if step["way"] == "block" => {
            let blocked = tokio.spawn_blocking(move || {
                while arrived(&folder) < until {
                    thread::sleep(PAUSE);
                }
            });
            blocked.await.expect("the end of the blocking part");
        }
        _ => {
            while arrived(&folder) < until {
                pause(PAUSE).await;
            }
        }
    }
    fs::write(done, "").expect("the other file");
}

fn arrived(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| !entry.file_name().to_string_lossy().ends_with(".done")).count()
}

//! Waiting, the one way or the other.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use open_runtimes::{Response, Value, json};
use tokio::runtime::Handle;

const PAUSE: Duration = Duration::from_millis(5);

/// Awaits where tokio runs, and holds the thread where the handler has one to itself.
pub(crate) async fn pause(time: Duration) {
    match Handle::try_current() {
        Ok(_) => tokio::time::sleep(time).await,
        Err(_) => thread::sleep(time),
    }
}

pub(crate) async fn meet(payload: &Value, res: &Response) {
    let folder = Path::new(crate::text(payload, "folder")).to_path_buf();
    let name = crate::text(payload, "name");
    let until = payload["until"].as_u64().unwrap_or_default() as usize;
    fs::create_dir_all(&folder).expect("the folder");
    fs::write(folder.join(name), "").expect("the file");
    let done = folder.join(format!("{name}.done"));
    match Handle::try_current() {
        // A task must not hold its thread, so what blocks goes to a thread for that.
        Ok(tokio) if payload["way"] == "block" => {
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
    res.json(json!({ "nonce": payload["nonce"] }));
}

fn arrived(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| !entry.file_name().to_string_lossy().ends_with(".done")).count()
}

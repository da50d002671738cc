//! Steps that meet in a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use super::{Failure, Scene, Step};

/// Between looks: rarer than other probes look, since hundreds of servers look at the same time.
const LOOK: Duration = Duration::from_millis(15);

fn folder(scene: &Scene, step: &Step) -> Result<PathBuf, Failure> {
    Ok(scene.server.configuration.sandbox.below(step.text("folder")?))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// How many came in.
fn came_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(|entry| !entry.file_name().as_encoded_bytes().ends_with(b".done")).count() as u64
}

/// Comes in, waits until enough others have, and goes.
pub(crate) async fn meet(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let (folder, name, until) = (folder(scene, step)?, step.text("name")?, step.integer("until")?);
    let failed = |error: std::io::Error| Failure::new(error.to_string());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    std::fs::write(folder.join(name), "").map_err(failed)?;
    let place = folder.clone();
    let enough = move || came_in(&place) >= until;
    if step.is("way", "block") {
        let waiting = tokio::task::spawn_blocking(move || {
            while !enough() {
                std::thread::sleep(LOOK);
            }
        });
        waiting.await.map_err(|error| Failure::new(error.to_string()))?;
    } else {
        while !enough() {
            tokio::time::sleep(LOOK).await;
        }
    }
    std::fs::write(folder.join(format!("{name}.done")), "").map_err(failed)
}

/// Notes the names in a folder.
pub(crate) fn list(scene: &mut Scene, step: &Step) -> Result<(), Failure> {
    let names = names(&folder(scene, step)?);
    scene.note("names", json!(names));
    Ok(())
}

//! Which library serves which code file.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::library::Library;
use crate::runtime_error::{Kind, RuntimeError};

/// The libraries by their source files. One that is loaded is never unloaded: its threads may still run.
#[derive(Debug, Default)]
pub(crate) struct Code(Mutex<HashMap<PathBuf, Arc<OnceCell<Arc<Library>>>>>);

impl Code {
    /// Loaded once, even if its first requests come together. Failures are forgotten.
    pub(crate) async fn library(&self, path: &str, file: &str) -> Result<Arc<Library>, RuntimeError> {
        let source = normalise(&Path::new(path).join(file));
        let known = self.cells().get(&source).cloned();
        if let Some(library) = known.as_ref().and_then(|cell| cell.get()) {
            return Ok(library.clone());
        }
        if !is_target(&source) {
            return Err(RuntimeError::new(Kind::CodeNotFound, "Code file not found."));
        }
        let cell = self.cells().entry(source.clone()).or_default().clone();
        // Right here: it takes a millisecond, and there may be no thread for it.
        cell.get_or_try_init(|| async { Library::load(&source) }).await.map(Arc::clone)
    }

    fn cells(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<OnceCell<Arc<Library>>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cargo builds a library from a file of this name; every other file belongs to one of those.
fn is_target(source: &Path) -> bool {
    source.file_name().is_some_and(|name| name == "lib.rs")
        && std::fs::metadata(source).is_ok_and(|metadata| metadata.is_file())
}

/// Two spellings of one file are one file.
fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normal.pop()),
            other => normal.push(other),
        }
    }
    normal
}

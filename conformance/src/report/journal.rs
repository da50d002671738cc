//! Where results are kept as they come, so that a run that is cut short has told what it knew.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::json;

use super::outcome::{Outcome, Tally};

/// The results of a run: in memory, and a line each in `results.jsonl`.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    lines: File,
    outcomes: Vec<Outcome>,
}

impl Journal {
    /// Opens a journal in that folder, in place of an earlier one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let _ = fs::remove_file(folder.join("report.json"));
        let lines = File::create(folder.join("results.jsonl"))?;
        let inner = Mutex::new(Inner { lines, outcomes: Vec::new() });
        Ok(Journal { folder: folder.to_path_buf(), inner })
    }

    /// Appends a result.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&self, outcome: Outcome) -> std::io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let line = serde_json::to_string(&outcome)?;
        inner.outcomes.push(outcome);
        writeln!(inner.lines, "{line}")
    }

    /// The results so far, in the order they came.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).outcomes.clone()
    }

    /// Writes `report.json`, and returns its path.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_report(&self, time_scale: f64, seconds: f64) -> std::io::Result<PathBuf> {
        let outcomes = self.outcomes();
        let report = json!({
            "contract": protocol::CONTRACT,
            "seconds": seconds,
            "time_scale": time_scale,
            "tally": Tally::of(&outcomes),
            "results": outcomes,
        });
        let path = self.folder.join("report.json");
        fs::write(&path, serde_json::to_vec_pretty(&report)?)?;
        Ok(path)
    }
}

//! The matrix on paper: a row for each mutant, with what went red and how much did not.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use conformance::report::{Outcome, Verdict};

/// Rows in the longest list of those that took long.
const SLOWEST: usize = 10;

/// What was seen of each mutant.
#[derive(Debug, Default)]
pub(crate) struct Table(Mutex<BTreeMap<String, Row>>);

#[derive(Debug)]
struct Row {
    red: Vec<String>,
    green: usize,
    blocked: usize,
    slowest: (f64, String),
}

impl Table {
    /// Keeps what was seen of one.
    pub(crate) fn keep(&self, name: &str, outcomes: &[Outcome]) {
        let count = |counts: fn(&Verdict) -> bool| outcomes.iter().filter(|o| counts(&o.verdict)).count();
        let green = count(|verdict| matches!(verdict, Verdict::Passed));
        let blocked = count(|verdict| matches!(verdict, Verdict::Blocked { .. }));
        let red =
            outcomes.iter().filter(|o| matches!(o.verdict, Verdict::Failed { .. } | Verdict::Fault { .. }));
        let red = red.map(|outcome| outcome.id.clone()).collect();
        let slowest = outcomes.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let slowest = slowest.map(|outcome| (outcome.seconds, outcome.id.clone())).unwrap_or_default();
        let mut rows = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        rows.insert(name.into(), Row { red, green, blocked, slowest });
    }

    /// Writes the table, and returns its path and what there is to say in a few lines.
    pub(crate) fn write(&self, folder: &Path) -> Result<(PathBuf, String), String> {
        let rows = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut text = String::from("| server | green | blocked | red |\n|---|---|---|---|\n");
        for (name, row) in rows.iter() {
            let _ = writeln!(text, "| {name} | {} | {} | {} |", row.green, row.blocked, row.red.join(", "));
        }
        let path = folder.join("mutants.md");
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let sum = |number: fn(&Row) -> usize| rows.values().map(number).sum::<usize>();
        let (red, green, blocked) = (sum(|row| row.red.len()), sum(|row| row.green), sum(|row| row.blocked));
        let mut summary =
            format!("{} servers: {red} verdicts red, {green} green, {blocked} blocked\n", rows.len());
        let mut slow: Vec<(&(f64, String), &String)> =
            rows.iter().map(|(name, row)| (&row.slowest, name)).collect();
        slow.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
        for ((seconds, id), name) in slow.into_iter().take(SLOWEST) {
            let _ = writeln!(summary, "{seconds:5.1} s  {id} of {name}");
        }
        Ok((path, summary))
    }
}

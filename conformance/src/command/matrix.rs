//! `matrix`: the versions that a change touches, for the jobs of CI.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;
use protocol::RuntimeId;
use serde::Serialize;
use serde_json::json;

use super::exit::Exit;
use super::selected::{discovered, usage};
use crate::plan::{self, Plan, changed_since, touched};

/// Show which versions a change touches: those of a language by its folder, all by what they share, none by documents.
#[derive(Debug, Args)]
pub(super) struct Matrix {
    /// The change is all that differs from the merge base of REF and HEAD: what is committed, what is not, and new files
    /// that git does not ignore; a renamed file counts by both names. Without it every version is shown.
    #[arg(long, value_name = "REF")]
    changed_since: Option<String>,
    /// Print the matrix of a GitHub workflow, `{"include":[{"version":"node:24","unstable":false}]}`, and not a line
    /// for each version with the first file that touches it.
    #[arg(long)]
    json: bool,
}

/// A job of a workflow's matrix.
#[derive(Debug, Serialize)]
struct Job<'a> {
    version: String,
    /// Whether its failures never gate.
    unstable: bool,
    /// The first file that touches the version.
    #[serde(skip)]
    file: &'a str,
}

impl Matrix {
    pub(super) fn run(self) -> Exit {
        let found = discovered().and_then(|(root, runtimes)| {
            Plan::of(&runtimes, plan::today()).map(|plan| (root, plan)).map_err(usage)
        });
        let (root, plan) = match found {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let touched = match self.changed_since.as_deref().map(|reference| changed_since(&root, reference)) {
            None => None,
            Some(Ok(files)) => Some(touched(&plan, &files)),
            Some(Err(error)) => return Exit::Usage(error.to_string()),
        };
        let jobs = jobs(&plan, touched.as_ref());
        let text = if self.json { json(&jobs) } else { lines(&jobs) };
        // A reader that has seen enough, such as `head`, closes the pipe.
        let _ = std::io::stdout().write_all(text.as_bytes());
        Exit::Passed
    }
}

/// The versions that are touched, and without a change all.
fn jobs<'a>(plan: &Plan, touched: Option<&'a BTreeMap<RuntimeId, String>>) -> Vec<Job<'a>> {
    let versions = plan.versions.values().filter_map(|spec| {
        let file = match touched {
            Some(touched) => touched.get(&spec.id)?,
            None => "",
        };
        Some(Job { version: spec.id.to_string(), unstable: spec.base.release.is_unstable(), file })
    });
    versions.collect()
}

fn json(jobs: &[Job]) -> String {
    format!("{}\n", json!({ "include": jobs }))
}

fn lines(jobs: &[Job]) -> String {
    let line = |Job { version, unstable, file }: &Job| {
        let unstable = if *unstable { " (unstable)" } else { "" };
        format!("{}\n", format!("{version:14} {file}{unstable}").trim_end())
    };
    jobs.iter().map(line).collect()
}

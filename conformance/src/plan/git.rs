//! Which files changed, as git knows it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use thiserror::Error;

/// Why it cannot be told which files changed.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no git.
    #[error("git does not start: {0}. Install it, or ask for every version, without a REF")]
    NoGit(#[source] std::io::Error),
    /// The repository is only a copy of its files, or git does not trust it.
    #[error("{} is not a checkout that git can read: {says}. Ask for every version, without a REF", root.display())]
    NoCheckout {
        /// The repository's root.
        root: PathBuf,
        /// What git says.
        says: String,
    },
    /// The REF is not known here.
    #[error(
        "{0:?} is no commit, branch or tag that is known here: `git fetch origin` brings those of the origin, \
         `git branch --all` shows them"
    )]
    NoSuchRef(String),
    /// The history here is cut off before it.
    #[error(
        "{0:?} and HEAD have no commit in common here: in a shallow checkout `git fetch --unshallow` brings the \
         history (`fetch-depth: 0` in a workflow)"
    )]
    NothingInCommon(String),
    /// It failed otherwise.
    #[error("git {command} failed: {says}")]
    Failed {
        /// What it was asked for.
        command: &'static str,
        /// What it says.
        says: String,
    },
}

/// The files that differ from the merge base of a REF and HEAD: by commits, by what is not committed, and new ones that
/// git does not ignore. Paths begin at the root. A renamed file is in it by both names.
///
/// # Errors
/// No git, no checkout, no such REF, or a history that is cut off.
pub fn changed_since(root: &Path, reference: &str) -> Result<Vec<String>, GitError> {
    let git = |arguments: &[&str]| {
        Command::new("git").arg("-C").arg(root).args(arguments).output().map_err(GitError::NoGit)
    };
    let found = git(&["rev-parse", "--git-dir"])?;
    if !found.status.success() {
        return Err(GitError::NoCheckout { root: root.to_path_buf(), says: said(&found) });
    }
    // A word that begins like an option is none, and git would take it for one.
    let commit = format!("{reference}^{{commit}}");
    if reference.starts_with('-') || !git(&["rev-parse", "--verify", "--quiet", &commit])?.status.success() {
        return Err(GitError::NoSuchRef(reference.to_string()));
    }
    let base = git(&["merge-base", reference, "HEAD"])?;
    if !base.status.success() {
        return Err(GitError::NothingInCommon(reference.to_string()));
    }
    let base = String::from_utf8_lossy(&base.stdout).trim().to_string();
    let known = git(&["diff", "--name-only", "--no-renames", "--relative", "-z", &base, "--"])?;
    let new = git(&["ls-files", "--others", "--exclude-standard", "-z"])?;
    let mut files = paths("diff", &known)?;
    files.extend(paths("ls-files", &new)?);
    files.sort();
    files.dedup();
    Ok(files)
}

fn paths(command: &'static str, output: &Output) -> Result<Vec<String>, GitError> {
    if !output.status.success() {
        return Err(GitError::Failed { command, says: said(output) });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(String::from).collect())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).trim().trim_end_matches('.').to_string()
}

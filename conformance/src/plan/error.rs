//! What is wrong with what the plan is made from.

use std::path::PathBuf;

use protocol::RuntimeId;
use thiserror::Error;

/// The environment variable that names the repository's root, for when the working directory is not inside it.
pub(super) const ROOT_VARIABLE: &str = "CONFORMANCE_ROOT";
/// The environment variable that has the gate run one part alone.
pub(super) const PART_VARIABLE: &str = "CONFORMANCE_PART";

/// A mistake in what the plan is made from: the repository, a manifest, a folder, a filter. Its text names the file and
/// has the cause's text in it.
#[derive(Debug, Error)]
pub enum Error {
    /// No folder of the repository is the working directory or above it.
    #[error(
        "no repository of Open Runtimes at {} or above it (one has Cargo.toml and runtimes/CONTRACT.md): \
         run this inside one, or name it with {}=FOLDER",
        .0.display(), ROOT_VARIABLE
    )]
    NoRepository(PathBuf),
    /// A file or a folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not TOML, or has members that it must not have, or lacks some.
    #[error("{}: {source}", path.display())]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Where, and what would be right.
        source: Box<toml::de::Error>,
    },
    /// A manifest or a `language.toml` says what it must not.
    #[error("{}: {what}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        what: Mistake,
    },
    /// No folder has a manifest.
    #[error("no folder under {} has a runtime.toml", .0.display())]
    NoRuntime(PathBuf),
    /// A folder has all that the harness needs of a language, and is not a runtime.
    #[error("{} has conformance/language.toml and no runtime.toml: it would not be checked", .0.display())]
    NoManifest(PathBuf),
    /// Two versions have the same id.
    #[error("two versions are called {0}")]
    Twice(RuntimeId),
    /// A part that a run does not have.
    #[error("{variable}={0:?} is no part of a run: those are timed and untimed", variable = PART_VARIABLE)]
    UnknownPart(String),
    /// A part of the selection that has no check.
    #[error(
        "nothing selected is {0}: only `cold-start` is timed, and `conformance list --{0}` shows what is {0}"
    )]
    EmptyPart(String),
    /// A word of a selection selects nothing.
    #[error("{word:?} selects nothing: there are {known}, and below each what `conformance list` shows")]
    SelectsNothing {
        /// The word.
        word: String,
        /// The ids of all versions.
        known: String,
    },
}

/// What is wrong with what a file says.
#[derive(Debug, Error)]
pub enum Mistake {
    /// The name differs from the folder's.
    #[error("name = {name:?} must be the folder's name, {folder:?}")]
    Name {
        /// What the manifest says.
        name: String,
        /// What the folder is called.
        folder: String,
    },
    /// A family without a base.
    #[error("family = {family:?} needs its base, and there is no {}", dockerfile.display())]
    Family {
        /// The family.
        family: String,
        /// What its base is built from.
        dockerfile: PathBuf,
    },
    /// An image that serves, and no target that makes it.
    #[error(
        "[serve] target = {target:?} must be a stage of {}, `FROM … AS <target>`, of lower-case letters, digits and \
         single hyphens",
        dockerfile.display()
    )]
    Target {
        /// The target.
        target: String,
        /// What it would be a stage of.
        dockerfile: PathBuf,
    },
    /// An image that serves, and can do all that the other can.
    #[error(
        "[serve] lacks must name what the image that builds has on its PATH and this one has not, such as a compiler"
    )]
    LacksNothing,
    /// No version.
    #[error("[versions] names no version")]
    NoVersion,
    /// An exception without a reason.
    #[error("every exception needs a reason")]
    NoReason,
    /// An expected failure of a version that does not exist.
    #[error("[expected] names the version {0:?}, which [versions] does not")]
    UnknownVersion(String),
    /// A capability that no requirement needs.
    #[error("[absent] {name} is not a capability that a requirement needs: {known}")]
    UnknownCapability {
        /// Its name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// An expected failure of a requirement that does not exist.
    #[error("[expected.{0:?}] is not a requirement: `conformance list` shows them")]
    UnknownRequirement(String),
    /// A step that every language has.
    #[error("[absent] {step} is not a step that a language may lack: {may_lack}")]
    UnknownStep {
        /// Its name.
        step: String,
        /// The names that there are.
        may_lack: String,
    },
    /// A step that is absent without a reason.
    #[error("a step in [absent] needs the reason")]
    NoReasonForStep,
    /// No unit tests.
    #[error("[units] is missing: it says how the language's unit tests are run, see conformance/PROBE.md")]
    NoUnits,
    /// No handler in a sub-folder.
    #[error("`files` has none in a sub-folder")]
    NothingNested,
    /// A list that must not be empty.
    #[error("`ways` and `bare.command` must not be empty")]
    Empty,
    /// A file or folder beside it that does not exist.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
}

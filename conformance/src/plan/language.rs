//! `language.toml`: what the harness cannot guess of a language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::{Error, Mistake};
use super::toml_file::read_toml;
use crate::backend::{BareServer, Messages, UnitTests, Waiting};
use crate::contract;

/// What the harness needs of a language. `conformance/PROBE.md` says what each member means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Language {
    /// The folder it was read from.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Handlers in `probe/` besides the entrypoint.
    pub files: Vec<String>,
    /// The ways in which a function waits.
    pub ways: Vec<Waiting>,
    /// Whether `build.sh` compiles.
    pub compiled: bool,
    /// What `build.sh` adds to the source of `plain/`: paths, and folders with a slash at their end.
    #[serde(default)]
    pub adds: Vec<String>,
    /// What `build.sh` leaves out of it, written alike: it must not be in the package.
    #[serde(default)]
    pub omits: Vec<String>,
    /// Steps that the probe lacks, each with the reason.
    #[serde(default)]
    pub absent: BTreeMap<String, String>,
    /// The bare server.
    pub bare: BareServer,
    /// Fragments of the language's own messages.
    pub shows: Messages,
    /// How its unit tests are run: every runtime has some, and only the language of the mutants has not.
    pub units: Option<UnitTests>,
}

impl Language {
    /// Reads a language's folder.
    ///
    /// # Errors
    /// A file or folder is missing or breaks its rules.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("language.toml");
        let language: Language = read_toml(&path)?;
        let language = Language { folder: folder.to_path_buf(), ..language };
        let wrong = |what: Mistake| Err(Error::Wrong { path: path.clone(), what });
        if language.nested().is_none() {
            return wrong(Mistake::NothingNested);
        }
        if language.ways.is_empty() || language.bare.command.is_empty() {
            return wrong(Mistake::Empty);
        }
        let may_lack: BTreeSet<&str> =
            contract::requirements().flat_map(|requirement| requirement.steps).copied().collect();
        if let Some(step) = language.absent.keys().find(|step| !may_lack.contains(step.as_str())) {
            let may_lack = may_lack.into_iter().collect::<Vec<_>>().join(", ");
            return wrong(Mistake::UnknownStep { step: step.clone(), may_lack });
        }
        if language.absent.values().any(|reason| reason.trim().is_empty()) {
            return wrong(Mistake::NoReasonForStep);
        }
        let bare = language.bare.build.as_ref().map_or(&language.bare.file, |build| &build.folder);
        let needed = ["probe", "plain", "broken", "no-handler", "failing", bare];
        match needed.iter().find(|name| !folder.join(name).exists()) {
            Some(name) => wrong(Mistake::Missing(folder.join(name))),
            None => Ok(language),
        }
    }

    /// The first handler in a sub-folder: the folder, and the file in it.
    pub fn nested(&self) -> Option<(&str, &str)> {
        self.files.iter().find_map(|file| file.split_once('/'))
    }
}

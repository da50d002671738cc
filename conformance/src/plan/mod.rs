//! What will be checked, known before anything is built or started.

mod exceptions;
mod language;
mod manifest;
mod select;
mod standing;
mod version;

pub use exceptions::{Exceptions, Expectation, in_a_month, today};
pub use language::Language;
pub use manifest::{Boot, Manifest, Memory};
pub use select::{Plan, Planned, Selection};
pub use standing::Standing;
pub use version::Version;

use std::path::{Path, PathBuf};

/// A mistake in what the plan is made from: a manifest, a folder, a filter.
#[derive(Clone, Debug)]
pub struct Error(pub String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A runtime found on disk.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// What the harness needs of its language.
    pub language: Language,
    /// Folders of example functions in its language: its own first, then those under `examples/`.
    pub examples: Vec<PathBuf>,
}

/// The root of the repository: the folder above this crate.
pub fn repository() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}

/// Every runtime in the repository: each folder under `runtimes/` with a `runtime.toml`.
///
/// # Errors
/// A manifest that breaks its rules, or a runtime without its `conformance` folder.
pub fn discover(root: &Path) -> Result<Vec<Runtime>, Error> {
    let folder = root.join("runtimes");
    let entries =
        std::fs::read_dir(&folder).map_err(|error| Error(format!("{}: {error}", folder.display())))?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.join("runtime.toml").is_file());
    folders.sort();
    let runtimes = folders.into_iter().map(|folder| {
        let manifest = Manifest::read(&folder.join("runtime.toml"))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if manifest.name != name {
            return Err(Error(format!(
                "{}: name = {:?} must be the folder's name, {name:?}",
                folder.join("runtime.toml").display(),
                manifest.name
            )));
        }
        if let Some(family) = &manifest.family {
            let dockerfile = root.join(manifest.base(&Version::default()).folder()).join("Dockerfile");
            if !is_name(family) || !dockerfile.is_file() {
                return Err(Error(format!(
                    "{}: family = {family:?} needs its base, and there is no {}",
                    folder.join("runtime.toml").display(),
                    dockerfile.display()
                )));
            }
        }
        let language = Language::read(&folder.join("conformance"))?;
        if language.units.is_none() {
            let manifest = folder.join("conformance/language.toml");
            return Err(Error(format!(
                "{}: [units] is missing: it says how the language's unit tests are run, see conformance/PROBE.md",
                manifest.display()
            )));
        }
        let examples = examples(root, &folder, &manifest.name);
        Ok(Runtime { folder, manifest, language, examples })
    });
    let runtimes = runtimes.collect::<Result<Vec<_>, Error>>()?;
    if runtimes.is_empty() {
        return Err(Error(format!("no folder under {} has a runtime.toml", folder.display())));
    }
    Ok(runtimes)
}

/// The runtime's own example, and each folder `examples/<use>/<language>`.
fn examples(root: &Path, folder: &Path, language: &str) -> Vec<PathBuf> {
    let uses = std::fs::read_dir(root.join("examples")).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        uses.map(|entry| entry.path().join(language)).filter(|path| path.is_dir()).collect();
    found.sort();
    found.insert(0, folder.join("example"));
    found
}

/// Whether a name can be part of an image's: lower-case letters, digits and single hyphens between them.
fn is_name(name: &str) -> bool {
    let letters = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.split('-').all(|part| !part.is_empty() && letters(part))
}

fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text =
        std::fs::read_to_string(path).map_err(|error| Error(format!("{}: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| Error(format!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_without_a_base_is_refused() {
        let root = std::env::temp_dir().join(format!("conformance-family-{}", std::process::id()));
        let folder = root.join("runtimes/a");
        std::fs::create_dir_all(&folder).expect("a folder");
        for family in ["javascript", "../a", "Javascript", ""] {
            let manifest = format!(
                "name = \"a\"\ntitle = \"A\"\nentrypoint = \"a\"\nfamily = \"{family}\"\n[versions]\n1 = {{}}\n"
            );
            std::fs::write(folder.join("runtime.toml"), manifest).expect("a manifest");
            let refused = discover(&root).expect_err(family).to_string();
            assert!(refused.contains(&format!("family = {family:?}")), "{refused}");
        }
        std::fs::remove_dir_all(&root).expect("it is removed");
    }
}

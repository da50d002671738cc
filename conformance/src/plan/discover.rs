//! The runtimes in the repository.

use std::path::{Path, PathBuf};

use super::error::{Error, Mistake};
use super::language::Language;
use super::manifest::Manifest;
use super::name::is_name;
use super::version::Version;

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

/// Every runtime in the repository: each folder under `runtimes/` with a `runtime.toml`.
///
/// # Errors
/// A manifest that breaks its rules, a runtime without its `conformance` folder, or such a folder without a manifest.
pub fn discover(root: &Path) -> Result<Vec<Runtime>, Error> {
    let folder = root.join("runtimes");
    let entries =
        std::fs::read_dir(&folder).map_err(|source| Error::Unreadable { path: folder.clone(), source })?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let has = |folder: &PathBuf, file: &str| folder.join(file).is_file();
    let forgotten =
        |folder: &&PathBuf| has(folder, "conformance/language.toml") && !has(folder, "runtime.toml");
    if let Some(forgotten) = folders.iter().find(forgotten) {
        return Err(Error::NoManifest(forgotten.clone()));
    }
    folders.retain(|folder| has(folder, "runtime.toml"));
    let runtimes = folders.into_iter().map(|folder| {
        let path = folder.join("runtime.toml");
        let manifest = Manifest::read(&path)?;
        let wrong = |what: Mistake| Err(Error::Wrong { path: path.clone(), what });
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if manifest.name != name {
            return wrong(Mistake::Name { name: manifest.name, folder: name.into() });
        }
        if let Some(family) = &manifest.family {
            let dockerfile = root.join(manifest.base(&Version::default()).folder()).join("Dockerfile");
            if !is_name(family) || !dockerfile.is_file() {
                return wrong(Mistake::Family { family: family.clone(), dockerfile });
            }
        }
        if let Some(mistake) = manifest.serve.as_ref().and_then(|serve| serve.mistake(&folder)) {
            return wrong(mistake);
        }
        let language = Language::read(&folder.join("conformance"))?;
        if language.units.is_none() {
            let path = folder.join("conformance/language.toml");
            return Err(Error::Wrong { path, what: Mistake::NoUnits });
        }
        let examples = examples(root, &folder, &manifest.name);
        Ok(Runtime { folder, manifest, language, examples })
    });
    let runtimes = runtimes.collect::<Result<Vec<_>, Error>>()?;
    if runtimes.is_empty() {
        return Err(Error::NoRuntime(folder));
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

//! A repository that is as small as one can be.

use std::path::PathBuf;
use std::process::Command;

use conformance::plan;

/// A manifest of a runtime `a` with one version.
pub(crate) const MANIFEST: &str = "name = \"a\"\ntitle = \"A\"\nentrypoint = \"main\"\n[versions]\n1 = {}\n";

/// The least that is a repository: one runtime, `a:1`, with the language of the reference. Gone with the test.
pub(crate) struct Skeleton(pub(crate) PathBuf);

impl Skeleton {
    pub(crate) fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("conformance-root-{}-{name}", std::process::id()));
        let skeleton = Skeleton(root);
        skeleton.write("Cargo.toml", "").write("runtimes/CONTRACT.md", "").runtime("a", MANIFEST);
        skeleton
    }

    /// Adds a runtime with that manifest.
    pub(crate) fn runtime(&self, name: &str, manifest: &str) -> &Self {
        let folder = format!("runtimes/{name}");
        self.write(&format!("{folder}/runtime.toml"), manifest);
        let ours = plan::repository().expect("the repository is found");
        let language = ours.join("conformance/tests/mutants/language");
        let copied =
            Command::new("cp").arg("-R").arg(language).arg(self.0.join(folder).join("conformance")).status();
        assert!(copied.expect("cp starts").success());
        self
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
        self
    }

    pub(crate) fn manifest(&self, text: &str) -> &Self {
        self.write("runtimes/a/runtime.toml", text)
    }

    pub(crate) fn remove(&self, path: &str) -> &Self {
        let path = self.0.join(path);
        let removed =
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.expect("it was there");
        self
    }
}

impl Drop for Skeleton {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

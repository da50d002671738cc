//! Each file of the repository is judged by one of `ci/lints`, or is known to be something that none judges.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::plan;

/// Endings of files that are data or prose, and names of files that have no ending.
const NO_SOURCES: [&str; 16] = [
    ".dockerignore",
    ".gitignore",
    ".json",
    ".lock",
    ".md",
    ".mod",
    ".snap",
    ".sum",
    ".toml",
    ".txt",
    ".xml",
    ".yml",
    "/Dockerfile",
    "/build/options", // of a JVM
    "LICENSE",
    ".ci/run", // one line
];

/// The language of the mutants, whose files are notes that the reference server reads.
const NO_LANGUAGE: &str = "conformance/tests/mutants/language/";

fn lines(root: &Path, program: impl AsRef<Path>, arguments: &[&str]) -> BTreeSet<String> {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let name = program.display();
    assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("names are UTF-8");
    text.lines().map(String::from).collect()
}

/// The scripts of `ci/lints`: what is beside them cannot be executed.
fn lints(root: &Path) -> Vec<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let entries = std::fs::read_dir(root.join("ci/lints")).expect("there are lints");
    let is_script =
        |path: &PathBuf| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0);
    entries.flatten().map(|entry| entry.path()).filter(is_script).collect()
}

fn may_be_judged_by_none(file: &str) -> bool {
    NO_SOURCES.iter().any(|ending| file.ends_with(ending))
        // Its syntax error is what a check is about.
        || file.contains("/conformance/broken/")
        || file.starts_with(NO_LANGUAGE)
}

#[test]
fn each_file_is_judged_by_a_lint() {
    let root = plan::repository().expect("the repository is found");
    let mut judged = BTreeSet::new();
    for lint in lints(&root) {
        let files = lines(&root, &lint, &["--files"]);
        assert!(!files.is_empty(), "{} judges no file", lint.display());
        judged.extend(files);
    }
    let all = lines(&root, "git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
    let left: Vec<_> = all.difference(&judged).filter(|file| !may_be_judged_by_none(file)).collect();
    assert!(
        left.is_empty(),
        "no script of ci/lints judges these. Add them to one, write one, or, if they are no sources, name their \
         ending in NO_SOURCES: {left:#?}"
    );
    let unknown: Vec<_> = judged.difference(&all).collect();
    assert!(unknown.is_empty(), "a script of ci/lints judges what git does not know: {unknown:?}");
    // The scripts hand their lists to xargs.
    let split: Vec<_> = judged.iter().filter(|file| file.contains([' ', '\'', '"', '\\'])).collect();
    assert!(split.is_empty(), "names with a space or a quote, which a lint would read as two: {split:?}");
}

#[test]
fn a_source_of_another_language_is_missed() {
    for source in ["runtimes/lua/server.lua", "ci/tool", "examples/webhook/perl/index.pl", "conformance/mod"]
    {
        assert!(!may_be_judged_by_none(source), "{source}");
    }
    for data in ["runtimes/go/Dockerfile", "runtimes/php/conformance/broken/index.php", "README.md"] {
        assert!(may_be_judged_by_none(data), "{data}");
    }
}

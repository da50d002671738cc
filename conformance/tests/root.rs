//! The repository is found when the program runs: a copied checkout is about itself. And what is wrong with one is
//! told by file, in words that say what would be right.

mod skeleton;

use std::path::Path;
use std::process::{Command, Output};

use conformance::plan;
use skeleton::{MANIFEST, Skeleton};

/// Expects `list` to refuse, and to say this; `ROOT` stands for the skeleton.
#[track_caller]
fn refused(skeleton: &Skeleton, word: &str, says: &str) {
    let output = list(&skeleton.0, None, word);
    let errors = String::from_utf8_lossy(&output.stderr);
    let says = says.replace("ROOT", &skeleton.0.display().to_string());
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(&says), "{errors}\nand should say\n{says}");
}

fn list(folder: &Path, root: Option<&Path>, word: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.args(["list", word]).current_dir(folder).env_remove("CONFORMANCE_ROOT");
    if let Some(root) = root {
        command.env("CONFORMANCE_ROOT", root);
    }
    command.output().expect("the command starts")
}

#[test]
fn a_copied_checkout_is_about_itself_also_from_a_folder_inside_or_by_its_name() {
    let skeleton = Skeleton::new("copy");
    let inside = skeleton.0.join("runtimes/a");
    let outside = std::env::temp_dir();
    for (folder, root) in [(&skeleton.0, None), (&inside, None), (&outside, Some(skeleton.0.as_path()))] {
        let output = list(folder, root, "server/port");
        let lines = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(lines.starts_with("a:1/server/port ") && lines.lines().count() == 1, "{lines}");
    }
}

#[test]
fn without_a_repository_it_says_what_to_do() {
    let output = list(Path::new("/"), None, "auth");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("at / or above it") && errors.contains("CONFORMANCE_ROOT=FOLDER"), "{errors}");
}

#[test]
fn what_is_wrong_with_a_manifest_is_told() {
    let skeleton = Skeleton::new("manifest");
    let with = |more: &str| format!("{MANIFEST}{more}");
    let cases = [
        (MANIFEST.replace("\"a\"", "\"b\""), "name = \"b\" must be the folder's name, \"a\""),
        (MANIFEST.replace("1 = {}", ""), "[versions] names no version"),
        (format!("colour = \"red\"\n{MANIFEST}"), "unknown field `colour`"),
        (MANIFEST.replace("title = \"A\"\n", ""), "missing field `title`"),
        (with("[memory]\nmib = 300\nreason = \" \"\n"), "every exception needs a reason"),
        (with("[absent]\nwings = \"none\"\n"), "[absent] wings is not a capability that a requirement needs"),
        (
            with("[expected.\"auth/nothing\"]\nreason = \"r\"\nuntil = \"2030-01-01\"\n"),
            "[expected.\"auth/nothing\"] is not a requirement: `conformance list` shows them",
        ),
        (
            with("[expected.\"auth/valid\"]\nreason = \"r\"\nuntil = \"2030-01-01\"\nversions = [\"2\"]\n"),
            "[expected] names the version \"2\", which [versions] does not",
        ),
        (
            format!("family = \"f\"\n{MANIFEST}"),
            "family = \"f\" needs its base, and there is no ROOT/runtimes/base/f/Dockerfile",
        ),
    ];
    for (manifest, says) in cases {
        skeleton.manifest(&manifest);
        refused(&skeleton, "auth", "error: ROOT/runtimes/a/runtime.toml: ");
        refused(&skeleton, "auth", says);
    }
}

#[test]
fn what_is_missing_is_told() {
    let skeleton = Skeleton::new("missing");
    refused(
        &skeleton,
        "b:1",
        "\"b:1\" selects nothing: there are a:1, and below each what `conformance list` shows",
    );
    skeleton.remove("runtimes/a/conformance/plain");
    let language = "ROOT/runtimes/a/conformance/language.toml";
    refused(&skeleton, "auth", &format!("{language}: ROOT/runtimes/a/conformance/plain is missing"));
    skeleton.remove("runtimes/a/runtime.toml");
    refused(
        &skeleton,
        "auth",
        "ROOT/runtimes/a has conformance/language.toml and no runtime.toml: it would not be checked",
    );
    skeleton.manifest(MANIFEST).remove("runtimes/a/conformance/language.toml");
    refused(&skeleton, "auth", &format!("{language}: No such file or directory"));
    skeleton.remove("runtimes/a");
    refused(&skeleton, "auth", "no folder under ROOT/runtimes has a runtime.toml");
}

#[test]
fn a_cause_is_a_source_too() {
    let skeleton = Skeleton::new("source");
    skeleton.manifest("name = 1\n");
    let error = plan::discover(&skeleton.0).expect_err("it is malformed");
    let source = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(error.to_string().contains(&source), "{error}");
}

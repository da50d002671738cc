//! Which versions a change touches, over a repository of git: what counts as changed, what is printed, and what is
//! said if it cannot be told.

mod skeleton;

use std::process::{Command, Output};

use skeleton::{MANIFEST, Skeleton};

/// A checkout with `a:1`, and `b:1` and `c:1` of the family `f`; `c` is from a release of Debian that still changes. On
/// the branch `change` nothing is changed yet; `main` has gone on with a file that touches every version.
fn checkout(name: &str) -> Skeleton {
    let skeleton = Skeleton::new(name);
    let manifest =
        |name: &str| format!("family = \"f\"\n{}", MANIFEST.replace("\"a\"", &format!("{name:?}")));
    skeleton.write("runtimes/base/f/Dockerfile", "FROM base\n");
    skeleton.runtime("b", &manifest("b").replace("1 = {}", "1 = {}\n2 = {}"));
    skeleton.runtime("c", &manifest("c").replace("{}", "{ release = \"sid\" }"));
    skeleton.write("runtimes/a/server", "a server\n").write("README.md", "").write(".gitignore", "target\n");
    git(&skeleton, &["init", "--quiet", "--initial-branch", "main"]);
    commit(&skeleton);
    git(&skeleton, &["branch", "change"]);
    skeleton.write("Cargo.toml", "# of another change\n");
    commit(&skeleton);
    git(&skeleton, &["checkout", "--quiet", "change"]);
    skeleton
}

fn git(skeleton: &Skeleton, arguments: &[&str]) {
    let mut command = here("git", skeleton);
    command.args(["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]);
    let output = command.args(arguments).output().expect("git starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A program in the skeleton, without what a hook of git that runs this test would have it work on.
fn here(program: &str, skeleton: &Skeleton) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&skeleton.0).env_remove("CONFORMANCE_ROOT");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    command
}

fn commit(skeleton: &Skeleton) {
    git(skeleton, &["add", "--all"]);
    git(skeleton, &["commit", "--quiet", "--message", "a change"]);
}

fn matrix(skeleton: &Skeleton, arguments: &[&str]) -> Output {
    let mut command = here(env!("CARGO_BIN_EXE_conformance"), skeleton);
    command.arg("matrix").args(arguments).output().expect("the command starts")
}

#[track_caller]
fn prints(skeleton: &Skeleton, arguments: &[&str], lines: &[&str]) {
    let output = matrix(skeleton, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
}

/// Expects these versions to be touched since `main`.
#[track_caller]
fn touched(skeleton: &Skeleton, versions: &[&str]) {
    let output = matrix(skeleton, &["--changed-since", "main", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let include = printed["include"].as_array().expect("a list");
    let found: Vec<&str> = include.iter().filter_map(|job| job["version"].as_str()).collect();
    assert_eq!(found, versions);
}

#[test]
fn a_change_is_what_differs_from_where_it_left_main() {
    let skeleton = checkout("matrix-change");
    touched(&skeleton, &[]);
    skeleton.write("README.md", "words");
    commit(&skeleton);
    touched(&skeleton, &[]);
    // Committed, then not, then not even known to git, then ignored.
    skeleton.write("runtimes/a/server", "another server\n");
    commit(&skeleton);
    touched(&skeleton, &["a:1"]);
    skeleton.manifest(&MANIFEST.replace("1 = {}", "1 = {}\n2 = {}"));
    touched(&skeleton, &["a:1", "a:2"]);
    skeleton.write("runtimes/base/f/new", "");
    touched(&skeleton, &["a:1", "a:2", "b:1", "b:2", "c:1"]);
    skeleton.remove("runtimes/base/f/new").write("target/runtimes/b/new", "");
    touched(&skeleton, &["a:1", "a:2"]);
    // And back again.
    git(&skeleton, &["checkout", "main~1", "--", "runtimes"]);
    touched(&skeleton, &[]);
}

#[test]
fn a_removed_and_a_renamed_file_touch_both_sides() {
    let skeleton = checkout("matrix-renamed");
    skeleton.remove("runtimes/a/server");
    touched(&skeleton, &["a:1"]);
    skeleton.write("runtimes/b/server", "a server\n");
    commit(&skeleton);
    touched(&skeleton, &["a:1", "b:1", "b:2"]);
    skeleton.remove("runtimes/c").remove("runtimes/a");
    touched(&skeleton, &["b:1", "b:2"]);
}

#[test]
fn it_is_printed_for_people_and_for_a_workflow() {
    let skeleton = checkout("matrix-printed");
    skeleton.write("runtimes/c/server", "").write("runtimes/a/é", "").write("runtimes/a/ö", "");
    let since = ["--changed-since", "change"];
    prints(
        &skeleton,
        &since,
        &["a:1            runtimes/a/é", "c:1            runtimes/c/server (unstable)"],
    );
    let a = r#"{"unstable":false,"version":"a:1"}"#;
    let c = r#"{"unstable":true,"version":"c:1"}"#;
    prints(&skeleton, &["--changed-since", "change", "--json"], &[&format!("{{\"include\":[{a},{c}]}}")]);
    prints(&skeleton, &[], &["a:1", "b:1", "b:2", "c:1             (unstable)"]);
}

#[test]
fn if_it_cannot_be_told_what_changed_that_is_said() {
    let skeleton = checkout("matrix-refused");
    let refused = |output: Output, says: &str| {
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(says) && output.stdout.is_empty(), "{errors}\nand should say\n{says}");
    };
    for reference in ["no-such-branch", "", "--all", "0000000000000000000000000000000000000000"] {
        let argument = format!("--changed-since={reference}");
        let says = format!(
            "error: {reference:?} is no commit, branch or tag that is known here: `git fetch origin`"
        );
        refused(matrix(&skeleton, &[&argument]), &says);
    }
    let mut command = here(env!("CARGO_BIN_EXE_conformance"), &skeleton);
    let without_git = command.args(["matrix", "--changed-since", "main"]).env("PATH", "/nowhere").output();
    refused(without_git.expect("the command starts"), "error: git does not start: ");
    // With a file more: the same files, at the same second, would be the same commit.
    git(&skeleton, &["checkout", "--quiet", "--orphan", "alone"]);
    skeleton.write("another", "");
    commit(&skeleton);
    let says = "error: \"main\" and HEAD have no commit in common here: in a shallow checkout `git fetch --unshallow`";
    refused(matrix(&skeleton, &["--changed-since", "main"]), says);
    skeleton.remove(".git");
    let says = format!("error: {} is not a checkout that git can read: ", skeleton.0.display());
    refused(matrix(&skeleton, &["--changed-since", "main"]), &says);
}

//! Which versions a change touches: the rule, over the paths of the files that changed.

use std::collections::{BTreeMap, BTreeSet};

use protocol::RuntimeId;

use super::select::Plan;

/// What a changed file reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach<'a> {
    /// No version: a document, or what only runs functions.
    Nothing,
    /// The versions of one language.
    Language(&'a str),
    /// The versions of the languages of a family.
    Family(&'a str),
    /// Every version.
    Everything,
}

/// The versions that a change of these files touches, each with the first file that does. Paths begin at the
/// repository's root; a file that was removed touches what it did before, and one that was renamed is two files.
pub fn touched(plan: &Plan, files: &[String]) -> BTreeMap<RuntimeId, String> {
    let families: BTreeSet<&str> =
        plan.versions.values().filter_map(|spec| spec.base.family.as_deref()).collect();
    let reaches: Vec<(&String, Reach)> =
        files.iter().map(|file| (file, Reach::of(file, &families))).collect();
    let versions = plan.versions.iter().filter_map(|(id, spec)| {
        let touches = |reach: Reach| reach.includes(id.name(), spec.base.family.as_deref());
        let (file, _) = reaches.iter().find(|(_, reach)| touches(*reach))?;
        Some((id.clone(), file.to_string()))
    });
    versions.collect()
}

impl<'a> Reach<'a> {
    /// What the file at that path reaches; `families` are those that a manifest names.
    fn of(path: &'a str, families: &BTreeSet<&str>) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        if is_document(&parts) {
            return Reach::Nothing;
        }
        match parts[..] {
            ["runtimes", "base", family, _, ..] if families.contains(family) => Reach::Family(family),
            ["runtimes", "base", ..] => Reach::Everything,
            // A folder that is no longer a runtime touches none: nobody reads what is in it.
            ["runtimes", language, _, ..] | ["examples", _, language, _, ..] => Reach::Language(language),
            // What runs functions has tests of its own, and no check of a version goes through it.
            ["platform", "adapter" | "build" | "cli" | "executor" | "function", _, ..] => Reach::Nothing,
            // The contract, the harness, the platform, how CI is set up; and what this rule was not told of, since a
            // version too many costs minutes and one too few hides what is broken.
            _ => Reach::Everything,
        }
    }

    fn includes(self, language: &str, family: Option<&str>) -> bool {
        match self {
            Reach::Nothing => false,
            Reach::Language(name) => name == language,
            Reach::Family(name) => Some(name) == family,
            Reach::Everything => true,
        }
    }
}

/// Whether a file is a document that no check of a version depends on. `layout/example` reads an example's README, and
/// the tests of the harness, which are run at every change, read the other documents.
fn is_document(parts: &[&str]) -> bool {
    match parts {
        ["LICENSE"] => true,
        ["runtimes", "CONTRACT.md"] | ["runtimes", _, "example", ..] | ["examples", _, _, _, ..] => false,
        [.., name] => name.ends_with(".md"),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [(&str, Option<&str>); 3] =
        [("bun", Some("javascript")), ("deno", Some("javascript")), ("node", None)];

    #[track_caller]
    fn touch(paths: &[&str], languages: &[&str]) {
        let families = BTreeSet::from(["javascript"]);
        for path in paths {
            let reach = Reach::of(path, &families);
            let touched = LANGUAGES.iter().filter(|(name, family)| reach.includes(name, *family));
            let touched: Vec<&str> = touched.map(|(name, _)| *name).collect();
            assert_eq!(touched, languages, "{path}");
        }
    }

    #[test]
    fn what_is_in_a_languages_folder_touches_that_language() {
        touch(
            &[
                "runtimes/node/server.js",
                "runtimes/node/runtime.toml",
                "runtimes/node/locks/24/package-lock.json",
                "runtimes/node/conformance/probe/index.js",
                "runtimes/node/example/README.md",
                "examples/markdown/node/index.js",
                "examples/markdown/node/README.md",
            ],
            &["node"],
        );
        touch(
            &["runtimes/nod/server.js", "runtimes/node-slim/server.js", "examples/markdown/nod/index.js"],
            &[],
        );
    }

    #[test]
    fn a_familys_base_touches_the_family() {
        touch(
            &["runtimes/base/javascript/server.ts", "runtimes/base/javascript/server/a.ts"],
            &["bun", "deno"],
        );
    }

    #[test]
    fn what_all_share_touches_all() {
        touch(
            &[
                "runtimes/base/Dockerfile",
                "runtimes/base/lib/launch",
                "runtimes/base/javascript",
                "runtimes/CONTRACT.md",
                "conformance/src/main.rs",
                "conformance/agent/Dockerfile",
                "conformance/cases/json.json",
                "platform/protocol/src/id.rs",
                "Cargo.toml",
                "Cargo.lock",
                "ci/base",
                "ci/lints/go",
                ".github/workflows/test.yml",
                ".ci/run",
                ".gitignore",
                "a-new-folder/file",
            ],
            &["bun", "deno", "node"],
        );
    }

    #[test]
    fn what_runs_functions_touches_none_and_what_the_harness_shares_with_it_touches_all() {
        touch(&["platform/cli/src/main.rs", "platform/executor/Cargo.toml"], &[]);
        touch(&["platform/engine/src/spec.rs", "platform/new/src/lib.rs"], &["bun", "deno", "node"]);
    }

    #[test]
    fn a_document_touches_none() {
        touch(
            &[
                "README.md",
                "CONTRIBUTING.md",
                "LICENSE",
                "conformance/PROBE.md",
                "conformance/cases/README.md",
                "examples/README.md",
                "examples/markdown/README.md",
                "runtimes/base/README.md",
                "runtimes/base/javascript/README.md",
                "runtimes/node/README.md",
                "runtimes/node/DESIGN.md",
            ],
            &[],
        );
    }
}

//! The arrows between the harness's layers, and between the files of each: which may use which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use conformance::plan;
use walkdir::WalkDir;

/// Each layer, and the layers that it may use: those below it.
const ARROWS: [(&str, &[&str]); 10] = [
    ("wire", &[]),
    ("backend", &["wire"]),
    ("docker", &["backend", "wire"]),
    ("fixture", &["backend", "docker", "wire"]),
    ("contract", &["backend", "docker", "fixture", "wire"]),
    ("plan", &["backend", "contract"]),
    ("document", &["contract", "plan"]),
    ("report", &["contract"]),
    ("run", &["backend", "contract", "docker", "fixture", "plan", "report"]),
    ("command", &["contract", "document", "plan", "report", "run"]),
];

fn source() -> PathBuf {
    plan::repository().expect("the repository is found").join("conformance/src")
}

/// The modules of a layer, `["contract", "function", "failing"]`, and the text of each without comments and tests.
fn modules(layer: &str) -> BTreeMap<Vec<String>, String> {
    let (root, mut found) = (source(), BTreeMap::new());
    for entry in WalkDir::new(&root).into_iter().filter_map(Result::ok) {
        let path = entry.path().strip_prefix(&root).expect("it is below").with_extension("");
        let names = path.iter().map(|name| name.to_string_lossy().into_owned());
        let module: Vec<String> = names.filter(|name| name != "mod").collect();
        if entry.file_type().is_file() && module.first().is_some_and(|first| first == layer) {
            let text = std::fs::read_to_string(entry.path()).expect("a source can be read");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            found.insert(module, lines.join("\n"));
        }
    }
    found
}

/// The names of the path that a text begins with: `a::b::C` of `a::b::C(d)`.
fn path(text: &str) -> Vec<String> {
    let names = text
        .split("::")
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
    let mut path = Vec::new();
    let mut rest = text;
    for name in names.take_while(|name| !name.is_empty()) {
        rest = &rest[name.len()..];
        path.push(name);
        match rest.strip_prefix("::") {
            Some(after) => rest = after,
            None => break,
        }
    }
    path
}

/// What a module names by paths, each from the crate's root; and the modules that it declares, if it is no `mod.rs`
/// of a layer: those only list what there is.
fn uses(module: &[String], text: &str) -> Vec<Vec<String>> {
    let mut used: Vec<Vec<String>> =
        text.match_indices("crate::").map(|(at, is)| path(&text[at + is.len()..])).collect();
    for (at, is) in text.match_indices("super::").filter(|(at, _)| !text[..*at].ends_with("super::")) {
        let (mut rest, mut parent) = (&text[at + is.len()..], &module[..module.len() - 1]);
        while let Some(after) = rest.strip_prefix("super::") {
            (rest, parent) = (after, &parent[..parent.len() - 1]);
        }
        used.push([parent.to_vec(), path(rest)].concat());
    }
    if module.len() > 1 {
        for name in text.lines().filter_map(|line| line.trim().strip_prefix("mod ")?.strip_suffix(';')) {
            used.push([module.to_vec(), vec![name.into()]].concat());
        }
    }
    used
}

/// Which file of a layer uses which, as pairs of paths.
fn arrows(layer: &str) -> BTreeSet<(String, String)> {
    let modules = modules(layer);
    let mut arrows = BTreeSet::new();
    for (module, text) in &modules {
        for used in
            uses(module, text).into_iter().filter(|used| used.first().is_some_and(|first| first == layer))
        {
            let file =
                (1..=used.len()).rev().map(|end| &used[..end]).find(|file| modules.contains_key(*file));
            let file = file.expect("a layer has a mod.rs");
            if file != module.as_slice() {
                arrows.insert((module.join("/"), file.join("/")));
            }
        }
    }
    arrows
}

/// The files that come after all that they use; what is missing from it goes round in circles.
fn ordered(arrows: &BTreeSet<(String, String)>) -> BTreeSet<&str> {
    let files: BTreeSet<&str> = arrows.iter().flat_map(|(from, to)| [from.as_str(), to.as_str()]).collect();
    let mut done = BTreeSet::new();
    loop {
        let ready = |file: &&str| arrows.iter().all(|(from, to)| from != file || done.contains(to.as_str()));
        let next: Vec<&str> =
            files.iter().copied().filter(|file| !done.contains(file)).filter(ready).collect();
        if next.is_empty() {
            return done;
        }
        done.extend(next);
    }
}

#[test]
fn each_layer_uses_only_those_below_it() {
    for (layer, may) in ARROWS {
        for (module, text) in modules(layer) {
            for used in
                uses(&module, &text).iter().filter_map(|used| used.first()).filter(|used| *used != layer)
            {
                let file = module.join("/");
                assert!(may.contains(&used.as_str()), "{file}.rs uses {used}, and may use {may:?}");
            }
        }
    }
}

#[test]
fn what_the_platform_shares_has_no_word_of_the_harness() {
    let theirs: [(&str, &[&str]); 2] = [
        ("engine", &["conformance", "harness", "contract", "ci/", "rooms"]),
        ("protocol", &["conformance", "ci/"]),
    ];
    for (name, words) in theirs {
        let folder = plan::repository().expect("the repository is found").join("platform").join(name);
        for file in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            let path = file.path();
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let word = words.iter().find(|word| text.to_lowercase().contains(*word));
            assert!(word.is_none(), "{} speaks of {word:?}", path.display());
        }
    }
}

#[test]
fn each_layer_is_below_those_that_use_it() {
    for (place, (layer, may)) in ARROWS.iter().enumerate() {
        for used in *may {
            assert!(
                ARROWS[..place].iter().any(|(below, _)| below == used),
                "{used} comes after {layer} in ARROWS"
            );
        }
    }
}

#[test]
fn each_layer_has_its_arrows() {
    for entry in std::fs::read_dir(source()).expect("the sources are there").flatten() {
        let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_root = ["lib", "main"].contains(&name.as_str());
        assert!(is_root || ARROWS.iter().any(|(layer, _)| *layer == name), "{name} has no row in ARROWS");
    }
}

/// A layer's own `mod.rs` would hide which file is meant, so its files name each other.
#[test]
fn no_two_files_of_a_layer_use_each_other() {
    for (layer, _) in ARROWS {
        let arrows = arrows(layer);
        for (from, to) in &arrows {
            assert!(to != layer, "{from}.rs uses something by {layer}/mod.rs: name the file that it is in");
        }
        let ordered = ordered(&arrows);
        let left =
            |(from, to): &&(String, String)| ![from, to].iter().any(|file| ordered.contains(file.as_str()));
        let circle: Vec<_> = arrows.iter().filter(left).collect();
        assert!(circle.is_empty(), "in {layer} these go round in circles, or lead there: {circle:?}");
    }
}

#[test]
fn arrows_are_seen_however_they_are_written() {
    let named = |module: &[&str], text: &str| {
        let module: Vec<String> = module.iter().map(ToString::to_string).collect();
        uses(&module, text).into_iter().map(|used| used.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(named(&["a", "b"], "use crate::a::c::D;"), ["a::c::D"]);
    assert_eq!(named(&["a", "b"], "use crate::a::{D, E};"), ["a"]);
    assert_eq!(named(&["a", "b"], "fn f() { super::c::d() }"), ["a::c::d"]);
    assert_eq!(named(&["a", "b", "c"], "use super::super::{d};"), ["a"]);
    assert_eq!(named(&["a", "b"], "mod c;\npub mod d;"), ["a::b::c"]);
    let round = |arrows: &[(&str, &str)]| {
        let arrows = arrows.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
        ordered(&arrows).len()
    };
    assert_eq!(round(&[("a", "b"), ("b", "c"), ("a", "c")]), 3);
    assert_eq!(round(&[("a", "b"), ("b", "a"), ("b", "c")]), 1);
}

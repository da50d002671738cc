//! The arrows between the harness's rooms: who may use whom.

use std::collections::BTreeSet;
use std::path::Path;

use conformance::plan;
use walkdir::WalkDir;

/// Each room, and the rooms that it may use.
const ARROWS: [(&str, &[&str]); 7] = [
    ("wire", &[]),
    ("target", &["wire"]),
    ("contract", &["target", "wire"]),
    ("plan", &["contract", "target"]),
    ("report", &[]),
    ("run", &["contract", "plan", "report", "target"]),
    ("command", &["plan", "report", "run"]),
];

/// The rooms that the sources of `room` name.
fn used_by(room: &str) -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = WalkDir::new(&source).into_iter().filter_map(Result::ok).filter(|entry| {
        let path = entry.path().strip_prefix(&source).unwrap_or(entry.path());
        path.starts_with(room) || path == Path::new(room).with_extension("rs")
    });
    let mut used = BTreeSet::new();
    for file in files.filter(|file| file.file_type().is_file()) {
        let text = std::fs::read_to_string(file.path()).expect("a source can be read");
        for (at, prefix) in text.match_indices("crate::") {
            let name: String =
                text[at + prefix.len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
            used.insert(name);
        }
    }
    used.remove(room);
    used
}

#[test]
fn each_room_uses_only_what_it_may() {
    for (room, may) in ARROWS {
        for used in used_by(room) {
            assert!(may.contains(&used.as_str()), "{room} uses {used}, and may use {may:?}");
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
        let folder = plan::repository().join("platform").join(name);
        for file in WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            let path = file.path();
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let word = words.iter().find(|word| text.to_lowercase().contains(*word));
            assert!(word.is_none(), "{} speaks of {word:?}", path.display());
        }
    }
}

#[test]
fn each_room_has_its_arrows() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(source).expect("the sources are there").flatten() {
        let name = entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_root = ["lib", "main"].contains(&name.as_str());
        assert!(is_root || ARROWS.iter().any(|(room, _)| *room == name), "{name} has no row in ARROWS");
    }
}

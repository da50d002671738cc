//! What is in a package: the source as it is, what the language adds, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::{Entry, EntryKind};

use crate::backend::{CheckError, CheckResult, Extra, LEFT_BY_BUILDS, Source, Spec};
use crate::contract::expect::ensure;

/// What is put beside a source: all kinds of entries that there are.
pub(super) fn beside() -> Vec<(String, Extra)> {
    let file = |text: &str| Extra::File(text.into());
    let extra = [
        (".hidden", file("hidden")),
        ("..two-dots", file("hidden too")),
        ("deep/.hidden/.too", file("hidden further down")),
        ("with a space, and é", file("named so")),
        ("program", Extra::Program(b"#!/bin/sh\n".to_vec())),
        ("empty", Extra::Folder),
        ("link", Extra::Link(".hidden".into())),
        ("leads-nowhere", Extra::Link("no-such-file".into())),
    ];
    extra.map(|(path, extra)| (path.to_string(), extra)).into()
}

/// Expects the source of `plain/` and what [`beside`] puts there, each as it is, and besides that only what the
/// language adds.
pub(super) fn are_whole(spec: &Spec, entries: &[Entry]) -> CheckResult {
    let found: BTreeMap<&Path, &EntryKind> =
        entries.iter().map(|entry| (entry.path.as_path(), &entry.kind)).collect();
    let wanted = wanted(&spec.source(Source::Plain))?;
    for (path, kind) in &wanted {
        let there = found.get(path.as_path());
        let expected = format!("{} in the package as {}", path.display(), in_words(kind));
        let actual =
            there.map_or("it is not there".into(), |kind| format!("it is there as {}", in_words(kind)));
        ensure(there == Some(&kind), expected, actual)?;
    }
    let is_expected = |path: &Path| {
        wanted.keys().any(|wanted| wanted.starts_with(path)) || spec.adds.iter().any(|add| adds(add, path))
    };
    let more: Vec<String> =
        found.keys().filter(|path| !is_expected(path)).map(|path| path.display().to_string()).collect();
    let expected = format!("nothing in the package besides the source and {:?}", spec.adds);
    ensure(more.is_empty(), expected, format!("{more:?} is in it"))
}

/// Whether a path is what the language adds: a file, or a folder with all that is in it.
fn adds(add: &str, path: &Path) -> bool {
    let place = Path::new(add);
    place.starts_with(path) || add.ends_with('/') && path.starts_with(place)
}

/// Each entry that must be there.
fn wanted(source: &Path) -> CheckResult<BTreeMap<PathBuf, EntryKind>> {
    let mut wanted = BTreeMap::new();
    add_files(source, Path::new(""), &mut wanted)
        .map_err(|error| CheckError::Fault(format!("{}: {error}", source.display())))?;
    for (path, extra) in beside() {
        let kind = match extra {
            Extra::File(content) => EntryKind::File { content, executable: false },
            Extra::Program(content) => EntryKind::File { content, executable: true },
            Extra::Folder => EntryKind::Folder,
            Extra::Link(target) => EntryKind::Link(target.into()),
        };
        wanted.insert(path.into(), kind);
    }
    Ok(wanted)
}

fn add_files(folder: &Path, below: &Path, wanted: &mut BTreeMap<PathBuf, EntryKind>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if below == Path::new("") && LEFT_BY_BUILDS.iter().any(|left| name == *left) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            add_files(&path, &below.join(&name), wanted)?;
        } else {
            let kind = EntryKind::File { content: std::fs::read(&path)?, executable: false };
            wanted.insert(below.join(&name), kind);
        }
    }
    Ok(())
}

fn in_words(kind: &EntryKind) -> String {
    match kind {
        EntryKind::File { content, executable: true } => format!("a program of {} bytes", content.len()),
        EntryKind::File { content, executable: false } => format!("a file of {} bytes", content.len()),
        EntryKind::Folder => "a folder".into(),
        EntryKind::Link(target) => format!("a link to {}", target.display()),
        EntryKind::Other => "something else".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_added_with_what_is_in_it_and_a_file_alone() {
        for (add, path) in [("target/", "target/classes/Main.class"), ("a/b.so", "a/b.so"), ("a/b.so", "a")] {
            assert!(adds(add, Path::new(path)), "{add} {path}");
        }
        for (add, path) in [("target/", "targets"), ("a/b.so", "a/c.so"), ("main.bin", "main.bin/x")] {
            assert!(!adds(add, Path::new(path)), "{add} {path}");
        }
    }
}

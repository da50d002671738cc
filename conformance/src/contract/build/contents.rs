//! What is in a package: the source as it is, without what the language leaves out, what it adds, and nothing else.

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

/// Expects the source of `plain/` and what [`beside`] puts there, each as it is, without what the language leaves out,
/// and besides that only what it adds.
pub(super) fn are_whole(spec: &Spec, entries: &[Entry]) -> CheckResult {
    let found: BTreeMap<&Path, &EntryKind> =
        entries.iter().map(|entry| (entry.path.as_path(), &entry.kind)).collect();
    let mut wanted = wanted(&spec.source(Source::Plain))?;
    wanted.retain(|path, _| !spec.omits.iter().any(|omitted| covers(omitted, path)));
    for (path, kind) in &wanted {
        let there = found.get(path.as_path());
        let expected = format!("{} in the package as {}", path.display(), in_words(kind));
        let actual =
            there.map_or("it is not there".into(), |kind| format!("it is there as {}", in_words(kind)));
        ensure(there == Some(&kind), expected, actual)?;
    }
    let is_expected = |path: &Path| {
        wanted.keys().any(|wanted| wanted.starts_with(path))
            || spec.adds.iter().any(|added| leads_to(added, path) || covers(added, path))
    };
    let more: Vec<String> =
        found.keys().filter(|path| !is_expected(path)).map(|path| path.display().to_string()).collect();
    let expected = format!("nothing in the package besides the source and {:?}", spec.adds);
    ensure(more.is_empty(), expected, format!("{more:?} is in it"))
}

/// Whether a path is what a language names: a file, or a folder with all that is in it.
fn covers(named: &str, path: &Path) -> bool {
    let place = Path::new(named);
    path == place || named.ends_with('/') && path.starts_with(place)
}

/// Whether what a language names is in this folder.
fn leads_to(named: &str, folder: &Path) -> bool {
    Path::new(named).starts_with(folder)
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
    fn a_folder_is_named_with_what_is_in_it_and_a_file_alone() {
        for (named, path) in
            [("target/", "target/classes/Main.class"), ("target/", "target"), ("a/b.so", "a/b.so")]
        {
            assert!(covers(named, Path::new(path)), "{named} {path}");
        }
        for (named, path) in
            [("target/", "targets"), ("a/b.so", "a/c.so"), ("a/b.so", "a"), ("main.bin", "main.bin/x")]
        {
            assert!(!covers(named, Path::new(path)), "{named} {path}");
        }
        assert!(leads_to("a/b.so", Path::new("a")) && !leads_to("a/b.so", Path::new("b")));
    }
}

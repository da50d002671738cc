//! Archives for tests: an honest one, and a corpus of hostile ones.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// A hostile archive, and what is said of it.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) says: &'static str,
}

type Tar = Builder<Vec<u8>>;

/// A folder, a file in it, a symbolic link, a program, and a second name of it.
pub(super) fn honest() -> Vec<u8> {
    packed(|tar| {
        add(tar, EntryType::Directory, "./", "", b"");
        add(tar, EntryType::Directory, "./folder/", "", b"");
        add(tar, EntryType::Regular, "./folder/file", "", b"content");
        add(tar, EntryType::Symlink, "link", "../outside", b"");
        add(tar, EntryType::Regular, "run", "", b"#!/bin/sh\n");
        add(tar, EntryType::Link, "twin", "run", b"");
    })
}

/// What must be refused.
pub(super) fn hostile() -> Vec<Sample> {
    let one = |kind, path: &str, target: &str| packed(|tar| add(tar, kind, path, target, b""));
    let sample = |name, says, bytes| Sample { name, bytes, says };
    let outside = "leaves the folder";
    let neither = "neither a file nor a folder nor a link";
    vec![
        sample("nothing", "cannot be read", Vec::new()),
        sample("no archive", "cannot be read", b"PK\x03\x04 this is another kind".to_vec()),
        sample("a file above", outside, one(EntryType::Regular, "../slip", "")),
        sample("a file above, deeper", outside, one(EntryType::Regular, "a/../../slip", "")),
        sample("an absolute path", outside, one(EntryType::Regular, "/etc/slip", "")),
        sample("a folder above", outside, one(EntryType::Directory, "../slip", "")),
        sample("another name of a file outside", "file outside", one(EntryType::Link, "x", "/etc/passwd")),
        sample("another name of nothing", "did not come before", one(EntryType::Link, "x", "y")),
        sample("a device", neither, one(EntryType::Char, "null", "")),
        sample("a disk", neither, one(EntryType::Block, "disk", "")),
        sample("a fifo", neither, one(EntryType::Fifo, "fifo", "")),
        sample("a sparse file", neither, one(EntryType::GNUSparse, "sparse", "")),
        sample("a link to nothing", "link to nothing", one(EntryType::Symlink, "x", "")),
        sample("a file through a link", "below something that is no folder", {
            packed(|tar| {
                add(tar, EntryType::Symlink, "out", "/tmp", b"");
                add(tar, EntryType::Regular, "out/slip", "", b"slipped");
            })
        }),
        sample("another name of a link", "did not come before", {
            packed(|tar| {
                add(tar, EntryType::Symlink, "out", "/etc/passwd", b"");
                add(tar, EntryType::Link, "twin", "out", b"");
            })
        }),
        sample("a file in place of a link", "there twice", {
            packed(|tar| {
                add(tar, EntryType::Symlink, "x", "/etc/passwd", b"");
                add(tar, EntryType::Regular, "x", "", b"root");
            })
        }),
        sample("a folder in place of a link", "there twice", {
            packed(|tar| {
                add(tar, EntryType::Symlink, "x", "/etc", b"");
                add(tar, EntryType::Directory, "x", "", b"");
                add(tar, EntryType::Regular, "x/passwd", "", b"root");
            })
        }),
        sample("a bomb", "bytes", packed(|tar| add(tar, EntryType::Regular, "x", "", &vec![0; 64 << 20]))),
        sample("a bomb behind the end", "bytes", {
            let mut bytes = honest();
            let mut more = GzEncoder::new(&mut bytes, Compression::best());
            more.write_all(&vec![0; 64 << 20]).expect("packed");
            more.finish().expect("packed");
            bytes
        }),
        sample("a path of 10,000 bytes", "too long", one(EntryType::Regular, &"x/".repeat(5000), "")),
    ]
}

fn packed(fill: impl FnOnce(&mut Tar)) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    fill(&mut tar);
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&tar.into_inner().expect("a tar")).expect("packed");
    packed.finish().expect("packed")
}

/// Adds an entry as it is, whatever a careful program would say to it.
fn add(tar: &mut Tar, kind: EntryType, path: &str, target: &str, content: &[u8]) {
    if path.len() > 100 {
        entry(tar, EntryType::GNULongName, "././@LongLink", "", path.as_bytes());
    }
    entry(tar, kind, &path[..path.len().min(100)], target, content);
}

fn entry(tar: &mut Tar, kind: EntryType, path: &str, target: &str, content: &[u8]) {
    let mut header = Header::new_gnu();
    let old = header.as_old_mut();
    old.name[..path.len()].copy_from_slice(path.as_bytes());
    old.linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    if kind == EntryType::GNUSparse
        && let Some(sparse) = header.as_gnu_mut()
    {
        sparse.realsize = *b"00000000000\0";
    }
    // The bits that change a user are asked for each time, and never given.
    header.set_mode(if path == "run" { 0o6755 } else { 0o6644 });
    header.set_size(content.len() as u64);
    header.set_cksum();
    tar.append(&header, content).expect("added");
}

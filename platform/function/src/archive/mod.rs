//! Archives that other people made: packed tars of which nothing is believed.

mod rewrite;
#[cfg(test)]
mod samples;
#[cfg(target_os = "linux")]
mod unpack;

#[cfg(target_os = "linux")]
pub use unpack::unpack;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::EntryType;
use thiserror::Error;

/// How much an archive may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes when unpacked, headers and padding included.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: usize,
    /// Bytes of a path.
    pub path: usize,
    /// How many times its packed size it may have, if it is more than [`Bounds::SMALL`].
    pub ratio: u64,
}

impl Bounds {
    /// Bytes up to which nobody asks how well an archive is packed.
    pub const SMALL: u64 = 16 * 1024 * 1024;
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { bytes: 512 * 1024 * 1024, entries: 100_000, path: 1024, ratio: 200 }
    }
}

/// Why an archive is refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// It is cut off, or no packed tar at all.
    #[error("the archive cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// More of something than may be.
    #[error("the archive has more than {most} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// An entry that may not be there.
    #[error("the archive holds {path:?}, {why}")]
    Entry {
        /// Its path, as far as it can be shown.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It could not be written.
    #[error("failed to unpack {path:?}: {source}")]
    Write {
        /// The entry.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// An entry that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Folder,
    File {
        size: u64,
        executable: bool,
    },
    /// A symbolic link. Where it leads is not looked at: nobody follows it but the function, in its container.
    Link(PathBuf),
    /// Another name of a file that came before.
    Twin(PathBuf),
}

/// A packed tar.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'a> {
    packed: &'a [u8],
    bounds: Bounds,
}

impl<'a> Archive<'a> {
    /// The archive of these bytes, which may hold so much.
    pub fn new(packed: &'a [u8], bounds: Bounds) -> Self {
        Archive { packed, bounds }
    }

    /// Shows each entry, once it is found to be allowed, in order.
    pub(crate) fn walk(
        &self,
        mut each: impl FnMut(&Path, Entry, &mut dyn Read) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let packed = self.packed.len() as u64;
        let most = self.bounds.bytes.min((packed * self.bounds.ratio).max(Bounds::SMALL));
        let mut reader = Bounded { inner: MultiGzDecoder::new(self.packed), left: most, most };
        let mut seen = Seen::default();
        let mut archive = tar::Archive::new(&mut reader);
        for entry in archive.entries().map_err(unreadable)? {
            let mut entry = entry.map_err(unreadable)?;
            let (path, kind) = judged(&entry, self.bounds.path)?;
            // The folder itself, as `tar -C folder .` writes it.
            if path.as_os_str().is_empty() {
                continue;
            }
            seen.add(&path, &kind, self.bounds.entries)?;
            each(&path, kind, &mut entry)?;
        }
        // To the end: only there the stream's checksum is compared.
        io::copy(&mut reader, &mut io::sink()).map_err(unreadable)?;
        Ok(())
    }
}

/// What came before an entry.
#[derive(Default)]
struct Seen {
    all: HashSet<PathBuf>,
    links: HashSet<PathBuf>,
    files: HashSet<PathBuf>,
}

impl Seen {
    fn add(&mut self, path: &Path, kind: &Entry, most: usize) -> Result<(), ArchiveError> {
        let refused = |why| Err(refused(path, why));
        if self.all.len() >= most {
            return Err(ArchiveError::TooMuch { what: "entries", most: most as u64 });
        }
        if path.ancestors().skip(1).any(|above| self.links.contains(above) || self.files.contains(above)) {
            return refused("which lies below something that is no folder");
        }
        if !self.all.insert(path.into()) && *kind != Entry::Folder {
            return refused("which is there twice");
        }
        match kind {
            Entry::Folder if self.links.contains(path) || self.files.contains(path) => {
                return refused("which is there twice");
            }
            Entry::Folder => {}
            Entry::File { .. } => drop(self.files.insert(path.into())),
            Entry::Link(_) => drop(self.links.insert(path.into())),
            Entry::Twin(of) if self.files.contains(of) => drop(self.files.insert(path.into())),
            Entry::Twin(_) => return refused("another name of a file that did not come before it"),
        }
        Ok(())
    }
}

/// The path and the kind of an entry, if both are allowed.
fn judged<R: Read>(entry: &tar::Entry<'_, R>, longest: usize) -> Result<(PathBuf, Entry), ArchiveError> {
    let written = entry.path_bytes();
    let path = inside(&written, longest).map_err(|why| refused(OsStr::from_bytes(&written), why))?;
    let target = || entry.link_name_bytes().map(|bytes| bytes.into_owned()).unwrap_or_default();
    let kind = match entry.header().entry_type() {
        EntryType::Directory => Entry::Folder,
        EntryType::Regular | EntryType::Continuous => {
            let executable = entry.header().mode().map_err(unreadable)? & 0o111 != 0;
            Entry::File { size: entry.size(), executable }
        }
        EntryType::Symlink => {
            let target = target();
            if target.is_empty() || target.len() > longest || target.contains(&0) {
                return Err(refused(&path, "a link to nothing that can be"));
            }
            Entry::Link(PathBuf::from(OsStr::from_bytes(&target)))
        }
        EntryType::Link => Entry::Twin(
            inside(&target(), longest).map_err(|_| refused(&path, "another name of a file outside"))?,
        ),
        _ => return Err(refused(&path, "which is neither a file nor a folder nor a link")),
    };
    Ok((path, kind))
}

/// A path as it lies in the folder, if it does.
fn inside(written: &[u8], longest: usize) -> Result<PathBuf, &'static str> {
    if written.len() > longest {
        return Err("whose path is too long");
    }
    if written.contains(&0) {
        return Err("whose path has a NUL in it");
    }
    let mut path = PathBuf::new();
    for part in Path::new(OsStr::from_bytes(written)).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            _ => return Err("whose path leaves the folder"),
        }
    }
    Ok(path)
}

fn refused(path: impl AsRef<Path>, why: &'static str) -> ArchiveError {
    let shown: String = path.as_ref().to_string_lossy().chars().take(200).collect();
    ArchiveError::Entry { path: shown, why }
}

fn unreadable(error: io::Error) -> ArchiveError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Full>()) {
        Some(Full(most)) => ArchiveError::TooMuch { what: "bytes", most: *most },
        None => ArchiveError::Unreadable(error),
    }
}

/// A reader that fails once more was read than may be.
struct Bounded<R> {
    inner: R,
    left: u64,
    most: u64,
}

#[derive(Debug, Error)]
#[error("more than {0} bytes")]
struct Full(u64);

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other(Full(self.most)))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{self, Sample};
    use super::*;

    fn walked(bytes: &[u8], bounds: Bounds) -> Result<Vec<String>, ArchiveError> {
        let mut seen = Vec::new();
        Archive::new(bytes, bounds).walk(|path, _, content| {
            io::copy(content, &mut io::sink()).map_err(unreadable)?;
            seen.push(path.display().to_string());
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn what_a_build_makes_is_read() {
        let seen = walked(&samples::honest(), Bounds::default()).expect("it is honest");
        assert_eq!(seen, ["folder", "folder/file", "link", "run", "twin"]);
    }

    #[test]
    fn each_hostile_archive_is_refused_with_its_reason() {
        for Sample { name, bytes, says } in samples::hostile() {
            let error =
                walked(&bytes, Bounds::default()).err().unwrap_or_else(|| panic!("{name} was let in"));
            assert!(error.to_string().contains(says), "{name}: {error}");
        }
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_refused() {
        let whole = samples::honest();
        for length in 0..whole.len() {
            assert!(walked(&whole[..length], Bounds::default()).is_err(), "cut off after {length} bytes");
        }
    }

    #[test]
    fn each_bound_holds() {
        let honest = samples::honest();
        let bounds = Bounds { entries: 4, ..Bounds::default() };
        assert!(matches!(walked(&honest, bounds), Err(ArchiveError::TooMuch { what: "entries", .. })));
        let bounds = Bounds { bytes: 2048, ..Bounds::default() };
        assert!(matches!(walked(&honest, bounds), Err(ArchiveError::TooMuch { what: "bytes", .. })));
        let bounds = Bounds { path: 10, ..Bounds::default() };
        assert!(matches!(walked(&honest, bounds), Err(ArchiveError::Entry { .. })));
    }
}

//! Unpacks an archive beneath a folder: the kernel itself refuses every way out of it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, fchmod, linkat, mkdirat, openat2, symlinkat};

use super::{Archive, ArchiveError, Entry};

/// Unpacks an archive beneath a folder, which must be there and empty. Files are 644 or 755, folders 755, whatever the
/// archive says; nothing is set-id, and no link is followed on the way.
///
/// # Errors
/// The archive is refused, or the folder cannot be written; what was unpacked until then stays.
pub fn unpack(archive: &Archive<'_>, folder: &Path) -> Result<(), ArchiveError> {
    let root = File::open(folder).map_err(|error| failed(folder, error))?;
    let beneath = Beneath(root.into());
    archive
        .walk(|path, entry, content| beneath.put(path, entry, content).map_err(|error| failed(path, error)))
}

struct Beneath(OwnedFd);

impl Beneath {
    fn put(&self, path: &Path, entry: Entry, content: &mut dyn Read) -> io::Result<()> {
        let (above, name) = (path.parent().unwrap_or(Path::new("")), path.file_name().unwrap_or_default());
        let above = self.folder(above)?;
        match entry {
            Entry::Folder => drop(self.folder(path)?),
            Entry::File { executable, .. } => {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
                let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
                let file = openat2(&above, name, flags, mode, beneath())?;
                fchmod(&file, mode)?;
                io::copy(content, &mut File::from(file))?;
            }
            Entry::Link(target) => symlinkat(target, &above, name)?,
            Entry::Twin(of) => {
                let from = self.folder(of.parent().unwrap_or(Path::new("")))?;
                linkat(&from, of.file_name().unwrap_or_default(), &above, name, AtFlags::empty())?;
            }
        }
        Ok(())
    }

    /// The folder of that path, made where it is missing.
    fn folder(&self, path: &Path) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder = openat2(&self.0, ".", flags, Mode::empty(), beneath())?;
        for name in path {
            let mode = Mode::from_raw_mode(0o755);
            let made = match mkdirat(&folder, name, mode) {
                Ok(()) => true,
                Err(rustix::io::Errno::EXIST) => false,
                Err(error) => return Err(error.into()),
            };
            folder = openat2(&folder, name, flags, Mode::empty(), beneath())?;
            if made {
                fchmod(&folder, mode)?;
            }
        }
        Ok(folder)
    }
}

fn beneath() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
}

fn failed(path: &Path, source: io::Error) -> ArchiveError {
    ArchiveError::Write { path: path.to_string_lossy().chars().take(200).collect(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::super::{Bounds, samples};
    use super::*;
    use crate::folder::tests::Scratch;

    #[test]
    fn an_archive_is_unpacked_as_it_is_but_for_rights() {
        let scratch = Scratch::new("unpacked");
        unpack(&Archive::new(&samples::honest(), Bounds::default()), &scratch.0).expect("it is honest");
        assert_eq!(std::fs::read(scratch.0.join("folder/file")).expect("read"), b"content");
        let target = std::fs::read_link(scratch.0.join("link")).expect("a link");
        assert_eq!(target, Path::new("../outside"));
        let meta = |name: &str| std::fs::symlink_metadata(scratch.0.join(name)).expect("it is there");
        assert_eq!(meta("run").permissions().mode() & 0o7777, 0o755);
        assert_eq!(meta("folder/file").permissions().mode() & 0o7777, 0o644);
        assert_eq!(meta("folder").permissions().mode() & 0o7777, 0o755);
        assert_eq!(meta("run").ino(), meta("twin").ino());
    }

    #[test]
    fn no_hostile_archive_writes_outside() {
        let scratch = Scratch::new("hostile");
        for sample in samples::hostile() {
            let folder = scratch.0.join("a/b/c");
            std::fs::create_dir_all(&folder).expect("made");
            let done = unpack(&Archive::new(&sample.bytes, Bounds::default()), &folder);
            assert!(done.is_err(), "{} was unpacked", sample.name);
            let around = |path: &str| std::fs::read_dir(scratch.0.join(path)).expect("a folder").count();
            assert_eq!((around("."), around("a"), around("a/b")), (1, 1, 1), "{} got out", sample.name);
            std::fs::remove_dir_all(scratch.0.join("a")).expect("removed");
        }
    }

    /// What the archive's own judge would let through, the kernel still refuses.
    #[test]
    fn a_link_that_appears_in_between_is_not_followed() {
        let scratch = Scratch::new("link");
        let folder = scratch.0.join("in");
        std::fs::create_dir_all(&folder).expect("made");
        std::os::unix::fs::symlink(&scratch.0, folder.join("out")).expect("a link");
        let beneath = Beneath(File::open(&folder).expect("opened").into());
        let entry = Entry::File { size: 0, executable: false };
        beneath.put(Path::new("out/slip"), entry, &mut io::empty()).expect_err("it is a link");
        assert!(!scratch.0.join("slip").exists());
    }
}

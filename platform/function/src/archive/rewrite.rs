//! An archive written anew, with nothing in it but what is allowed: for whoever unpacks it elsewhere.

use std::io::{self, Read};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::{Archive, ArchiveError, Entry};

impl Archive<'_> {
    /// The paths of its files.
    ///
    /// # Errors
    /// The archive is refused.
    pub fn files(&self) -> Result<Vec<String>, ArchiveError> {
        let mut files = Vec::new();
        self.walk(|path, entry, _| {
            if matches!(entry, Entry::File { .. } | Entry::Twin(_)) {
                files.push(path.to_string_lossy().into_owned());
            }
            Ok(())
        })?;
        Ok(files)
    }

    /// Reads it to its end and keeps nothing.
    ///
    /// # Errors
    /// The archive is refused.
    pub fn check(&self) -> Result<(), ArchiveError> {
        self.walk(|_, _, _| Ok(()))
    }

    /// The same as a plain tar whose entries belong to that numeric user, with no rights beyond 755.
    ///
    /// # Errors
    /// The archive is refused.
    pub fn owned_by(&self, owner: u64) -> Result<Vec<u8>, ArchiveError> {
        let mut tar = Builder::new(Vec::new());
        self.walk(|path, entry, content| {
            add(&mut tar, path, entry, content, owner)
                .map_err(|source| ArchiveError::Write { path: path.to_string_lossy().into_owned(), source })
        })?;
        tar.into_inner().map_err(ArchiveError::Unreadable)
    }
}

fn add(
    tar: &mut Builder<Vec<u8>>,
    path: &Path,
    entry: Entry,
    content: &mut dyn Read,
    owner: u64,
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_uid(owner);
    header.set_gid(owner);
    header.set_mode(0o755);
    header.set_size(0);
    match entry {
        Entry::Folder => {
            header.set_entry_type(EntryType::Directory);
            tar.append_data(&mut header, path, io::empty())
        }
        Entry::File { size, executable } => {
            header.set_mode(if executable { 0o755 } else { 0o644 });
            header.set_size(size);
            tar.append_data(&mut header, path, content)
        }
        Entry::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            tar.append_link(&mut header, path, target)
        }
        Entry::Twin(of) => {
            header.set_entry_type(EntryType::Link);
            tar.append_link(&mut header, path, of)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bounds, samples};
    use super::*;

    #[test]
    fn owner_and_rights_are_ours_and_the_rest_is_as_it_was() {
        let bytes = samples::honest();
        let archive = Archive::new(&bytes, Bounds::default());
        let tar = archive.owned_by(65532).expect("it is honest");
        let mut seen = Vec::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().expect("entries") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            assert_eq!(header.uid().expect("an owner"), 65532);
            let path = entry.path().expect("a path").display().to_string();
            seen.push((path, header.entry_type(), header.mode().expect("a mode")));
        }
        let expected = [
            ("folder", EntryType::Directory, 0o755),
            ("folder/file", EntryType::Regular, 0o644),
            ("link", EntryType::Symlink, 0o755),
            ("run", EntryType::Regular, 0o755),
            ("twin", EntryType::Link, 0o755),
        ];
        let expected = expected.map(|(path, kind, mode)| (path.to_string(), kind, mode));
        assert_eq!(seen, expected);
        assert_eq!(archive.files().expect("it is honest"), ["folder/file", "run", "twin"]);
    }
}

//! Files that are named by what is in them: sources and packages.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Error;

/// Files named by their SHA-256 in one folder. A file is there whole or not at all.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
    most: u64,
}

impl Blobs {
    /// Those in that folder, each of `most` bytes at most.
    pub fn new(folder: PathBuf, most: u64) -> Self {
        Blobs { folder, most }
    }

    /// The size in bytes that one may have.
    pub fn most(&self) -> u64 {
        self.most
    }

    /// The file of that digest, if it is there.
    ///
    /// # Errors
    /// The digest is none.
    pub fn find(&self, digest: &str) -> Result<Option<PathBuf>, Error> {
        let path = self.path(digest)?;
        Ok(path.is_file().then_some(path))
    }

    /// Takes a file in, piece by piece.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn incoming(&self) -> Result<Incoming, Error> {
        let path = self.folder.join(format!(".{:032x}", rand::random::<u128>()));
        let opened = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path);
        let file = opened.map_err(|error| Error::io(format!("write {}", path.display()), error))?;
        Ok(Incoming { blobs: self.clone(), file, path, digest: Sha256::new(), size: 0 })
    }

    /// Stores these bytes and returns their digest.
    ///
    /// # Errors
    /// They are too many, or cannot be written.
    pub fn store(&self, bytes: &[u8]) -> Result<String, Error> {
        let mut incoming = self.incoming()?;
        incoming.add(bytes)?;
        incoming.finish(None)
    }

    /// Removes the file of that digest, if it is there.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, digest: &str) -> Result<(), Error> {
        let path = self.path(digest)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("remove {}", path.display()), error))
            }
            _ => Ok(()),
        }
    }

    /// Removes all but the files of these digests, with what never arrived whole. For a start, when nothing arrives.
    ///
    /// # Errors
    /// The folder cannot be read, or a file not be removed.
    pub fn keep_only(&self, digests: &[String]) -> Result<(), Error> {
        let failed = |error| Error::io(format!("clean {}", self.folder.display()), error);
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if !digests.iter().any(|digest| entry.file_name() == digest.as_str()) {
                std::fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn path(&self, digest: &str) -> Result<PathBuf, Error> {
        // It becomes a file's name, so it must be nothing else.
        if is_digest(digest) { Ok(self.folder.join(digest)) } else { Err(Error::NoDigest(digest.into())) }
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A file that is arriving. Dropped before its end, it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    blobs: Blobs,
    file: File,
    path: PathBuf,
    digest: Sha256,
    size: u64,
}

impl Incoming {
    /// The next piece.
    ///
    /// # Errors
    /// The whole would be too large; not a byte over the limit is written.
    pub fn add(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.size += piece.len() as u64;
        if self.size > self.blobs.most {
            return Err(Error::TooLarge(self.blobs.most));
        }
        self.digest.update(piece);
        let written = self.file.write_all(piece);
        written.map_err(|error| Error::io(format!("write {}", self.path.display()), error))
    }

    /// Puts the whole in its place, and returns its digest.
    ///
    /// # Errors
    /// It is not what was announced, or cannot be written.
    pub fn finish(self, announced: Option<&str>) -> Result<String, Error> {
        let found: String = self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if let Some(named) = announced.filter(|named| *named != found) {
            return Err(Error::OtherContent { named: named.into(), found });
        }
        let place = self.blobs.path(&found)?;
        let done = self.file.sync_all().and_then(|()| std::fs::rename(&self.path, &place));
        done.map_err(|error| Error::io(format!("write {}", place.display()), error))?;
        Ok(found)
    }

    /// Where it arrives.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After `finish` there is none of that name any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::tests::Scratch;

    /// The SHA-256 of "abc", from the standard.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn entries(folder: &Path) -> usize {
        std::fs::read_dir(folder).expect("a folder").count()
    }

    #[test]
    fn a_file_is_found_by_its_digest() {
        let scratch = Scratch::new("blobs");
        let blobs = Blobs::new(scratch.0.clone(), 10);
        assert_eq!(blobs.store(b"abc").expect("stored"), ABC);
        let found = blobs.find(ABC).expect("a digest").expect("it is there");
        assert_eq!(std::fs::read(found).expect("read"), b"abc");
    }

    #[test]
    fn what_is_too_large_or_not_what_was_announced_leaves_nothing() {
        let scratch = Scratch::new("refused");
        let blobs = Blobs::new(scratch.0.clone(), 10);
        assert!(matches!(blobs.store(b"12345678901"), Err(Error::TooLarge(10))));
        let mut incoming = blobs.incoming().expect("a file");
        incoming.add(b"abd").expect("it fits");
        assert!(matches!(incoming.finish(Some(ABC)), Err(Error::OtherContent { .. })));
        assert_eq!(entries(&scratch.0), 0);
    }

    #[test]
    fn a_digest_cannot_name_another_file() {
        let blobs = Blobs::new(PathBuf::from("/"), 10);
        for digest in ["", "../token", &ABC[1..], &ABC.to_uppercase(), &format!("../{}", &ABC[3..])] {
            assert!(matches!(blobs.find(digest), Err(Error::NoDigest(_))), "{digest}");
        }
    }

    #[test]
    fn what_nobody_uses_goes() {
        let scratch = Scratch::new("kept");
        let blobs = Blobs::new(scratch.0.clone(), 10);
        blobs.store(b"abc").expect("stored");
        blobs.store(b"other").expect("stored");
        std::fs::write(scratch.0.join(".half"), "").expect("written");
        blobs.keep_only(&[ABC.into()]).expect("cleaned");
        assert_eq!(entries(&scratch.0), 1);
        assert!(blobs.find(ABC).expect("a digest").is_some());
    }
}

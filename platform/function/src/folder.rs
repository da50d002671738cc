//! The one folder in which everything is kept.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::Error;

/// The folder in which everything is kept, held by one process at a time. Only its owner may read what is in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // The lock ends with the process, however that ends.
    _lock: File,
}

impl Folder {
    /// Takes the folder, which is made where there is none.
    ///
    /// # Errors
    /// Another process has it, or it cannot be written.
    pub fn take(path: &Path) -> Result<Self, Error> {
        private_folder(path)?;
        let path =
            path.canonicalize().map_err(|error| Error::io(format!("find {}", path.display()), error))?;
        let file = path.join("lock");
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&file);
        let lock = opened.map_err(|error| Error::io(format!("open {}", file.display()), error))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Folder { path, _lock: lock }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Error::InUse(path)),
            Err(error) => Err(Error::io(format!("lock {}", file.display()), error.into())),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in it, which is made where there is none.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.path.join(name);
        private_folder(&folder)?;
        Ok(folder)
    }

    /// A folder in it that is empty now, whatever was in it.
    ///
    /// # Errors
    /// It cannot be emptied.
    pub fn emptied(&self, name: &str) -> Result<PathBuf, Error> {
        let folder = self.path.join(name);
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("empty {}", folder.display()), error))
            }
            _ => self.folder(name),
        }
    }

    /// The token for what writes, and whether it was made just now.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn token(&self) -> Result<(String, bool), Error> {
        let file = self.path.join("token");
        if let Ok(text) = std::fs::read_to_string(&file)
            && !text.trim().is_empty()
        {
            return Ok((text.trim().into(), false));
        }
        let token = secret();
        self.write("token", &token)?;
        Ok((token, true))
    }

    /// Writes a small file that only its owner may read, whole or not at all.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, name: &str, content: &str) -> Result<(), Error> {
        let (file, new) = (self.path.join(name), self.path.join(format!(".{name}.new")));
        let write = || {
            let mut file =
                OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
            file.write_all(content.as_bytes())?;
            file.sync_all()
        };
        write()
            .and_then(|()| std::fs::rename(&new, &file))
            .map_err(|error| Error::io(format!("write {}", file.display()), error))
    }
}

/// 256 bits that nobody can guess, in hexadecimal digits.
pub(crate) fn secret() -> String {
    let halves: [u128; 2] = [rand::random(), rand::random()];
    format!("{:032x}{:032x}", halves[0], halves[1])
}

fn private_folder(path: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Error::io(format!("make the folder {}", path.display()), error))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A folder of a test's own, gone with it.
    pub(crate) struct Scratch(pub(crate) PathBuf);

    impl Scratch {
        pub(crate) fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("function-{name}-{:016x}", rand::random::<u64>()));
            std::fs::create_dir_all(&path).expect("it can be made");
            Scratch(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_second_process_is_refused_until_the_first_has_ended() {
        let scratch = Scratch::new("lock");
        let first = Folder::take(&scratch.0).expect("it is free");
        let error = Folder::take(&scratch.0).expect_err("it is taken");
        assert!(error.to_string().contains("in use by another `open-runtimes up`"), "{error}");
        drop(first);
        Folder::take(&scratch.0).expect("it is free again");
    }

    #[test]
    fn the_token_is_made_once_and_only_its_owner_reads_it() {
        let scratch = Scratch::new("token");
        let folder = Folder::take(&scratch.0).expect("it is free");
        let (token, made) = folder.token().expect("a token");
        assert!(made && token.len() == 64);
        assert_eq!(folder.token().expect("a token"), (token, false));
        let mode = std::fs::metadata(scratch.0.join("token")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

//! Tar archives: how folders and files get into an engine.

use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::Error;

/// A file taken out of an archive.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its path in the archive.
    pub path: PathBuf,
    /// Its content.
    pub content: Vec<u8>,
    /// The numeric id of its owner.
    pub owner: u64,
}

/// An archive being put together, the same bytes for the same input, so that the engine's cache holds.
pub struct Archive {
    builder: tar::Builder<Vec<u8>>,
    owner: u64,
}

impl Archive {
    /// An empty archive whose members belong to that numeric user.
    pub fn owned_by(owner: u64) -> Self {
        Archive { builder: tar::Builder::new(Vec::new()), owner }
    }

    /// Adds a file under that path.
    ///
    /// # Errors
    /// The path is too long for an archive.
    pub fn file(mut self, path: &str, content: &[u8], executable: bool) -> Result<Self, Error> {
        let mut header = self.header(if executable { 0o755 } else { 0o644 });
        header.set_size(content.len() as u64);
        self.builder
            .append_data(&mut header, path, content)
            .map_err(|error| Error::new(&format!("archive {path}"), error))?;
        Ok(self)
    }

    /// Adds everything in that folder, without dependency trees and packages that a build on the host
    /// may have left there.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn folder(mut self, folder: &Path) -> Result<Self, Error> {
        let left_out = ["node_modules", "target", "code.tar.gz", ".git"];
        let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
        let kept = entries.filter_entry(|entry| !left_out.iter().any(|name| entry.file_name() == *name));
        for entry in kept {
            let entry = entry.map_err(|error| Error::new(&format!("read {}", folder.display()), error))?;
            let path = entry.path();
            let failed = |error: std::io::Error| Error::new(&format!("archive {}", path.display()), error);
            let name = path.strip_prefix(folder).unwrap_or(path);
            if entry.file_type().is_dir() {
                let mut header = self.header(0o755);
                header.set_entry_type(tar::EntryType::Directory);
                header.set_size(0);
                self.builder.append_data(&mut header, name, std::io::empty()).map_err(failed)?;
            } else {
                let content = std::fs::read(path).map_err(failed)?;
                let mut header = self.header(if is_executable(path) { 0o755 } else { 0o644 });
                header.set_size(content.len() as u64);
                self.builder.append_data(&mut header, name, content.as_slice()).map_err(failed)?;
            }
        }
        Ok(self)
    }

    /// The finished archive.
    ///
    /// # Errors
    /// None in practice: it is written to memory.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.builder.into_inner().map_err(|error| Error::new("finish an archive", error))
    }

    /// The regular files in an archive.
    ///
    /// # Errors
    /// The bytes are no archive.
    pub fn members(bytes: &[u8]) -> Result<Vec<Member>, Error> {
        let failed = |error: std::io::Error| Error::new("read an archive", error);
        let mut members = Vec::new();
        for entry in tar::Archive::new(bytes).entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content).map_err(failed)?;
            let owner = entry.header().uid().map_err(failed)?;
            members.push(Member { path: entry.path().map_err(failed)?.into_owned(), content, owner });
        }
        Ok(members)
    }

    /// What a gzip stream holds.
    ///
    /// # Errors
    /// The bytes are no gzip stream.
    pub fn unzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut plain = Vec::new();
        let read = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain);
        read.map(|_| plain).map_err(|error| Error::new("read a gzip stream", error))
    }

    fn header(&self, mode: u32) -> tar::Header {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_uid(self.owner);
        header.set_gid(self.owner);
        header.set_mtime(0);
        header
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sh")
}

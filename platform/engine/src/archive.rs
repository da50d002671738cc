//! Tar archives: how folders and files get into an engine.

use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::Error;
use crate::ignore::Ignore;

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

/// An entry of an archive, whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, without `.` parts.
    pub path: PathBuf,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry of an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Its content.
        content: Vec<u8>,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A folder.
    Folder,
    /// A symbolic link, and where it leads.
    Link(PathBuf),
    /// A device, a socket, a hard link.
    Other,
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
            .map_err(|error| Error::io(format!("archive {path}"), error))?;
        Ok(self)
    }

    /// Adds an empty folder under that path.
    ///
    /// # Errors
    /// The path is too long for an archive.
    pub fn empty_folder(mut self, path: &str) -> Result<Self, Error> {
        let mut header = self.header(0o755);
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        let added = self.builder.append_data(&mut header, path, std::io::empty());
        added.map_err(|error| Error::io(format!("archive {path}"), error))?;
        Ok(self)
    }

    /// Adds a symbolic link under that path.
    ///
    /// # Errors
    /// A path is too long for an archive.
    pub fn link(mut self, path: &str, target: &str) -> Result<Self, Error> {
        let mut header = self.header(0o777);
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        let added = self.builder.append_link(&mut header, path, target);
        added.map_err(|error| Error::io(format!("archive {path}"), error))?;
        Ok(self)
    }

    /// Adds everything in that folder but what is directly in it under one of the names in `left_out`.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn folder(self, folder: &Path, left_out: &[&str]) -> Result<Self, Error> {
        let is_left_out =
            |entry: &DirEntry| entry.depth() == 1 && left_out.iter().any(|name| entry.file_name() == *name);
        self.entries(folder, |entry| !is_left_out(entry), |_| true)
    }

    /// Adds what a build of that folder sees: everything that its `.dockerignore` does not leave out. The Dockerfile
    /// and the `.dockerignore` always go in, since the engine reads them.
    ///
    /// # Errors
    /// A file that cannot be read, or a `.dockerignore` with a line that is not a pattern.
    pub fn context(self, folder: &Path, dockerfile: &str) -> Result<Self, Error> {
        let ignore = Ignore::of(folder, dockerfile)?;
        let is_kept = |entry: &DirEntry| !ignore.leaves_out(below(folder, entry));
        let enters = |entry: &DirEntry| is_kept(entry) || ignore.may_keep_below(below(folder, entry));
        self.entries(folder, |entry| !entry.file_type().is_dir() || enters(entry), is_kept)
    }

    /// Adds the entries that `is_added`, of the folders that `is_entered`.
    fn entries(
        mut self,
        folder: &Path,
        is_entered: impl Fn(&DirEntry) -> bool,
        is_added: impl Fn(&DirEntry) -> bool,
    ) -> Result<Self, Error> {
        let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(is_entered) {
            let entry =
                entry.map_err(|error| Error::io(format!("read {}", folder.display()), error.into()))?;
            if is_added(&entry) {
                let path = entry.path().display().to_string();
                self.entry(below(folder, &entry), &entry)
                    .map_err(|error| Error::io(format!("archive {path}"), error))?;
            }
        }
        Ok(self)
    }

    fn entry(&mut self, name: &Path, entry: &DirEntry) -> std::io::Result<()> {
        let (path, kind) = (entry.path(), entry.file_type());
        if kind.is_dir() {
            let mut header = self.header(0o755);
            header.set_entry_type(tar::EntryType::Directory);
            header.set_size(0);
            return self.builder.append_data(&mut header, name, std::io::empty());
        }
        if kind.is_symlink() {
            let mut header = self.header(0o777);
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            return self.builder.append_link(&mut header, name, std::fs::read_link(path)?);
        }
        let content = std::fs::read(path)?;
        let mut header = self.header(if is_executable(path) { 0o755 } else { 0o644 });
        header.set_size(content.len() as u64);
        self.builder.append_data(&mut header, name, content.as_slice())
    }

    /// The finished archive.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.builder.into_inner().map_err(|error| Error::io("finish an archive", error))
    }

    /// The regular files in an archive.
    ///
    /// # Errors
    /// The bytes are not an archive.
    pub fn members(bytes: &[u8]) -> Result<Vec<Member>, Error> {
        let failed = |error: std::io::Error| Error::io("read an archive", error);
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

    /// Every entry of an archive but its own folder.
    ///
    /// # Errors
    /// The bytes are no archive.
    pub fn entries_of(bytes: &[u8]) -> Result<Vec<Entry>, Error> {
        let failed = |error: std::io::Error| Error::io("read an archive", error);
        let mut entries = Vec::new();
        for entry in tar::Archive::new(bytes).entries().map_err(failed)? {
            let mut entry = entry.map_err(failed)?;
            let path: PathBuf = entry.path().map_err(failed)?.components().filter(is_named).collect();
            let kind = match entry.header().entry_type() {
                tar::EntryType::Directory => EntryKind::Folder,
                tar::EntryType::Symlink => {
                    let target = entry.link_name().map_err(failed)?.unwrap_or_default();
                    EntryKind::Link(target.into_owned())
                }
                kind if kind.is_file() => {
                    let executable = entry.header().mode().map_err(failed)? & 0o100 != 0;
                    let mut content = Vec::new();
                    entry.read_to_end(&mut content).map_err(failed)?;
                    EntryKind::File { content, executable }
                }
                _ => EntryKind::Other,
            };
            if path != Path::new("") {
                entries.push(Entry { path, kind });
            }
        }
        Ok(entries)
    }

    /// A gzip stream that holds these bytes.
    ///
    /// # Errors
    /// Memory runs out.
    pub fn zip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
        written.map_err(|error| Error::io("write a gzip stream", error))
    }

    /// What a gzip stream holds.
    ///
    /// # Errors
    /// The bytes are not a gzip stream.
    pub fn unzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut plain = Vec::new();
        let read = flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain);
        read.map(|_| plain).map_err(|error| Error::io("read a gzip stream", error))
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

fn is_named(part: &Component<'_>) -> bool {
    !matches!(part, Component::CurDir)
}

/// The path of an entry from the folder on.
fn below<'a>(folder: &Path, entry: &'a DirEntry) -> &'a Path {
    entry.path().strip_prefix(folder).unwrap_or(entry.path())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, gone with the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn with(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("engine-archive-{}-{name}", std::process::id()));
            for (path, content) in files {
                let path = folder.join(path);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
                std::fs::write(path, content).expect("it can be written");
            }
            Scratch(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn files(archive: Archive) -> Vec<String> {
        let members = Archive::members(&archive.finish().expect("an archive")).expect("members");
        members.into_iter().map(|member| member.path.display().to_string()).collect()
    }

    #[test]
    fn what_goes_in_comes_out_as_what_it_is() {
        let archive = Archive::owned_by(1)
            .file("./run", b"#!", true)
            .and_then(|archive| archive.file("a/.b", b"text", false))
            .and_then(|archive| archive.empty_folder("empty"))
            .and_then(|archive| archive.link("link", "a/.b"))
            .and_then(Archive::finish)
            .expect("an archive");
        let zipped = Archive::zip(&archive).expect("a stream");
        assert_eq!(Archive::unzip(&zipped).expect("the same"), archive);
        let entry = |path: &str, kind| Entry { path: path.into(), kind };
        let file = |content: &[u8], executable| EntryKind::File { content: content.to_vec(), executable };
        let expected = [
            entry("run", file(b"#!", true)),
            entry("a/.b", file(b"text", false)),
            entry("empty", EntryKind::Folder),
            entry("link", EntryKind::Link("a/.b".into())),
        ];
        assert_eq!(Archive::entries_of(&archive).expect("entries"), expected);
    }

    #[test]
    fn a_folder_goes_in_whole_but_for_what_its_caller_names_and_only_at_the_top() {
        let names = ["a", "target/x", "deep/target/y", "deep/node_modules/z", ".git/config"];
        let scratch = Scratch::with("whole", &names.map(|name| (name, "")));
        let all = Archive::owned_by(0).folder(&scratch.0, &[]).expect("it is read");
        let every = [".git/config", "a", "deep/node_modules/z", "deep/target/y", "target/x"];
        assert_eq!(files(all), every);
        let some = Archive::owned_by(0).folder(&scratch.0, &["target", "a"]).expect("it is read");
        assert_eq!(files(some), [".git/config", "deep/node_modules/z", "deep/target/y"]);
    }

    #[test]
    fn a_build_sees_what_its_dockerignore_leaves_and_what_describes_it() {
        let ignore = "# all but\n*\n!server\n!*.sh\n**/target\n";
        let names = [
            (".dockerignore", ignore),
            ("Dockerfile", "FROM x"),
            ("README.md", ""),
            ("build.sh", ""),
            ("documents/probe/x", ""),
            ("server/main", ""),
            ("server/target/debug", ""),
        ];
        let scratch = Scratch::with("context", &names);
        let seen = Archive::owned_by(0).context(&scratch.0, "Dockerfile").expect("it is read");
        assert_eq!(files(seen), [".dockerignore", "Dockerfile", "build.sh", "server/main"]);
    }

    #[test]
    fn without_a_dockerignore_a_build_sees_everything() {
        let scratch = Scratch::with("plain", &[("Dockerfile", ""), ("target/x", ""), (".git/config", "")]);
        let seen = Archive::owned_by(0).context(&scratch.0, "Dockerfile").expect("it is read");
        assert_eq!(files(seen), [".git/config", "Dockerfile", "target/x"]);
    }

    #[test]
    fn an_ignore_file_that_is_wrong_is_named_with_its_line() {
        let scratch = Scratch::with("wrong", &[(".dockerignore", "a\n[b\n")]);
        let error = Archive::owned_by(0).context(&scratch.0, "Dockerfile").err().expect("no pattern");
        let text = error.to_string();
        assert!(text.ends_with(".dockerignore: line 2 is not a pattern: \"[b\""), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_one() {
        let scratch = Scratch::with("link", &[("folder/x", "")]);
        std::os::unix::fs::symlink("folder", scratch.0.join("link")).expect("a link");
        let bytes =
            Archive::owned_by(0).folder(&scratch.0, &[]).and_then(Archive::finish).expect("an archive");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let link = archive.entries().expect("entries").flatten().last().expect("the link");
        assert_eq!(link.header().entry_type(), tar::EntryType::Symlink);
        assert_eq!(link.link_name().expect("a name").as_deref(), Some(Path::new("folder")));
    }
}

//! Code in folders of this machine, one for each instance: what is renamed into such a folder is in the container at
//! once.
//!
//! A package is unpacked once. Linking its files takes long if there are many, so a spare linked tree waits beside it,
//! on the same file system, and is replaced behind whoever takes it.

use std::collections::HashMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use function::{Archive, Bounds, unpack};

use crate::{Error, Package};

/// Folders of instances, and the trees that are put into them.
#[derive(Debug)]
pub(super) struct Trees {
    folder: PathBuf,
    packages: Mutex<HashMap<String, Arc<Unpacked>>>,
}

/// A package that was unpacked, or will be.
#[derive(Debug)]
struct Unpacked {
    folder: PathBuf,
    /// A linked tree that nobody has taken yet. Whoever holds the lock unpacks or links.
    spare: Mutex<Option<PathBuf>>,
}

impl Trees {
    pub(super) fn new(folder: &Path) -> Result<Self, Error> {
        for name in ["instances", "packages"] {
            make(&folder.join(name), 0o700)?;
        }
        Ok(Trees { folder: folder.into(), packages: Mutex::default() })
    }

    /// An empty folder for an instance, which the numeric user of its container may read.
    pub(super) fn new_folder(&self) -> Result<PathBuf, Error> {
        let folder = self.folder.join("instances").join(format!("{:032x}", rand::random::<u128>()));
        make(&folder, 0o755)?;
        Ok(folder)
    }

    /// Removes the folder of an instance. What cannot be removed goes when the program starts again.
    pub(super) fn remove_folder(&self, folder: &Path) {
        let folder = folder.to_path_buf();
        tokio::task::spawn_blocking(move || fs::remove_dir_all(folder));
    }

    /// Puts a package into the folder of an instance, the entrypoint last.
    pub(super) async fn put(&self, package: &Package, folder: &Path) -> Result<(), Error> {
        let unpacked = self.unpacked(&package.digest);
        let waiting = unpacked.spare.try_lock().ok().and_then(|mut spare| spare.take());
        let (package, folder) = (package.clone(), folder.to_path_buf());
        let tree = match waiting {
            Some(tree) => tree,
            None => {
                let (unpacked, package) = (unpacked.clone(), package.clone());
                blocking(move || unpacked.tree(&package)).await?
            }
        };
        // A rename for each entry of the top: quicker than to hand it to another thread.
        enter(&tree, &folder, &package.entrypoint)
            .map_err(|error| Error::io(format!("put a package into {}", folder.display()), error))?;
        tokio::task::spawn_blocking(move || unpacked.refill(&package));
        Ok(())
    }

    /// Removes a package with its trees.
    pub(super) fn forget(&self, digest: &str) {
        let removed = self.packages.lock().unwrap_or_else(PoisonError::into_inner).remove(digest);
        if let Some(unpacked) = removed {
            tokio::task::spawn_blocking(move || {
                let mut spare = unpacked.spare.lock().unwrap_or_else(PoisonError::into_inner);
                *spare = None;
                fs::remove_dir_all(&unpacked.folder)
            });
        }
    }

    fn unpacked(&self, digest: &str) -> Arc<Unpacked> {
        let mut packages = self.packages.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.folder.join("packages").join(digest);
        let new = || Arc::new(Unpacked { folder, spare: Mutex::default() });
        packages.entry(digest.into()).or_insert_with(new).clone()
    }
}

impl Unpacked {
    /// A linked tree of the package.
    fn tree(&self, package: &Package) -> Result<PathBuf, Error> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        match spare.take() {
            Some(tree) => Ok(tree),
            None => self.linked(package),
        }
    }

    /// Has a linked tree wait for whoever comes next. If it cannot be made, they will be told why.
    fn refill(&self, package: &Package) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.is_none() {
            *spare = self.linked(package).ok();
        }
    }

    /// Only while the lock is held.
    fn linked(&self, package: &Package) -> Result<PathBuf, Error> {
        let whole = self.folder.join("whole");
        if !whole.exists() {
            let half = self.folder.join("half");
            let _ = fs::remove_dir_all(&half);
            make(&half, 0o755)?;
            let bytes = fs::read(&package.file);
            let bytes =
                bytes.map_err(|error| Error::io(format!("read {}", package.file.display()), error))?;
            unpack(&Archive::new(&bytes, Bounds::default()), &half)?;
            fs::rename(&half, &whole)
                .map_err(|error| Error::io(format!("make {}", whole.display()), error))?;
        }
        let tree = self.folder.join(format!("{:032x}", rand::random::<u128>()));
        link(&whole, &tree).map_err(|error| Error::io(format!("link {}", tree.display()), error))?;
        Ok(tree)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::io("unpack a package", io::Error::other(error)))?
}

fn make(folder: &Path, mode: u32) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(mode).create(folder);
    // Whatever the process takes away from new files.
    let made = made.and_then(|()| fs::set_permissions(folder, Permissions::from_mode(mode)));
    made.map_err(|error| Error::io(format!("make {}", folder.display()), error))
}

/// The same tree under another name: folders anew, files as further names. A file that cannot have one more is copied.
fn link(from: &Path, to: &Path) -> io::Result<()> {
    DirBuilder::new().create(to)?;
    fs::set_permissions(to, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to, kind) = (entry.path(), to.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() {
            link(&from, &to)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&from)?, &to)?;
        } else if let Err(error) = fs::hard_link(&from, &to) {
            let may_copy =
                matches!(error.kind(), io::ErrorKind::TooManyLinks | io::ErrorKind::CrossesDevices);
            if !may_copy {
                return Err(error);
            }
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Renames what is in a tree into a folder. The entry with the entrypoint comes last: once it is seen, all is there.
fn enter(tree: &Path, folder: &Path, entrypoint: &str) -> io::Result<()> {
    let last = Path::new(entrypoint).components().find_map(|part| match part {
        Component::Normal(name) => Some(name.to_os_string()),
        _ => None,
    });
    let mut names: Vec<_> =
        fs::read_dir(tree)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    names.sort_by_key(|name| Some(name) == last.as_ref());
    for name in names {
        fs::rename(tree.join(&name), folder.join(&name))?;
    }
    fs::remove_dir(tree)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("adapter-trees-{:032x}", rand::random::<u128>()));
            fs::create_dir_all(folder.join("package/node_modules/x")).expect("made");
            for file in ["index.js", "node_modules/x/a.js", "zz"] {
                fs::write(folder.join("package").join(file), file).expect("written");
            }
            std::os::unix::fs::symlink("x/a.js", folder.join("package/node_modules/link")).expect("a link");
            Scratch(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_linked_tree_shares_files_and_keeps_links() {
        let scratch = Scratch::new();
        let (from, to) = (scratch.0.join("package"), scratch.0.join("tree"));
        link(&from, &to).expect("linked");
        let file = |folder: &Path| fs::metadata(folder.join("node_modules/x/a.js")).expect("there").ino();
        assert_eq!(file(&from), file(&to));
        assert_eq!(fs::read_link(to.join("node_modules/link")).expect("a link"), Path::new("x/a.js"));
    }

    #[test]
    fn the_entry_with_the_entrypoint_comes_last() {
        for entrypoint in ["index.js", "node_modules/x/a.js", "./zz"] {
            let scratch = Scratch::new();
            let (tree, folder) = (scratch.0.join("package"), scratch.0.join("folder"));
            let blocked = entrypoint.trim_start_matches("./").split('/').next().expect("a name");
            // A file of that name is in the way of it, and by then everything else is there.
            fs::create_dir_all(folder.join(blocked).join("in-the-way")).expect("made");
            enter(&tree, &folder, entrypoint).expect_err("something is in the way");
            let left: Vec<_> = fs::read_dir(&tree).expect("a folder").flatten().collect();
            assert_eq!(left.len(), 1, "{entrypoint}");
            assert_eq!(left[0].file_name(), blocked);
        }
    }
}

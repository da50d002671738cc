//! Where the repository is.

use std::path::{Path, PathBuf};

use super::error::{Error, ROOT_VARIABLE};

/// The root of the repository: the one that `CONFORMANCE_ROOT` names, else the nearest at the working directory or
/// above it. It is found when the program runs, so that a copied checkout is about itself.
///
/// # Errors
/// There is none.
pub fn repository() -> Result<PathBuf, Error> {
    let begin = match std::env::var_os(ROOT_VARIABLE).filter(|named| !named.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => {
            let here = std::env::current_dir();
            here.map_err(|source| Error::Unreadable { path: PathBuf::from("."), source })?
        }
    };
    let found = begin.ancestors().find(|folder| is_root(folder)).map(Path::to_path_buf);
    found.ok_or(Error::NoRepository(begin))
}

fn is_root(folder: &Path) -> bool {
    folder.join("Cargo.toml").is_file() && folder.join("runtimes/CONTRACT.md").is_file()
}

//! A file in TOML, as what it says.

use std::path::Path;

use super::error::Error;

/// Reads a file.
///
/// # Errors
/// It cannot be read, is not TOML, or has other members than it must have.
pub(super) fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Unreadable { path: path.to_path_buf(), source })?;
    toml::from_str(&text)
        .map_err(|source| Error::Malformed { path: path.to_path_buf(), source: Box::new(source) })
}

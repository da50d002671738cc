//! The images that runtimes are built on.

use std::path::PathBuf;

use crate::backend::release::Release;

/// The name of the image that every runtime depends on.
const NAME: &str = "open-runtimes/base";
/// Where it is built from; a family's base is in a folder below, called after the family.
const FOLDER: &str = "runtimes/base";

/// What a runtime is built on: a release of Debian with what all runtimes share, and with what the runtimes of a
/// family share, if it belongs to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    /// The release.
    pub release: Release,
    /// The family.
    pub family: Option<String>,
}

impl Base {
    /// The image's name: `open-runtimes/base:1`, `open-runtimes/base-javascript:1-bookworm`.
    pub fn image(&self) -> String {
        let family = self.family.iter().fold(String::new(), |text, family| format!("{text}-{family}"));
        let release = match self.release {
            Release::Trixie => String::new(),
            other => format!("-{other}"),
        };
        format!("{NAME}{family}:{}{release}", protocol::CONTRACT)
    }

    /// The folder that it is built from, below the repository's root.
    pub fn folder(&self) -> PathBuf {
        self.family.iter().fold(PathBuf::from(FOLDER), |folder, family| folder.join(family))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_called_after_its_family_and_its_release() {
        let base = |release, family: Option<&str>| Base { release, family: family.map(String::from) }.image();
        assert_eq!(base(Release::Trixie, None), "open-runtimes/base:1");
        assert_eq!(base(Release::Bookworm, None), "open-runtimes/base:1-bookworm");
        assert_eq!(base(Release::Trixie, Some("javascript")), "open-runtimes/base-javascript:1");
        assert_eq!(base(Release::Forky, Some("javascript")), "open-runtimes/base-javascript:1-forky");
    }
}

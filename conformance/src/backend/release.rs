//! The releases of Debian that images are made from.

use std::fmt;
use std::str::FromStr;

/// A release of Debian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    /// Debian 12.
    Bookworm,
    /// Debian 13, which a version comes from unless its manifest names another.
    #[default]
    Trixie,
    /// What becomes Debian 14, as it is tested.
    Forky,
    /// Where packages arrive first.
    Sid,
}

impl Release {
    /// All of them, oldest first.
    pub const ALL: [Release; 4] = [Release::Bookworm, Release::Trixie, Release::Forky, Release::Sid];

    /// As Debian spells it.
    pub fn name(self) -> &'static str {
        match self {
            Release::Bookworm => "bookworm",
            Release::Trixie => "trixie",
            Release::Forky => "forky",
            Release::Sid => "sid",
        }
    }

    /// Whether it still changes from day to day.
    pub fn is_unstable(self) -> bool {
        matches!(self, Release::Forky | Release::Sid)
    }

    /// The image that the base of this release is built on.
    pub fn debian(self) -> String {
        format!("debian:{self}-slim")
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Release::ALL.into_iter().find(|release| release.name() == text).ok_or_else(|| {
            let known = Release::ALL.map(Release::name).join(", ");
            format!("release = {text:?} is not a release of Debian that a base is made of: {known}")
        })
    }
}

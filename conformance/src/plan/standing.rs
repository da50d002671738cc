//! How far a version's failures count.

use crate::backend::Release;

/// How far a version's failures count: a version from a release of Debian that still changes may break on any day, and
/// no change to this repository is then the cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// They fail the run.
    #[default]
    Stable,
    /// They warn, and fail the run only if the version was selected by its name.
    Unstable {
        /// Whether it was.
        named: bool,
    },
}

impl Standing {
    /// The standing of a version from that release, which was selected by its name or not.
    pub fn of(release: Release, named: bool) -> Self {
        if release.is_unstable() { Standing::Unstable { named } } else { Standing::Stable }
    }

    /// Whether the version is marked as unstable.
    pub fn is_unstable(self) -> bool {
        self != Standing::Stable
    }

    /// Whether failures only warn.
    pub fn only_warns(self) -> bool {
        self == Standing::Unstable { named: false }
    }
}

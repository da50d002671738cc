//! What an image of a pair is for: the values of the label [`LABEL_ROLE`](crate::LABEL_ROLE).

/// It builds packages, and may serve them too.
pub const BUILD: &str = "build";
/// It serves packages that the other one built, and cannot build.
pub const SERVE: &str = "serve";

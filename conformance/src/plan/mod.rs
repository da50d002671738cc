//! What will be checked, known before anything is built or started.

mod changes;
mod discover;
mod error;
mod exceptions;
mod git;
mod language;
mod manifest;
mod name;
mod part;
mod repository;
mod select;
mod serve;
mod standing;
mod toml_file;
mod version;

pub use changes::touched;
pub use discover::{Runtime, discover};
pub use error::{Error, Mistake};
pub use exceptions::{Exceptions, Expectation, in_a_month, today};
pub use git::{GitError, changed_since};
pub use language::Language;
pub use manifest::{Boot, Manifest, Memory};
pub use part::Part;
pub use repository::repository;
pub use select::{Plan, Planned, Selection};
pub use serve::Serve;
pub use standing::Standing;
pub use version::Version;

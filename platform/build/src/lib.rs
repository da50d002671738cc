//! Source becomes a package: which runtime it is, and `build.sh` in a container of its image.

mod builder;
mod choose;
mod log;
mod recognise;

pub use builder::{BuildError, Builder};
pub use choose::{ChooseError, Chosen, choose};
pub use log::{Logs, Reader, Writer};
pub use recognise::{Unrecognised, recognise};

/// The names of the runtimes that files are recognised as.
pub const RUNTIMES: [&str; 9] = ["bun", "deno", "go", "java", "node", "php", "python", "ruby", "rust"];

//! Docker, or what speaks its API: an instance is a hardened container.

mod instance;
mod place;
#[cfg(target_os = "linux")]
mod trees;

pub use place::Docker;

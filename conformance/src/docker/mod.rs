//! The container engine as a backend.
//!
//! [`Containers`] of one version's image; the [`Session`] that all versions of a run share: the engine, the base
//! image, the agent; a [`Composition`] that Compose brings up.

mod agent;
mod bases;
mod compose;
mod container;
mod containers;
mod progress;
mod session;
mod units;

pub use compose::Composition;
pub use containers::Containers;
pub use progress::Progress;
pub use session::Session;

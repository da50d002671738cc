//! Where a runtime is met. Checks know targets only through this.
//!
//! A [`Subject`] is what one check talks to; it acts for a [`Runtime`], one version of a runtime, whose
//! image and packages are made when first asked for. A [`Server`] is one that serves. The [`Workshop`]
//! is what all of them share: the engine, the base image, the program that looks from inside.

mod compose;
mod facts;
mod launch;
mod package;
mod runtime;
mod server;
mod subject;
mod trouble;
mod workshop;

pub use compose::Composition;
pub use facts::{Facts, Messages, Waiting};
pub use launch::{Ended, Key, Launch, Started};
pub use package::{BuildJob, Built, Package, Source};
pub use runtime::Runtime;
pub use server::{Server, Signal, eventually};
pub use subject::Subject;
pub use trouble::{Checked, Missing, Trouble};
pub use workshop::{Progress, Workshop};

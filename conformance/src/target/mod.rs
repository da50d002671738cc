//! Where a runtime is met. Checks know targets only through this.
//!
//! A [`Subject`] is what one check talks to; it acts for a [`Runtime`], one version of a runtime, whose
//! image and packages are made when first asked for. A [`Server`] is one that serves, on a [`Machine`] of
//! some [`Place`]: [`Containers`] of the engine here. The [`Workshop`] is what all runtimes of a run share:
//! the engine, the base image, the program that looks from inside.

mod compose;
mod container;
mod containers;
mod facts;
mod launch;
mod package;
mod place;
mod ready;
mod registry;
mod runtime;
mod server;
mod subject;
mod trouble;
mod workshop;

pub use compose::Composition;
pub use containers::Containers;
pub use facts::{BareBuild, BareServer, Facts, Messages, Waiting};
pub use launch::{Ended, Key, Launch, Start, Started, Variable};
pub use package::{BuildJob, Built, Package, Source};
pub use place::{Coming, Machine, Place};
pub use registry::unreachable;
pub use runtime::Runtime;
pub use server::{Server, Signal, eventually, within};
pub use subject::Subject;
pub use trouble::{Checked, Missing, Trouble};
pub use workshop::{Progress, Workshop};

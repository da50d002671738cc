//! Where a runtime is met. Checks know targets only through this.
//!
//! A [`Context`] is what one check talks to; it acts for a [`Runtime`], one version of a runtime, whose
//! image and packages are made when first asked for. A [`Server`] is one that serves, on an [`Instance`] of
//! some [`Backend`]: [`Containers`] of the engine here. The [`Session`] is what all runtimes of a run share:
//! the engine, the base image, the program that looks from inside.

mod backend;
mod compose;
mod container;
mod containers;
mod context;
mod error;
mod launch;
mod package;
mod ready;
mod registry;
mod runtime;
mod server;
mod session;
mod spec;
mod units;

pub use backend::{Backend, BackendFuture, Instance};
pub use compose::Composition;
pub use containers::Containers;
pub use context::Context;
pub use error::{CheckError, CheckResult, Missing};
pub use launch::{Ended, Key, Launch, Start, Started, Variable};
pub use package::{BuildJob, Built, Package, Source};
pub use registry::unreachable;
pub use runtime::Runtime;
pub use server::{Server, Signal, eventually, within};
pub use session::{Progress, Session};
pub use spec::{BareBuild, BareServer, Messages, Spec, Waiting};
pub use units::UnitTests;

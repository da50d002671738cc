//! What a server runs on, and the words for it.
//!
//! A [`Backend`] makes images, packages and instances of one version of a runtime; an [`Instance`] is what one
//! server runs on. Checks know containers and processes only through these two, by a [`Launch`] (how a server
//! is started) and a [`BuildJob`] (how a package is made); what goes wrong is a [`CheckError`].

mod base;
mod build;
mod error;
mod launch;
pub(crate) mod registry;
mod release;
mod report;
mod serving;
mod signal;
mod source;
mod spec;
mod traits;

pub use base::Base;
pub use build::{BuildJob, Built, Extra};
pub use error::{CheckError, CheckResult, Missing};
pub use launch::{Key, Launch, Start, Variable};
pub use release::Release;
pub(crate) use report::reported;
pub use serving::Serving;
pub use signal::Signal;
pub use source::{LEFT_BY_BUILDS, Package, Source};
pub use spec::{BareBuild, BareServer, Messages, Spec, UnitTests, Waiting};
pub use traits::{Backend, BackendFuture, Instance};

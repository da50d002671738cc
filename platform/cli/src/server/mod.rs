//! The platform on one machine: `open-runtimes up`.

mod control;
mod deploying;
mod guard;
mod platform;
mod run;

pub(crate) use run::{Options, run};

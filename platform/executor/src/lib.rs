//! Runs functions: who may call, which instance answers, what a call looks like on the wire.

mod call;
mod connections;
mod executor;
mod front;
mod function;
mod instance;
mod log;
mod place;
mod pool;
mod problem;
mod ready;
mod refusal;
mod settings;
mod state;
mod warm;
mod wire;

pub use call::{Answer, Timings};
pub use executor::{Active, Admitted, Executor, InstanceRow, Prepared};
pub use front::{Front, serve_connections};
pub use instance::Start;
pub use log::{Entry, Log};
pub use problem::Problem;
pub use refusal::Refusal;
pub use settings::Settings;
pub use wire::{Call, CallError};

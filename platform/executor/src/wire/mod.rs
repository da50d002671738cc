//! What a client sends as what a runtime gets, and back.

mod answer;
mod call;
mod headers;
mod payload;

pub(crate) use answer::{hand_on, runtime_error};
pub use call::{Call, CallError};

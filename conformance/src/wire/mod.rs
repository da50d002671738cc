//! Bytes out, bytes in, and what was said.
//!
//! Two clients stand side by side. [`Connection`] writes and reads bytes itself, for checks that care
//! about them; [`Client`] is a stock HTTP client, so that a runtime that only our own reader
//! understands does not pass. Both write to the same [`Transcript`].

mod client;
mod connection;
mod error;
mod request;
mod response;
mod transcript;

pub use client::Client;
pub use connection::{Connection, Ending};
pub use error::{Error, TIMEOUT};
pub use request::Request;
pub use response::Response;
pub use transcript::Transcript;

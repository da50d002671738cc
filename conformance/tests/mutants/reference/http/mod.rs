//! HTTP/1.1 by hand, so that a fault can sit in any of its bytes: a library that keeps the standard would
//! not let a line break into a header, a body after a 204, or the second of two answers go first.

mod answer;
mod connection;
mod head;

pub(crate) use answer::{Answer, Ending};
pub(crate) use connection::{Body, CHUNKS, Connection};
pub(crate) use head::{FRAMING, Framing, Head, Refusal, is_token};

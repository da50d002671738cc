//! Why an exchange did not end in an answer.

use std::fmt;
use std::time::Duration;

/// How long a client waits for bytes before it calls a runtime silent. The slowest honest answer seen
/// on two busy cores, a 20 MiB body refused, took 1.1 s.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Why an exchange did not end in an answer.
#[derive(Clone, Debug)]
pub enum Error {
    /// Nothing accepts connections there.
    Unreachable(String),
    /// The connection was closed or reset before an answer was whole.
    Closed(String),
    /// Nothing came within [`TIMEOUT`].
    Silent(String),
    /// What came is not an HTTP/1.1 answer.
    Garbled(String),
    /// The harness itself could not make the request.
    Unsendable(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreachable(why) => write!(f, "no connection: {why}"),
            Error::Closed(when) => write!(f, "the connection was closed {when}"),
            Error::Silent(what) => write!(f, "no {what} within {} s", TIMEOUT.as_secs()),
            Error::Garbled(why) => write!(f, "no valid HTTP/1.1 answer: {why}"),
            Error::Unsendable(why) => write!(f, "the request could not be made: {why}"),
        }
    }
}

impl std::error::Error for Error {}

//! What goes wrong with an engine.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

/// What went wrong with the engine, in words that say what to do next. The text has the cause's in it, so that it
/// is enough to print the error itself.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// No engine answers at any place where one may listen.
    #[error("no container engine answers.\n{remedy}\n  Tried:{}", reasons(.tried))]
    NoEngine {
        /// What to do about it, from the program that asked.
        remedy: &'static str,
        /// Each address that was tried, and why there was no answer.
        tried: Vec<(String, Error)>,
    },
    /// Something listens at an address and does not answer a ping.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// Something listens at an address, and this user may not talk to it.
    #[error("{0} (join the group `docker`, or use sudo)")]
    Denied(#[source] Arc<bollard::errors::Error>),
    /// Nothing that speaks the engine's API is at an address.
    #[error("{0}")]
    Unreachable(#[source] Arc<bollard::errors::Error>),
    /// The Docker context that is chosen does not exist.
    #[error("the Docker context {0:?} is chosen and not there; `docker context use default`, or create it")]
    NoContext(String),
    /// The engine's host name has no address.
    #[error("{0} has no address")]
    NoAddress(String),
    /// The engine runs containers of another system.
    #[error("the engine at {address} runs {os} containers; switch it to Linux containers")]
    NotLinux {
        /// Where it listens.
        address: String,
        /// What it runs.
        os: String,
    },
    /// The engine refused or failed.
    #[error("failed to {doing}: {source}")]
    Refused {
        /// What it was asked to do.
        doing: String,
        /// What it said.
        source: Arc<bollard::errors::Error>,
    },
    /// A file, an archive or a stream could not be read or written.
    #[error("failed to {doing}: {source}")]
    Io {
        /// What was to be read or written.
        doing: String,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// A line of a `.dockerignore` is not a pattern.
    #[error("{file}: line {line} is not a pattern: {text:?}")]
    Pattern {
        /// The file.
        file: String,
        /// The number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A step of a build failed.
    #[error("failed to build {tag} from {context}: {reason}\n  {printed}")]
    Build {
        /// The tag of the image to be.
        tag: String,
        /// The build's folder.
        context: String,
        /// What the engine said.
        reason: String,
        /// The lines that the build printed last.
        printed: String,
    },
    /// A port of a container is not published.
    #[error("failed to reach container {container}: port {port} is not published")]
    NotPublished {
        /// The container, short.
        container: String,
        /// The port inside it.
        port: u16,
    },
    /// A file in a container is larger than it may be.
    #[error("{what} is larger than {} MiB", .most / 1024 / 1024)]
    TooLarge {
        /// Its path.
        what: String,
        /// The limit in bytes.
        most: usize,
    },
    /// The engine's events do not tell of a signal and an end.
    #[error("failed to time container {0}: the engine recorded no signal and end")]
    NotRecorded(String),
}

impl Error {
    pub(crate) fn refused(doing: impl Into<String>, source: bollard::errors::Error) -> Self {
        Error::Refused { doing: doing.into(), source: Arc::new(source) }
    }

    pub(crate) fn io(doing: impl Into<String>, source: std::io::Error) -> Self {
        Error::Io { doing: doing.into(), source: Arc::new(source) }
    }
}

fn reasons(addresses: &[(String, Error)]) -> String {
    addresses.iter().map(|(address, error)| format!("\n  {address}: {error}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    fn missing() -> bollard::errors::Error {
        bollard::errors::Error::DockerResponseServerError {
            status_code: 404,
            message: "no such image".into(),
        }
    }

    #[test]
    fn an_engine_that_is_not_there_comes_with_the_remedy_and_what_was_tried() {
        let silent = Error::Silent(Duration::from_secs(10));
        let error = Error::NoEngine { remedy: "  Start one.", tried: vec![("unix:///a".into(), silent)] };
        let text = "no container engine answers.\n  Start one.\n  Tried:\n  unix:///a: no answer within 10 s";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn what_the_engine_said_is_in_the_text_and_the_source() {
        let error = Error::refused("make a container of x", missing());
        let source = error.source().expect("a cause").to_string();
        assert_eq!(error.to_string(), format!("failed to make a container of x: {source}"));
        assert!(source.contains("no such image"), "{source}");
    }

    #[test]
    fn what_the_system_said_is_in_the_text_and_the_source() {
        let error = Error::io("read /x", std::io::Error::other("the disk is gone"));
        assert_eq!(error.to_string(), "failed to read /x: the disk is gone");
        assert_eq!(error.source().expect("a cause").to_string(), "the disk is gone");
    }
}

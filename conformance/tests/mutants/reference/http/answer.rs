//! An answer, and its bytes on the wire.

use super::super::fault::Fault;

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It goes on.
    Kept,
    /// This was the last answer, and it says so.
    Closed,
    /// This was the last answer, and only a fault would not say so.
    Untold,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The header lines, without those that belong to the connection.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer without headers or body.
    pub(crate) fn new(status: u16) -> Self {
        Answer { status, headers: Vec::new(), body: Vec::new() }
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// With that body.
    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Answer { body: body.into(), ..self }
    }

    /// Its bytes, in answer to that method.
    pub(crate) fn bytes(&self, method: &str, ending: Ending, fault: &Fault) -> Vec<u8> {
        let version = if fault.is("server/speaks-http-1.0") { "HTTP/1.0" } else { "HTTP/1.1" };
        let mut out = format!("{version} {} \r\n", self.status).into_bytes();
        for (name, value) in self.headers.iter().chain(&boasts(fault)) {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        let has_length = self.status == 204 && fault.is("function/no-content-with-a-length");
        if has_length || !matches!(self.status, 204 | 304) {
            out.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        if ending == Ending::Closed {
            out.extend_from_slice(b"Connection: close\r\n");
        }
        out.extend_from_slice(b"\r\n");
        let has_body = method != "HEAD" || fault.is("server/head-with-a-body");
        if has_body && fault.is("function/large-answer-cut") {
            out.extend_from_slice(&self.body[..self.body.len().min(8 * 1024 * 1024)]);
        } else if has_body {
            out.extend_from_slice(&self.body);
        }
        out
    }
}

/// Headers that a fault adds to every answer.
fn boasts(fault: &Fault) -> Vec<(String, Vec<u8>)> {
    match fault.name() {
        "server/product-told" => vec![("Server".into(), b"reference/1.0".to_vec())],
        "server/framework-told" => vec![("X-Powered-By".into(), b"Reference 1".to_vec())],
        _ => Vec::new(),
    }
}

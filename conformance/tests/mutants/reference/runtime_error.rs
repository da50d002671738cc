//! Answers that the runtime makes itself.

use protocol::{ERROR, Kind};
use serde_json::json;

use super::http::Answer;

/// A runtime error, on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct RuntimeError {
    kind: Kind,
    message: String,
    stack: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
}

impl RuntimeError {
    /// An error of that kind.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        RuntimeError { kind, message: message.into(), stack: None, headers: Vec::new() }
    }

    /// A body that breaks the contract.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        RuntimeError::new(Kind::BadRequest, message)
    }

    /// With the whole of what went wrong.
    pub(crate) fn stack(self, stack: impl Into<String>) -> Self {
        RuntimeError { stack: Some(stack.into()), ..self }
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The answer that tells it.
    pub(crate) fn answer(&self) -> Answer {
        let mut body = json!({ "code": self.kind.status(), "message": self.message });
        if let Some(stack) = &self.stack {
            body["stack"] = json!(stack);
        }
        let answer = Answer::new(self.kind.status())
            .header("Content-Type", "application/json")
            .header(ERROR, self.kind.name())
            .body(body.to_string());
        self.headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
    }
}

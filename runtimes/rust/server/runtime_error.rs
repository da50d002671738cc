//! Answers made by the runtime, not by the function.

use hyper::StatusCode;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::response::Answer;

/// What went wrong, with the status and the name of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Unauthorized,
    MethodNotAllowed,
    TooLarge,
    BadRequest,
    CodeNotFound,
    LoadFailed,
    FunctionError,
    NoResponse,
    InvalidResponse,
}

impl Kind {
    fn of(self) -> (u16, &'static str) {
        match self {
            Kind::Unauthorized => (401, "unauthorized"),
            Kind::MethodNotAllowed => (405, "method-not-allowed"),
            Kind::TooLarge => (413, "too-large"),
            Kind::BadRequest => (400, "bad-request"),
            Kind::CodeNotFound => (404, "code-not-found"),
            Kind::LoadFailed => (500, "load-failed"),
            Kind::FunctionError => (500, "function-error"),
            Kind::NoResponse => (500, "no-response"),
            Kind::InvalidResponse => (500, "invalid-response"),
        }
    }
}

/// A runtime error.
#[derive(Debug)]
pub(crate) struct RuntimeError {
    kind: Kind,
    message: String,
    stack: Option<String>,
}

impl RuntimeError {
    /// Only the first line is the message.
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        let first = message.split(['\r', '\n']).next().unwrap_or_default().to_string();
        RuntimeError { kind, message: first, stack: None }
    }

    pub(crate) fn with_stack(self, stack: String) -> Self {
        RuntimeError { stack: Some(stack), ..self }
    }

    pub(crate) fn into_answer(self) -> Answer {
        let (status, name) = self.kind.of();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-internal-error", HeaderValue::from_static(name));
        if matches!(self.kind, Kind::MethodNotAllowed) {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Answer { status, headers, body: body.into() }
    }
}

impl Serialize for RuntimeError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("code", &self.kind.of().0)?;
        object.serialize_entry("message", &self.message)?;
        if let Some(stack) = &self.stack {
            object.serialize_entry("stack", stack)?;
        }
        object.end()
    }
}

//! How a function answers.

use std::sync::Arc;

use serde_core::Serialize;

use crate::outcome::{Answer, Outcome, Settling};

/// The answer to one request. The first of `send`, `json` and `bytes` counts.
///
/// ```
/// # fn handler(_: open_runtimes::Request, res: open_runtimes::Response) {
/// res.status(404).header("Cache-Control", "no-store").send("There is none.");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Response {
    settling: Arc<Settling>,
    status: u16,
    headers: Vec<(String, String)>,
}

impl Response {
    pub(crate) fn new(settling: Arc<Settling>) -> Self {
        Response { settling, status: 200, headers: Vec::new() }
    }

    /// The same with this status: 200 without it, 200 to 599 with it.
    #[must_use = "it answers with one of send, json and bytes"]
    pub fn status(&self, status: u16) -> Self {
        Response { status, ..self.clone() }
    }

    /// The same with this header. A name given twice is sent twice; `Content-Type` replaces the default.
    #[must_use = "it answers with one of send, json and bytes"]
    pub fn header(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let mut response = self.clone();
        response.headers.push((name.into(), value.into()));
        response
    }

    /// Answers with text, `text/plain; charset=utf-8`.
    pub fn send(&self, text: impl Into<String>) {
        self.settle("text/plain; charset=utf-8", text.into().into_bytes());
    }

    /// Answers with a value as JSON, `application/json`.
    pub fn json(&self, value: impl Serialize) {
        match serde_json::to_vec(&value) {
            Ok(body) => self.settle("application/json", body),
            Err(error) => {
                eprintln!("res.json cannot encode the value: {error}");
                self.settling.settle(Outcome::Invalid);
            }
        }
    }

    /// Answers with bytes as they are, `application/octet-stream`.
    pub fn bytes(&self, bytes: impl Into<Vec<u8>>) {
        self.settle("application/octet-stream", bytes.into());
    }

    fn settle(&self, content_type: &str, body: Vec<u8>) {
        let (status, mut headers) = (self.status, self.headers.clone());
        let bodiless = matches!(status, 204 | 205 | 304);
        if !bodiless && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.insert(0, ("Content-Type".into(), content_type.into()));
        }
        let body = if bodiless { Vec::new() } else { body };
        self.settling.settle(Outcome::Answered(Answer { status, headers, body }));
    }
}

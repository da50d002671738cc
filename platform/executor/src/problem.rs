//! An error as a client sees it: RFC 9457.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde::Serialize;

/// An error as a client sees it: what it is, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The kind, `urn:open-runtimes:queue-full`: a program may go by it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status.
    pub status: u16,
    /// What it is.
    pub title: String,
    /// What happened here, and what to do next.
    pub detail: String,
    /// After how many seconds it may be tried again.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem of that kind, a word with dashes.
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        let title = kind.replace('-', " ");
        let kind = format!("urn:open-runtimes:{kind}");
        Problem { kind, status: status.as_u16(), title, detail: detail.into(), retry_after: None }
    }

    /// The same, which may be tried again after so many seconds.
    pub fn again_after(self, seconds: u32) -> Self {
        Problem { retry_after: Some(seconds), ..self }
    }

    /// As an answer.
    pub fn response(&self) -> Response<Full<Bytes>> {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

//! A call: the contract's JSON, put together by bytes.

use std::net::IpAddr;

use bytes::{BufMut, Bytes, BytesMut};
use hyper::StatusCode;
use hyper::http::request::Parts;
use thiserror::Error;

use super::headers::headers;
use super::payload::Form;

/// Why a request cannot be a call.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The body claims to be JSON and is not exactly one value.
    #[error("the body is not one JSON value, though its content type says so: {0}")]
    NotJson(String),
    /// The body claims to be text and is not UTF-8.
    #[error("the body is not UTF-8, though its content type is text; send it as application/octet-stream")]
    NotText,
    /// The body is in an unknown character set.
    #[error("the character set {0:?} is not known here; send UTF-8")]
    Charset(String),
    /// A header's value is no text.
    #[error("the header {0} is not UTF-8")]
    Header(String),
    /// The body, as a runtime gets it, is larger than a runtime takes.
    #[error(
        "the call is {size} bytes as a runtime gets it, and {most} may be; bytes grow by a third on the way"
    )]
    TooLarge {
        /// Its size in bytes, as far as it was read.
        size: usize,
        /// The limit.
        most: usize,
    },
    /// The body ended before its end, or came too slowly.
    #[error("the body did not arrive: {0}")]
    Body(String),
}

impl CallError {
    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            CallError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            CallError::Body(_) => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Its kind, a word with dashes.
    pub fn kind(&self) -> &'static str {
        match self {
            CallError::NotJson(_) => "not-json",
            CallError::NotText => "not-text",
            CallError::Charset(_) => "unknown-charset",
            CallError::Header(_) => "bad-header",
            CallError::TooLarge { .. } => "too-large",
            CallError::Body(_) => "body-timeout",
        }
    }
}

/// A call without what belongs to the function: its payload and headers, in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    payload: Option<Bytes>,
    headers: String,
}

impl Call {
    /// The largest body that a runtime takes, in bytes.
    pub const MOST: usize = protocol::DEFAULT_MAX_BODY;

    /// The call that a request is. `rest` is what follows the function's name in its target.
    ///
    /// # Errors
    /// The request cannot be a call.
    pub fn of(parts: &Parts, rest: &str, body: &Bytes, client: IpAddr) -> Result<Self, CallError> {
        let form = Form::of(&parts.headers)?;
        let payload = form.payload(body)?;
        let is_base64 = form == Form::Base64 && payload.is_some();
        let headers = headers(parts, rest, client, is_base64)?;
        let headers = serde_json::to_string(&headers).map_err(|_| CallError::NotText)?;
        Ok(Call { payload, headers })
    }

    /// The body that a runtime gets, with the function's environment, an object in JSON, and the file that is called
    /// if it is not the default.
    ///
    /// # Errors
    /// It is larger than a runtime takes.
    pub(crate) fn body(&self, environment: &str, file: Option<&str>) -> Result<Bytes, CallError> {
        let payload = self.payload.as_deref().unwrap_or_default();
        let mut body = BytesMut::with_capacity(payload.len() + self.headers.len() + environment.len() + 64);
        body.put_slice(b"{\"env\":");
        body.put_slice(environment.as_bytes());
        body.put_slice(b",\"headers\":");
        body.put_slice(self.headers.as_bytes());
        if let Some(file) = file {
            body.put_slice(b",\"file\":");
            body.put_slice(serde_json::to_string(file).unwrap_or_default().as_bytes());
        }
        if self.payload.is_some() {
            body.put_slice(b",\"payload\":");
            body.put_slice(payload);
        }
        body.put_slice(b"}");
        let size = body.len();
        if size > Self::MOST {
            Err(CallError::TooLarge { size, most: Self::MOST })
        } else {
            Ok(body.freeze())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;
    use serde_json::{Value, json};

    fn call(media_type: &str, body: &[u8]) -> Result<Call, CallError> {
        let request =
            Request::builder().method("POST").uri("/function/f/x").header("content-type", media_type);
        let (parts, ()) = request.header("host", "h").body(()).expect("a request").into_parts();
        Call::of(&parts, "/x", &Bytes::copy_from_slice(body), "::1".parse().expect("an address"))
    }

    #[test]
    fn a_body_is_put_together_by_bytes() {
        let call = call("application/json", b" {\"a\" : 1.0}\n").expect("a call");
        let body = call.body("{\"K\":\"v\"}", Some("sub/\"x\".js")).expect("it fits");
        assert!(body.ends_with(b",\"payload\":{\"a\" : 1.0}}"), "{body:?}");
        let seen: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(seen["env"], json!({"K": "v"}));
        assert_eq!(seen["file"], "sub/\"x\".js");
        assert_eq!(seen["headers"][":path"], "/x");
        assert_eq!(seen["headers"]["forwarded"], "for=\"[::1]\";host=\"h\";proto=http");
    }

    #[test]
    fn what_is_absent_is_not_sent() {
        let body = call("application/json", b"").expect("a call").body("{}", None).expect("it fits");
        let seen: Value = serde_json::from_slice(&body).expect("JSON");
        let names: Vec<&String> = seen.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["env", "headers"]);
    }

    #[test]
    fn base64_is_said_to_be_that() {
        let body = call("image/png", b"\x00").expect("a call").body("{}", None).expect("it fits");
        let seen: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            (&seen["payload"], &seen["headers"]["content-transfer-encoding"]),
            (&json!("AA=="), &json!("base64"))
        );
    }

    #[test]
    fn the_limit_is_that_of_what_a_runtime_gets() {
        let most = vec![0; Call::MOST / 4 * 3];
        let call = call("image/png", &most).expect("a call");
        assert!(matches!(call.body("{}", None), Err(CallError::TooLarge { .. })));
    }
}

//! What an instance answers, as the client gets it.

use bytes::Bytes;
use hyper::Response;
use hyper::header::{CONTENT_LENGTH, DATE, HeaderName};
use protocol::Kind;
use serde::Deserialize;

use super::headers::is_of_the_connection;
use crate::Refusal;

/// What only this place may say.
const OURS: [&str; 2] = ["server-timing", "x-open-runtimes-start"];

/// A function's answer as it goes out: as it came, without what belongs to the connection or is ours to say.
pub(crate) fn hand_on(mut answer: Response<Bytes>) -> Response<Bytes> {
    let is_kept = |name: &HeaderName| {
        let text = name.as_str();
        let is_internal = text.starts_with("x-internal-") || OURS.contains(&text);
        // The body is whole, so its length is told anew; the time is that of whoever sends it.
        let is_told_anew = [&CONTENT_LENGTH, &DATE].contains(&name);
        !(is_internal || is_told_anew || is_of_the_connection(text, answer.headers()))
    };
    let gone: Vec<HeaderName> = answer.headers().keys().filter(|name| !is_kept(name)).cloned().collect();
    for name in gone {
        answer.headers_mut().remove(name);
    }
    answer
}

/// The error that a runtime answered, if it was the runtime that did and not its function.
pub(crate) fn runtime_error(answer: &Response<Bytes>) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Body {
        message: String,
    }
    let named = answer.headers().get(protocol::ERROR)?;
    let message = serde_json::from_slice::<Body>(answer.body()).map(|body| body.message).unwrap_or_default();
    let kind = Kind::ALL.into_iter().find(|kind| named == kind.name());
    Some(match kind {
        Some(
            kind @ (Kind::LoadFailed
            | Kind::FunctionError
            | Kind::NoResponse
            | Kind::InvalidResponse
            | Kind::BadRequest
            | Kind::TooLarge),
        ) => Refusal::Function { kind: kind.name(), status: kind.status(), message },
        // That the code is not there, say, is no fault of the client's.
        _ => Refusal::BadAnswer(format!("{}: {message}", named.to_str().unwrap_or("an unknown error"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&str, &str)], body: &str) -> Response<Bytes> {
        let mut response = Response::builder().status(207);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Bytes::copy_from_slice(body.as_bytes())).expect("a response")
    }

    #[test]
    fn an_answer_goes_out_as_it_came_without_what_is_not_the_functions() {
        let came = answer(
            &[
                ("content-type", "text/plain"),
                ("set-cookie", "a=1"),
                ("set-cookie", "b=2"),
                ("content-length", "2"),
                ("date", "then"),
                ("connection", "close, x-hop"),
                ("x-hop", "1"),
                ("keep-alive", "timeout=5"),
                ("x-internal-secret", "1"),
                ("server-timing", "mine;dur=0"),
                ("x-open-runtimes-start", "warm"),
            ],
            "hi",
        );
        let out = hand_on(came);
        let names: Vec<(&str, &str)> = out
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
            .collect();
        assert_eq!(names, [("content-type", "text/plain"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]);
        assert_eq!((out.status().as_u16(), out.body().as_ref()), (207, b"hi".as_ref()));
    }

    #[test]
    fn a_runtimes_own_error_is_told_without_its_stack() {
        let error = |kind: &str| {
            let body = r#"{"code":500,"message":"oops","stack":"secret"}"#;
            runtime_error(&answer(&[("x-internal-error", kind)], body)).expect("an error").problem()
        };
        let cases = [
            ("function-error", 500, "urn:open-runtimes:function-error"),
            ("load-failed", 500, "urn:open-runtimes:load-failed"),
            ("bad-request", 400, "urn:open-runtimes:bad-request"),
            ("unauthorized", 502, "urn:open-runtimes:bad-answer"),
            ("code-not-found", 502, "urn:open-runtimes:bad-answer"),
            ("something-new", 502, "urn:open-runtimes:bad-answer"),
        ];
        for (kind, status, named) in cases {
            let problem = error(kind);
            assert_eq!((problem.status, problem.kind.as_str()), (status, named), "{kind}");
            assert!(problem.detail.contains("oops") && !problem.detail.contains("secret"), "{problem:?}");
        }
        assert!(runtime_error(&answer(&[], "x")).is_none());
    }
}

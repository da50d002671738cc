//! The headers of a request, as a function gets them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use hyper::header::{CONNECTION, COOKIE, HeaderMap};
use hyper::http::request::Parts;

use super::CallError;

/// Headers of one connection, not of a message.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Headers of a request that this place sets or answers itself.
const OURS: [&str; 3] = ["expect", "forwarded", "content-transfer-encoding"];

/// Whether a header belongs to the connection that it came on: by its name, or because `Connection` names it.
pub(super) fn is_of_the_connection(name: &str, headers: &HeaderMap) -> bool {
    let named = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    OF_THE_CONNECTION.contains(&name)
        || named.flat_map(|value| value.split(',')).any(|named| named.trim().eq_ignore_ascii_case(name))
}

/// The headers of a request: lower case, repeated ones joined, without those of the connection, and with the
/// pseudo-headers of RFC 9113. `rest` is what follows the function's name in the target.
///
/// # Errors
/// A value is not UTF-8.
pub(super) fn headers(
    parts: &Parts,
    rest: &str,
    client: IpAddr,
    is_base64: bool,
) -> Result<BTreeMap<String, String>, CallError> {
    let mut all = BTreeMap::new();
    for name in parts.headers.keys() {
        let text = name.as_str();
        if OURS.contains(&text) || is_of_the_connection(text, &parts.headers) {
            continue;
        }
        let joined_by = if name == COOKIE { "; " } else { ", " };
        let values = parts.headers.get_all(name).iter().map(|value| std::str::from_utf8(value.as_bytes()));
        let values: Result<Vec<&str>, _> = values.collect();
        let values = values.map_err(|_| CallError::Header(text.into()))?;
        all.insert(text.to_string(), values.join(joined_by));
    }
    let authority = parts.uri.authority().map(|authority| authority.to_string());
    let authority = authority.or_else(|| all.get("host").cloned()).unwrap_or_default();
    all.insert("forwarded".into(), forwarded(client, &authority));
    if is_base64 {
        all.insert("content-transfer-encoding".into(), "base64".into());
    }
    all.insert(":method".into(), parts.method.to_string());
    all.insert(":path".into(), rest.into());
    all.insert(":authority".into(), authority);
    all.insert(":scheme".into(), "http".into());
    Ok(all)
}

/// RFC 7239: who called, by which name, and how.
fn forwarded(client: IpAddr, authority: &str) -> String {
    let client = match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    let is_plain = !authority.is_empty() && !authority.contains(['"', '\\']);
    let host = if is_plain { format!(";host=\"{authority}\"") } else { String::new() };
    format!("for={client}{host};proto=http")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn seen(headers: &[(&str, &[u8])]) -> Result<BTreeMap<String, String>, CallError> {
        let mut request = Request::builder().method("PATCH").uri("/function/hello/a%2Fb?c=d");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        super::headers(&parts, "/a%2Fb?c=d", "127.0.0.1".parse().expect("an address"), false)
    }

    #[test]
    fn names_are_lower_case_and_repeated_ones_are_joined() {
        let seen = seen(&[
            ("Host", b"example.org"),
            ("X-One", b"1"),
            ("x-one", b"2"),
            ("Cookie", b"a=1"),
            ("Cookie", b"b=2"),
        ])
        .expect("headers");
        assert_eq!(seen["x-one"], "1, 2");
        assert_eq!(seen["cookie"], "a=1; b=2");
        assert_eq!(seen["host"], "example.org");
        assert_eq!(seen[":method"], "PATCH");
        assert_eq!(seen[":path"], "/a%2Fb?c=d");
        assert_eq!(seen[":authority"], "example.org");
        assert_eq!(seen[":scheme"], "http");
    }

    #[test]
    fn what_belongs_to_the_connection_stays_there() {
        let seen = seen(&[
            ("Host", b"a"),
            ("Connection", b"keep-alive, X-Hop"),
            ("X-Hop", b"1"),
            ("TE", b"trailers"),
            ("Transfer-Encoding", b"chunked"),
            ("Expect", b"100-continue"),
            ("Upgrade", b"h2c"),
            ("X-Kept", b"1"),
        ])
        .expect("headers");
        let names: Vec<&str> =
            seen.keys().map(String::as_str).filter(|name| !name.starts_with(':')).collect();
        assert_eq!(names, ["forwarded", "host", "x-kept"]);
    }

    #[test]
    fn forwarded_and_the_transfer_encoding_are_ours() {
        let seen =
            seen(&[("Host", b"a"), ("Forwarded", b"for=10.0.0.1"), ("Content-Transfer-Encoding", b"base64")])
                .expect("headers");
        assert_eq!(seen["forwarded"], "for=127.0.0.1;host=\"a\";proto=http");
        assert!(!seen.contains_key("content-transfer-encoding"));
    }

    #[test]
    fn a_value_that_is_no_text_is_named() {
        let error = seen(&[("Host", b"a"), ("X-Raw", b"\xff")]).expect_err("it is no text");
        assert!(error.to_string().contains("x-raw"), "{error}");
    }
}

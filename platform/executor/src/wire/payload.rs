//! The body of a request, as a payload: by its media type, never by its content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde_json::value::RawValue;

use super::CallError;

/// What a payload is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON value, as it is.
    Json,
    /// A string.
    Text(Charset),
    /// A string of base64.
    Base64,
}

/// How text is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    Latin1,
}

impl Form {
    /// The form that the headers of a request ask for.
    ///
    /// # Errors
    /// The text is in a character set that is not known here.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, CallError> {
        let is_coded = headers.get_all(CONTENT_ENCODING).iter().any(|value| value != "identity");
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
        let essence = essence.trim().to_ascii_lowercase();
        let is_text = essence.starts_with("text/")
            || essence.ends_with("+xml")
            || matches!(essence.as_str(), "application/xml" | "application/x-www-form-urlencoded");
        if is_coded {
            Ok(Form::Base64)
        } else if essence == "application/json" || essence.ends_with("+json") {
            Ok(Form::Json)
        } else if is_text {
            Ok(Form::Text(charset(parameters)?))
        } else {
            Ok(Form::Base64)
        }
    }

    /// The payload in JSON, or `None` if there is none.
    ///
    /// # Errors
    /// The body is not what its media type says.
    pub(super) fn payload(self, body: &Bytes) -> Result<Option<Bytes>, CallError> {
        match self {
            _ if body.is_empty() => Ok(None),
            Form::Json => {
                // Anything after a value could pass for another field of what it is put into.
                let value = serde_json::from_slice::<&RawValue>(body);
                let value = value.map_err(|error| CallError::NotJson(error.to_string()))?;
                Ok(Some(body.slice_ref(value.get().as_bytes())))
            }
            Form::Text(Charset::Utf8) => {
                let text = std::str::from_utf8(body).map_err(|_| CallError::NotText)?;
                Ok(Some(string(text)))
            }
            Form::Text(Charset::Latin1) => {
                let text: String = body.iter().map(|byte| char::from(*byte)).collect();
                Ok(Some(string(&text)))
            }
            Form::Base64 => Ok(Some(Bytes::from(format!("\"{}\"", STANDARD.encode(body))))),
        }
    }
}

fn charset(parameters: &str) -> Result<Charset, CallError> {
    let named = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    match named.as_deref() {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(Charset::Utf8),
        Some("iso-8859-1" | "latin1") => Ok(Charset::Latin1),
        Some(other) => Err(CallError::Charset(other.chars().take(50).collect())),
    }
}

fn string(text: &str) -> Bytes {
    Bytes::from(serde_json::to_string(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(headers: &[(&str, &str)], body: &[u8]) -> Result<Option<String>, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = hyper::header::HeaderName::from_bytes(name.as_bytes()).expect("a name");
            map.append(name, value.parse().expect("a value"));
        }
        let form = Form::of(&map).map_err(|error| error.kind().to_string())?;
        let payload =
            form.payload(&Bytes::copy_from_slice(body)).map_err(|error| error.kind().to_string())?;
        Ok(payload.map(|bytes| String::from_utf8(bytes.to_vec()).expect("JSON")))
    }

    #[test]
    fn the_media_type_decides() {
        let cases: [(&str, &[u8], Option<&str>); 16] = [
            ("application/json", b"{\"a\": [1, 2.50]}", Some("{\"a\": [1, 2.50]}")),
            ("application/json; charset=utf-8", b" 1e400 \n", Some("1e400")),
            ("APPLICATION/JSON", b"\"\\ud800\"", Some("\"\\ud800\"")),
            ("application/problem+json", b"null", Some("null")),
            ("application/json", b"", None),
            ("text/plain", b"{\"a\":1}", Some("\"{\\\"a\\\":1}\"")),
            ("text/plain", b"", None),
            ("text/html; charset=\"UTF-8\"", "é\n".as_bytes(), Some("\"é\\n\"")),
            ("text/plain; charset=iso-8859-1", b"\xe9", Some("\"é\"")),
            ("application/x-www-form-urlencoded", b"a=1&b=%20", Some("\"a=1&b=%20\"")),
            ("application/xml", b"<a/>", Some("\"<a/>\"")),
            ("image/svg+xml", b"<svg/>", Some("\"<svg/>\"")),
            ("application/octet-stream", b"\x00\xff", Some("\"AP8=\"")),
            ("image/png", b"{}", Some("\"e30=\"")),
            ("", b"{}", Some("\"e30=\"")),
            ("multipart/form-data; boundary=x", b"--x--", Some("\"LS14LS0=\"")),
        ];
        for (media_type, body, expected) in cases {
            let seen = payload(&[("content-type", media_type)], body);
            assert_eq!(seen, Ok(expected.map(String::from)), "{media_type}");
        }
        let coded = [("content-type", "application/json"), ("content-encoding", "gzip")];
        assert_eq!(payload(&coded, b"{}"), Ok(Some("\"e30=\"".into())));
        let plain = [("content-type", "application/json"), ("content-encoding", "identity")];
        assert_eq!(payload(&plain, b"{}"), Ok(Some("{}".into())));
    }

    #[test]
    fn a_body_that_claims_json_is_exactly_one_value() {
        let wrong: [&[u8]; 16] = [
            b"1,\"env\":{\"ADMIN\":\"1\"}",
            b"{},\"path\":\"/tmp\"",
            b"{} {}",
            b"{}}",
            b"\"a\" \"b\"",
            b"1 2",
            b"]",
            b"}",
            b"{\"a\":1",
            b"[1,]",
            b"'a'",
            b"nul",
            b"\xef\xbb\xbf{}",
            b"\"\xff\"",
            b"01",
            b"// no\n1",
        ];
        for body in wrong {
            let seen = payload(&[("content-type", "application/json")], body);
            assert_eq!(seen, Err("not-json".into()), "{}", String::from_utf8_lossy(body));
        }
        let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        assert!(payload(&[("content-type", "application/json")], &deep).is_ok(), "a runtime refuses it");
    }

    #[test]
    fn text_that_cannot_be_read_is_refused() {
        assert_eq!(payload(&[("content-type", "text/plain")], b"\xff"), Err("not-text".into()));
        let utf16 = [("content-type", "text/plain; charset=utf-16")];
        assert_eq!(payload(&utf16, b"a"), Err("unknown-charset".into()));
    }
}

//! What a function may answer.

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

/// What goes to the client, apart from what belongs to the connection.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The answer, or why there is none. Names and values come in turn.
pub(crate) fn answer_of(status: u16, names_and_values: &[&[u8]], body: Bytes) -> Result<Answer, String> {
    let valid = StatusCode::from_u16(status).ok().filter(|_| (200..=599).contains(&status));
    let status = valid.ok_or_else(|| format!("The status must be from 200 to 599, not {status}."))?;
    let mut headers = HeaderMap::new();
    for pair in names_and_values.chunks_exact(2) {
        let shown = pair[0].escape_ascii();
        let name =
            HeaderName::from_bytes(pair[0]).map_err(|_| format!("\"{shown}\" is no name for a header."))?;
        if is_forbidden(name.as_str()) {
            return Err(format!("The header {shown} is not the function's to set."));
        }
        let value = HeaderValue::from_bytes(pair[1])
            .map_err(|_| format!("The header {shown} has a control character in its value."))?;
        headers.try_append(name, value).map_err(|_| "The answer has too many headers.".to_string())?;
    }
    Ok(Answer { status, headers, body })
}

/// They belong to the connection or to the runtime, not to the function.
fn is_forbidden(name: &str) -> bool {
    let own = ["content-length", "transfer-encoding", "connection", "date", "trailer"];
    own.contains(&name) || name.starts_with("x-internal-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(status: u16, name: &str, value: &str) -> Result<Answer, String> {
        answer_of(status, &[name.as_bytes(), value.as_bytes()], Bytes::new())
    }

    #[test]
    fn what_is_not_the_function_s_to_say_is_refused() {
        for status in [0, 100, 199, 600, 65535] {
            assert!(sent(status, "X-A", "b").is_err(), "{status}");
        }
        for name in
            ["", "a b", "a\nb", "Content-Length", "DATE", "connection", "Transfer-Encoding", "x-INTERNAL-a"]
        {
            assert!(sent(200, name, "b").is_err(), "{name}");
        }
        for value in ["a\rb", "a\nb", "a\0b"] {
            assert!(sent(200, "X-A", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_name_given_twice_is_sent_twice() {
        let pairs: [&[u8]; 4] = [b"Set-Cookie", b"a", b"set-cookie", b"b"];
        let answer = answer_of(599, &pairs, Bytes::new()).expect("an answer");
        let cookies: Vec<_> =
            answer.headers.get_all("Set-Cookie").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!((answer.status.as_u16(), cookies), (599, vec![b"a".as_slice(), b"b"]));
    }
}

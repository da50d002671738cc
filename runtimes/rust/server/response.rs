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

/// The answer, or why it is none. Names and values come in turn.
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

//! Who may use the control API.

use executor::Problem;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use crate::api::SOURCE;

/// What a request to the control API must have: a known `Host`, so that no page of another site reaches it by a name
/// of its own; the token; and, if it writes, a content type that no form of another site could send.
#[derive(Debug)]
pub(super) struct Guard {
    token: String,
    hosts: Vec<String>,
}

impl Guard {
    /// For that token, and these values of `Host`.
    pub(super) fn new(token: String, hosts: Vec<String>) -> Self {
        Guard { token, hosts }
    }

    /// Refuses what may not come in, `/healthz` aside.
    pub(super) fn check(&self, parts: &Parts) -> Result<(), Problem> {
        self.host(&parts.headers)?;
        if parts.uri.path() == "/healthz" {
            return Ok(());
        }
        self.token(&parts.headers)?;
        is_json(parts)
    }

    fn host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let mut named = headers.get_all(HOST).iter();
        let is_known = |host: &HeaderValue| {
            self.hosts.iter().any(|known| host.as_bytes().eq_ignore_ascii_case(known.as_bytes()))
        };
        if named.next().is_some_and(is_known) && named.next().is_none() {
            return Ok(());
        }
        let detail = format!(
            "the control API answers as {} alone; `up --host NAME` allows one more",
            self.hosts.join(", ")
        );
        Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown-host", detail))
    }

    fn token(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let given = headers.get_all(AUTHORIZATION).iter().collect::<Vec<_>>();
        let expected = format!("Bearer {}", self.token);
        match given[..] {
            [one] if is_same(one.as_bytes(), expected.as_bytes()) => Ok(()),
            _ => {
                let detail =
                    "send Authorization: Bearer <token>; the token is in the file `token` of the data folder";
                Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", detail))
            }
        }
    }
}

/// What a client that is refused is asked for.
pub(super) fn challenge() -> (hyper::header::HeaderName, HeaderValue) {
    (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

fn is_json(parts: &Parts) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let given = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_source = parts.method == Method::PUT && parts.uri.path().starts_with("/v1/sources/");
    let expected = if is_source { SOURCE } else { "application/json" };
    if given == expected {
        return Ok(());
    }
    let detail = format!("what writes has Content-Type: {expected}");
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", detail))
}

/// Compared without telling by its time how much was right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const TOKEN: (&str, &str) = ("authorization", "Bearer secret");
    const HERE: (&str, &str) = ("host", "127.0.0.1:8081");
    const JSON: (&str, &str) = ("content-type", "application/json");

    fn status(method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let guard = Guard::new("secret".into(), vec!["127.0.0.1:8081".into(), "localhost:8081".into()]);
        guard.check(&parts).err().map_or(200, |problem| problem.status)
    }

    #[test]
    fn only_a_known_host_gets_in() {
        assert_eq!(status("GET", "/v1/functions", &[TOKEN, HERE]), 200);
        assert_eq!(status("GET", "/v1/functions", &[TOKEN, ("host", "LOCALHOST:8081")]), 200);
        for host in ["localhost", "evil.example:8081", "127.0.0.1:8080", "127.0.0.1:8081.evil.example", ""] {
            assert_eq!(status("GET", "/healthz", &[TOKEN, ("host", host)]), 421, "{host}");
        }
        assert_eq!(status("GET", "/v1/functions", &[TOKEN]), 421);
        assert_eq!(status("GET", "/v1/functions", &[TOKEN, HERE, HERE]), 421);
    }

    #[test]
    fn everything_but_the_health_needs_the_token() {
        assert_eq!(status("GET", "/healthz", &[HERE]), 200);
        assert_eq!(status("GET", "/v1/functions", &[HERE]), 401);
        for wrong in ["Bearer secre", "Bearer secrets", "bearer secret", "Basic secret", "secret", "Bearer "]
        {
            assert_eq!(status("GET", "/v1/functions", &[HERE, ("authorization", wrong)]), 401, "{wrong}");
        }
        assert_eq!(status("GET", "/v1/functions", &[HERE, TOKEN, TOKEN]), 401);
        assert_eq!(status("GET", "/v1/functions?token=secret", &[HERE]), 401);
    }

    #[test]
    fn what_writes_has_a_content_type_that_no_form_has() {
        let path = "/v1/functions/f/rollback";
        assert_eq!(status("POST", path, &[HERE, TOKEN, JSON]), 200);
        assert_eq!(status("DELETE", "/v1/functions/f", &[HERE, TOKEN]), 415);
        for wrong in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            assert_eq!(status("POST", path, &[HERE, TOKEN, ("content-type", wrong)]), 415, "{wrong}");
        }
        let source = ("content-type", SOURCE);
        assert_eq!(status("PUT", "/v1/sources/x", &[HERE, TOKEN, source]), 200);
        assert_eq!(status("POST", path, &[HERE, TOKEN, source]), 415);
    }
}

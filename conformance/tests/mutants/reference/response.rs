//! The `res` of a call: what a function may answer. The first outcome is the answer.

use std::sync::{Arc, Mutex};

use protocol::Kind;
use serde::Serialize;
use serde_json::Value;

use super::fault::Fault;
use super::http::{Answer, is_token};
use super::residue::lock;
use super::runtime_error::RuntimeError;

/// They belong to the connection or to the runtime, not to the function.
const FORBIDDEN: [&str; 4] = ["content-length", "transfer-encoding", "connection", "date"];

/// What a function gives besides what it sends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// The status, if it is given.
    pub(crate) status: Option<Value>,
    /// The headers, if they are given.
    pub(crate) headers: Option<Value>,
}

/// The `res` of one call. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    first: Arc<Mutex<Option<Answer>>>,
    fault: Fault,
}

impl Response {
    /// One without an outcome.
    pub(crate) fn new(fault: Fault) -> Self {
        Response { first: Arc::default(), fault }
    }

    /// The first outcome, if there is one.
    pub(crate) fn outcome(&self) -> Option<Answer> {
        lock(&self.first).clone()
    }

    /// Keeps an outcome if it is the first. A later one is told on standard error.
    pub(crate) fn settle(&self, outcome: Answer) {
        let mut first = lock(&self.first);
        if first.is_none() {
            *first = Some(outcome);
            return;
        }
        match self.fault.name() {
            "function/second-answer-wins" if outcome.status == 200 => *first = Some(outcome),
            "function/failure-after-an-answer-wins" if outcome.status == 500 => *first = Some(outcome),
            "function/second-answer-ends-the-server" => std::process::exit(1),
            "function/second-answer-unnoticed" => {}
            _ => eprintln!("The function had already answered or failed: only the first outcome counts."),
        }
    }

    /// Answers with text.
    pub(crate) fn send(&self, text: &str, manner: &Manner) {
        let media = match self.fault.name() {
            "function/text-without-its-charset" => "text/plain",
            "function/text-typed-as-html" => "text/html; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        };
        let body = match self.fault.name() {
            "function/line-break-added" => format!("{text}\n").into_bytes(),
            "function/byte-order-mark-dropped" => text.trim_start_matches('\u{feff}').into(),
            "function/text-in-latin-1" => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
            "function/empty-text-becomes-null" if text.is_empty() => "null".into(),
            _ => text.into(),
        };
        self.answer(media, body, manner);
    }

    /// Answers with JSON.
    pub(crate) fn json(&self, value: &impl Serialize, manner: &Manner) {
        let media = if self.fault.is("function/json-with-a-charset") {
            "application/json; charset=utf-8"
        } else {
            "application/json"
        };
        let encoded = match self.fault.name() {
            "function/json-with-spaces" => serde_json::to_string_pretty(value),
            _ => serde_json::to_string(value),
        };
        let body = match (encoded, self.fault.name()) {
            (Ok(json), "function/null-becomes-nothing") if json == "null" => String::new(),
            (Ok(json), "function/text-in-json-without-quotes") if json.starts_with('"') => {
                json.trim_matches('"').into()
            }
            (Ok(json), "function/scalar-in-json-refused") if !json.starts_with(['{', '[']) => {
                return self.refuse();
            }
            (Ok(json), _) => json,
            (Err(_), "function/unencodable-becomes-null") => "null".into(),
            (Err(error), "function/unencodable-is-a-function-error") => {
                return self.settle(RuntimeError::new(Kind::FunctionError, error.to_string()).answer());
            }
            (Err(error), _) => {
                eprintln!("res.json: {error}");
                return self.refuse();
            }
        };
        let manner = match self.fault.name() {
            "function/json-list-is-201" if body.starts_with('[') => {
                &Manner { status: Some(201.into()), headers: None }
            }
            _ => manner,
        };
        self.answer(media, body.into_bytes(), manner);
    }

    /// Answers with bytes.
    pub(crate) fn bytes(&self, bytes: &[u8], manner: &Manner) {
        let lossy = || String::from_utf8_lossy(bytes);
        let body = match self.fault.name() {
            "function/bytes-taken-for-text" => lossy().into_owned().into_bytes(),
            "function/line-breaks-in-bytes-changed" if bytes.ends_with(b"\r\n") => {
                bytes[..bytes.len() - 1].to_vec()
            }
            "function/bytes-in-base64" => {
                base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes).into()
            }
            _ => bytes.to_vec(),
        };
        let media = if self.fault.is("function/bytes-typed-as-text") {
            "text/plain; charset=utf-8"
        } else {
            "application/octet-stream"
        };
        self.answer(media, body, manner);
    }

    /// Answers with bytes that are called JSON, whatever they are: a fault.
    pub(crate) fn raw_json(&self, json: &str) {
        self.answer("application/json", json.into(), &Manner::default());
    }

    fn refuse(&self) {
        self.settle(RuntimeError::new(Kind::InvalidResponse, "The function's answer is not valid.").answer());
    }

    fn answer(&self, media: &str, body: Vec<u8>, manner: &Manner) {
        let (Some(status), Some(headers)) = (self.status(manner, media), self.headers(manner)) else {
            return self.refuse();
        };
        let bodiless = match self.fault.name() {
            "function/no-content-with-a-body" => [205, 304].contains(&status),
            "function/reset-content-with-a-body" => [204, 304].contains(&status),
            "function/not-modified-with-a-body" => [204, 205].contains(&status),
            _ => [204, 205, 304].contains(&status),
        };
        if bodiless {
            return self.settle(Answer { status, headers, body: Vec::new() });
        }
        let typed = headers.iter().any(|(name, _)| match self.fault.name() {
            "function/content-type-replaced-in-one-case-only" => name == "Content-Type",
            "function/content-type-sent-twice" => false,
            _ => name.eq_ignore_ascii_case("Content-Type"),
        });
        let mut answer = Answer { status, headers, body };
        if self.fault.is("function/content-type-kept") {
            answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
            answer = answer.header("Content-Type", media);
        } else if !typed {
            answer = answer.header("Content-Type", media);
        }
        self.settle(answer);
    }

    /// The status, if it is one: a whole number from 200 to 599.
    fn status(&self, manner: &Manner, media: &str) -> Option<u16> {
        let given = manner.status.as_ref().filter(|value| !value.is_null());
        let usual = match self.fault.name() {
            "function/text-is-201" if media.starts_with("text/plain") => 201,
            "function/bytes-are-201" if media.contains("octet") => 201,
            _ => 200,
        };
        let cut = |value: &Value| {
            value
                .as_f64()
                .filter(|_| self.fault.is("function/fractional-status-cut"))
                .map(|status| status as i64)
        };
        let status = given.map_or(Some(usual), |value| value.as_i64().or_else(|| cut(value)))?;
        match (self.fault.name(), status) {
            ("function/status-ignored", 200..=599) => Some(200),
            ("function/status-of-bytes-ignored", 200..=599) if media.contains("octet") => Some(200),
            ("function/status-of-json-ignored", 200..=599) if media.contains("json") => Some(200),
            ("function/rare-status-replaced", 299 | 418 | 451 | 499 | 599) => Some(500),
            ("function/low-status-raised", i64::MIN..=199) => Some(200),
            ("function/high-status-lowered", 600..) => Some(599),
            ("function/status-of-seventeen-bits-cut", 65_535..) => Some(500),
            (_, 200..=599) => u16::try_from(status).ok(),
            _ => None,
        }
    }

    /// The headers, if all of them may be sent. A list is one header for each of its strings.
    fn headers(&self, manner: &Manner) -> Option<Vec<(String, Vec<u8>)>> {
        let given = manner.headers.as_ref().filter(|value| !value.is_null());
        let given = given.filter(|_| !self.fault.is("function/headers-ignored"));
        let Some(given) = given else { return Some(Vec::new()) };
        let mut headers = Vec::new();
        for (name, value) in given.as_object()? {
            let values: Vec<&str> = match value {
                Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<_>>()?,
                other => vec![other.as_str()?],
            };
            let listed = value.is_array() && self.fault.is("function/listed-values-unchecked");
            let sound =
                self.may_be_named(name) && (listed || values.iter().all(|value| self.may_be_sent(value)));
            if !sound && self.fault.is("function/unsound-header-dropped") {
                continue;
            }
            if !sound {
                return None;
            }
            let values: Vec<String> = match self.fault.name() {
                "function/list-joined" => vec![values.join(", ")],
                "function/list-cut-to-its-last" => {
                    values.last().map(ToString::to_string).into_iter().collect()
                }
                _ => values.iter().map(ToString::to_string).collect(),
            };
            headers.extend(values.into_iter().map(|value| (name.clone(), value.into_bytes())));
        }
        Some(headers)
    }

    fn may_be_named(&self, name: &str) -> bool {
        let lower = name.to_lowercase();
        let own = match self.fault.name() {
            "function/forbidden-names-in-one-case-only" => {
                ["Content-Length", "Transfer-Encoding", "Connection", "Date"].contains(&name)
                    || name.starts_with("X-Internal-")
            }
            "function/only-the-error-header-is-ours" => {
                FORBIDDEN.contains(&lower.as_str()) || lower == "x-internal-error"
            }
            "function/content-length-sent" if lower == "content-length" => false,
            "function/transfer-encoding-sent" if lower == "transfer-encoding" => false,
            "function/connection-sent" if lower == "connection" => false,
            "function/date-sent" if lower == "date" => false,
            _ => FORBIDDEN.contains(&lower.as_str()) || lower.starts_with("x-internal-"),
        };
        let excused = match self.fault.name() {
            "function/space-in-a-name-sent" => name.contains(' '),
            "function/colon-in-a-name-sent" => name.contains(':'),
            "function/line-break-in-a-name-sent" => name.contains('\n'),
            "function/empty-name-sent" => name.is_empty(),
            _ => false,
        };
        !own && (is_token(name.as_bytes()) || excused)
    }

    fn may_be_sent(&self, value: &str) -> bool {
        let sound = |c: char| match self.fault.name() {
            "function/line-break-in-a-value-sent" => c != '\0',
            "function/carriage-return-in-a-value-sent" => !matches!(c, '\n' | '\0'),
            "function/line-feed-in-a-value-sent" => !matches!(c, '\r' | '\0'),
            "function/nul-in-a-value-sent" => !matches!(c, '\r' | '\n'),
            _ => !matches!(c, '\r' | '\n' | '\0'),
        };
        value.chars().all(sound)
    }
}

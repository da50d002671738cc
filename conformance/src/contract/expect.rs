//! What checks expect of answers.

use serde_json::{Value, json};

use crate::backend::{CheckError, CheckResult};
use crate::fixture::Server;
use crate::wire::{self, Response};
use protocol::{ERROR, Kind};

/// Fails with `actual` unless `holds`.
pub(super) fn ensure(holds: bool, expected: impl Into<String>, actual: impl Into<String>) -> CheckResult {
    if holds { Ok(()) } else { Err(CheckError::broken(expected, actual)) }
}

/// Adds what a check did to whatever came of it, since one check makes many requests.
pub(super) trait During<T> {
    /// `what` was being done.
    fn during(self, what: &str) -> CheckResult<T>;
}

impl<T> During<T> for CheckResult<T> {
    fn during(self, what: &str) -> CheckResult<T> {
        self.map_err(|error| match error {
            CheckError::Broken { expected, actual } => {
                CheckError::broken(format!("{what}: {expected}"), actual)
            }
            other => other,
        })
    }
}

impl<T> During<T> for Result<T, wire::Error> {
    fn during(self, what: &str) -> CheckResult<T> {
        self.map_err(CheckError::from).during(what)
    }
}

/// What a check may expect of an answer.
pub(super) trait Expect {
    /// The function's own answer, of this status.
    fn is(&self, status: u16) -> CheckResult<&Self>;
    /// The function's own answer, 200, of JSON.
    fn value(&self) -> CheckResult<Value>;
    /// The runtime error of this kind, in all its parts; returns its message.
    fn error(&self, kind: Kind) -> CheckResult<String>;
    /// The same with this message.
    fn says(&self, kind: Kind, message: &str) -> CheckResult;
    /// What the HTTP layer refused: some 4xx, from whatever part of the server.
    fn is_refusal(&self) -> CheckResult;
}

impl Expect for Response {
    fn is(&self, status: u16) -> CheckResult<&Self> {
        let own = self.header(ERROR).is_none();
        ensure(self.status == status && own, format!("the function's own answer, {status}"), self.summary())?;
        Ok(self)
    }

    fn value(&self) -> CheckResult<Value> {
        self.is(200)?;
        self.json().ok_or_else(|| CheckError::broken("an answer of JSON", self.summary()))
    }

    fn error(&self, kind: Kind) -> CheckResult<String> {
        let wanted = format!("the runtime error {} {}", kind.status(), kind.name());
        ensure(self.status == kind.status(), &wanted, self.summary())?;
        let named = self.all(ERROR);
        ensure(named == [kind.name()], format!("{wanted}, named once in {ERROR}"), format!("{named:?}"))?;
        let media = self.header("Content-Type").unwrap_or_default();
        ensure(media == "application/json", format!("{wanted} as application/json"), format!("{media:?}"))?;
        let body = self.json().unwrap_or_default();
        let members = body.as_object().cloned().unwrap_or_default();
        let known = |name: &String| ["code", "message", "stack"].contains(&name.as_str());
        let message = members.get("message").and_then(Value::as_str).unwrap_or_default();
        let shaped = members.keys().all(known)
            && members.get("code").is_some_and(|code| is_same(code, &json!(kind.status())))
            && !message.is_empty()
            && !message.contains(['\n', '\r'])
            && members.get("stack").is_none_or(Value::is_string);
        let shape = r#"{"code": <status>, "message": "<one line>"}, and at most a `stack`"#;
        ensure(shaped, format!("{wanted}: {shape}"), self.summary())?;
        Ok(message.to_string())
    }

    fn says(&self, kind: Kind, message: &str) -> CheckResult {
        let said = self.error(kind)?;
        ensure(said == message, format!("the message {message:?}"), format!("{said:?}"))
    }

    fn is_refusal(&self) -> CheckResult {
        ensure((400..500).contains(&self.status), "a 4xx, or a closed connection", self.summary())
    }
}

/// A 4xx or the end of the connection: how the HTTP layer may refuse.
pub(super) fn is_refused(outcome: Result<Response, wire::Error>) -> CheckResult {
    match outcome {
        Ok(response) => response.is_refusal(),
        Err(wire::Error::Closed(_)) => Ok(()),
        Err(error) => Err(CheckError::broken("a 4xx, or a closed connection", error.to_string())),
    }
}

/// A member of an answer of JSON.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> CheckResult<&'a Value> {
    value.get(name).ok_or_else(|| CheckError::broken(format!("an answer with `{name}`"), value.to_string()))
}

/// Fails unless both are equal JSON.
pub(super) fn same(what: &str, expected: &Value, actual: &Value) -> CheckResult {
    ensure(is_same(expected, actual), format!("{what} equal to {}", short(expected)), short(actual))
}

/// Equal JSON: numbers as IEEE doubles, the order of members does not count.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    let kept: String = text.chars().take(300).collect();
    if kept.len() < text.len() { format!("{kept}… ({} bytes)", text.len()) } else { kept }
}

/// A text that no other request carries.
pub(super) fn nonce() -> String {
    format!("n{:016x}", rand::random::<u64>())
}

/// One call of the probe without steps, with the nonce checked; returns the answer.
pub(super) async fn echo(server: &Server) -> CheckResult<Value> {
    let payload = json!({ "nonce": nonce() });
    echoes(&server.act(payload.clone()).await?, &payload)
}

/// Expects the probe's echo of this payload; returns the answer.
pub(super) fn echoes(answer: &Response, payload: &Value) -> CheckResult<Value> {
    let value = answer.value()?;
    same("the payload", payload, member(&value, "payload")?)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_in_an_error_is_a_number_like_any_other() {
        let answer = |code: &str| Response {
            status: 401,
            headers: vec![
                (ERROR.into(), "unauthorized".into()),
                ("Content-Type".into(), "application/json".into()),
            ],
            body: format!(r#"{{"code":{code},"message":"Unauthorized"}}"#).into_bytes(),
            interim: Vec::new(),
        };
        for code in ["401", "401.0", "4.01e2"] {
            assert!(answer(code).error(Kind::Unauthorized).is_ok(), "{code}");
        }
        for code in ["400", "401.5", "\"401\"", "null"] {
            assert!(answer(code).error(Kind::Unauthorized).is_err(), "{code}");
        }
    }

    #[test]
    fn equal_json_looks_through_spelling_and_order() {
        assert!(is_same(&json!({"a": 1, "b": 1.5}), &json!({"b": 1.5, "a": 1.0})));
    }

    #[test]
    fn an_empty_object_is_no_empty_array() {
        assert!(!is_same(&json!({}), &json!([])));
        assert!(!is_same(&json!({"a": {}}), &json!({"a": []})));
    }
}

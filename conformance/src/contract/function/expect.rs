//! What checks of functions expect of an answer.

use serde_json::Value;

use crate::backend::CheckResult;
use crate::contract::expect::{During, Expect, ensure};
use crate::fixture::Server;
use crate::wire::Response;
use protocol::{Kind, message};

/// Expects exactly this text.
pub(super) fn has_text(answer: &Response, text: &str) -> CheckResult {
    ensure(answer.text() == Some(text), format!("the exact text {text:?}"), answer.summary())
}

/// Expects that the answer of this payload is refused as invalid, and nothing of it sent.
pub(super) async fn is_invalid(s: &Server, payload: Value, what: &str) -> CheckResult {
    let answer = s.act(payload).await.during(what)?;
    let injected = answer.header("X-Injected");
    ensure(injected.is_none(), format!("{what}: nothing injected"), format!("{injected:?}"))?;
    answer.says(Kind::InvalidResponse, message::INVALID_RESPONSE).during(what)
}

//! What checks of functions expect of an answer.

use crate::backend::CheckResult;
use crate::contract::expect::{During, Expect, ensure};
use crate::contract::steps::{Probe, Step};
use crate::fixture::Server;
use crate::wire::Response;
use protocol::{Kind, message};

/// Expects exactly this text.
pub(super) fn has_text(answer: &Response, text: &str) -> CheckResult {
    ensure(answer.text() == Some(text), format!("the exact text {text:?}"), answer.summary())
}

/// Expects that the answer of this step is refused as invalid, and nothing of it sent.
pub(super) async fn is_invalid(s: &Server, step: Step, what: &str) -> CheckResult {
    let answer = s.run([step]).await.during(what)?;
    let injected = answer.header("X-Injected");
    ensure(injected.is_none(), format!("{what}: nothing injected"), format!("{injected:?}"))?;
    answer.says(Kind::InvalidResponse, message::INVALID_RESPONSE).during(what)
}

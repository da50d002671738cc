//! What fails in a function, and what it may not answer.

use serde_json::{Value, json};

use super::expect::{has_text, is_invalid};
use crate::backend::CheckResult;
use crate::contract::expect::{During, Expect, echo, echoes, ensure, nonce, same};
use crate::contract::steps::{self, Probe, Step};
use crate::fixture::{Server, ServerContext, eventually};
use crate::wire::Response;
use protocol::{Kind, message};

/// How long work left running waits, in milliseconds, so that the answer goes first.
const LATER: u32 = 50;

pub(super) async fn invalid(s: &ServerContext) -> CheckResult {
    for status in [0, 99, 100, 101, 199, 600, 999, 1000, 65_535] {
        is_invalid(s, Step::send("text").status(status), &format!("status {status}")).await?;
    }
    is_invalid(s, Step::json(json!(1)).status(600), "json with status 600").await?;
    for status in [json!(200.5), json!("200"), json!(true)] {
        let what = format!("status {status}");
        let step = Step::send("text").status(status);
        // If the language's types refuse it, it is the function that fails.
        if s.run([step.clone()]).await?.error(Kind::FunctionError).is_err() {
            is_invalid(s, step, &what).await?;
        }
    }
    is_invalid(s, Step::unencodable(), "a value that no JSON encoder takes").await?;
    for which in ["nan", "infinity", "-infinity"] {
        let answer = s.run([Step::nan(which)]).await?;
        if answer.status == 200 {
            same(which, &json!({ "value": null }), &answer.value().during(which)?)?;
        } else {
            answer.says(Kind::InvalidResponse, message::INVALID_RESPONSE).during(which)?;
        }
    }
    echo(s).await.during("the next request")?;
    Ok(())
}

/// Expects `function-error` with the message, its place in `stack`, and the stack on standard error.
async fn fails(s: &Server, message: &str, answer: Response) -> CheckResult {
    let said = answer.error(Kind::FunctionError)?;
    ensure(said.contains(message), format!("the error's own text {message:?}"), said)?;
    let body = answer.json().unwrap_or_default();
    let stack = body["stack"].as_str().unwrap_or_default();
    ensure(stack.contains(message), "the whole in `stack`", answer.summary())?;
    logs(s, message).await?;
    echo(s).await.during("the next request")?;
    Ok(())
}

fn deliberately() -> String {
    format!("deliberate {}", nonce())
}

/// Waits until a text is on standard error.
async fn logs(s: &Server, text: &str) -> CheckResult {
    eventually(&format!("{text:?} on standard error"), || async {
        let found = s.errors().await?.contains(text);
        Ok(if found { Ok(()) } else { Err("it is not there".to_string()) })
    })
    .await
}

pub(super) async fn throw(s: &ServerContext) -> CheckResult {
    let message = deliberately();
    fails(s, &message, s.run([Step::throw(&message)]).await?).await?;
    let message = format!("first line {}\nsecond line", nonce());
    let answer = s.run([Step::throw(message)]).await?;
    let said = answer.error(Kind::FunctionError)?;
    ensure(!said.contains("second line"), "the first line alone in `message`", said)
}

pub(super) async fn async_throw(s: &ServerContext) -> CheckResult {
    let message = deliberately();
    fails(s, &message, s.run([Step::sleep(1), Step::throw(&message)]).await?).await
}

pub(super) async fn no_response(s: &ServerContext) -> CheckResult {
    s.run([Step::pass()]).await?.says(Kind::NoResponse, message::NO_RESPONSE)?;
    echo(s).await.during("the next request")?;
    Ok(())
}

pub(super) async fn double(s: &ServerContext) -> CheckResult {
    let (first, second) = (nonce(), nonce());
    let answer = s.run([Step::send(&first), Step::send(&second)]).await?;
    has_text(answer.is(200)?, &first)?;

    let before = s.errors().await?.len();
    s.run([Step::send(""), Step::send(&second)]).await?.is(200)?;
    eventually("a warning on stderr for the second answer", || async {
        let grown = s.errors().await?.len() > before;
        Ok(if grown { Ok(()) } else { Err("nothing was printed".to_string()) })
    })
    .await?;

    let message = deliberately();
    let steps = [Step::send(&first), Step::throw(&message)];
    has_text(s.run(steps).await?.is(200)?, &first).during("an answer, then a failure")?;
    logs(s, &message).await?;
    echo(s).await.during("the next request")?;
    Ok(())
}

pub(super) async fn stray(s: &ServerContext) -> CheckResult {
    // None is lost before the first failure, and one at most after each.
    let mut lost = true;
    for way in &s.spec().waits {
        let (text, message) = (nonce(), deliberately());
        let steps = [Step::send(&text), Step::spawn(LATER).way(*way), Step::throw(&message)];
        has_text(next(s, steps::payload(steps), &mut lost).await?.is(200)?, &text)?;
        logs(s, &message).await?;
        lost = false;
    }
    let before = s.errors().await?.len();
    let late = [Step::spawn(LATER), Step::send(nonce())];
    let silent = next(s, steps::payload(late), &mut lost).await?;
    silent.error(Kind::NoResponse).during("an answer after the end")?;
    eventually("a warning on stderr for the answer after the end", || async {
        let grown = s.errors().await?.len() > before;
        Ok(if grown { Ok(()) } else { Err("nothing was printed".to_string()) })
    })
    .await?;
    for _ in 0..3 {
        let payload = json!({ "nonce": nonce() });
        echoes(&next(s, payload.clone(), &mut lost).await?, &payload).during("the next request")?;
    }
    Ok(())
}

/// A call after a stray failure. That one may end the function's process, and be in the log before it has: whoever
/// asks one thing after another loses one call to it at most.
async fn next(s: &ServerContext, payload: Value, lost: &mut bool) -> CheckResult<Response> {
    let answer = s.act(payload.clone()).await?;
    if *lost || answer.error(Kind::FunctionError).is_err() {
        return Ok(answer);
    }
    *lost = true;
    s.act(payload).await
}

//! One dialect of HTTP: each case alone and behind another request, and each followed by a request whose own body
//! is a request.

use futures_util::stream::iter;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::cases::{Case, List, Next, cases};
use crate::backend::{CheckError, CheckResult};
use crate::contract::expect::{During, Expect, echoes, ensure, nonce};
use crate::fixture::ServerContext;
use crate::wire::{Error, Request, Response};
use protocol::{CHALLENGE, DEFAULT_MAX_BODY, Kind, limit, message};

/// Connections at once: fewer than any server serves at once, and enough to take little time.
const CONNECTIONS: usize = limit::CALLS;

pub(super) async fn refused(s: &ServerContext) -> CheckResult {
    judge(s, List::Refused).await
}

pub(super) async fn accepted(s: &ServerContext) -> CheckResult {
    judge(s, List::Whole).await
}

pub(super) async fn either(s: &ServerContext) -> CheckResult {
    judge(s, List::Either).await
}

/// Asks all cases of a list, and names each one that goes another way: a table of them is a dialect.
async fn judge(s: &ServerContext, list: List) -> CheckResult {
    let mut asked = Vec::new();
    for case in cases(list) {
        asked.extend([false, true].map(|behind| ask(s, case, behind)));
    }
    let wrong: Vec<Option<String>> = iter(asked).buffered(CONNECTIONS).try_collect().await?;
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    let expected = match list {
        List::Whole => "each case answered, and the request behind it",
        List::Refused => "each case refused with a 4xx or a closed connection, and nothing behind it read",
        List::Either | List::Part => "each case answered or refused, and the request behind it likewise",
    };
    if wrong.is_empty() {
        return Ok(());
    }
    Err(CheckError::broken(expected, format!("{} of them otherwise:\n  {}", wrong.len(), wrong.join("\n  "))))
}

/// What is wrong with what becomes of a case, if anything is.
async fn ask(s: &ServerContext, case: &Case, behind: bool) -> CheckResult<Option<String>> {
    let said = Said::of(s, case, behind).await?;
    let place = if behind { " (behind another request)" } else { "" };
    Ok(said.is_wrong(case).map(|wrong| format!("{}{place}: {wrong}", case.name)))
}

/// All that a server says on one connection.
struct Said {
    /// To the request before the case, what was wrong with it.
    first: Option<String>,
    /// To the case and to what follows.
    answers: Vec<Response>,
    /// What came after the last answer.
    end: Error,
}

impl Said {
    async fn of(s: &ServerContext, case: &Case, behind: bool) -> CheckResult<Self> {
        let payload = json!({ "nonce": nonce() });
        let mut bytes = Vec::new();
        if behind {
            bytes.extend(s.request().json(&json!({ "payload": payload })).bytes());
        }
        bytes.extend(case.bytes(s.key()));
        let mut connection = s.connect().await?.for_old_clients();
        let mut said = Said { first: None, answers: Vec::new(), end: Error::Closed(String::new()) };
        // Nothing more comes until one that is not surely refused was answered: nobody may wait for more of it.
        let waits = !behind && case.is != List::Refused;
        if waits {
            let _ = connection.write(&bytes).await;
            bytes.clear();
            match connection.receive().await {
                Ok(answer) => said.answers.push(answer),
                Err(end) => return Ok(Said { end, ..said }),
            }
        }
        bytes.extend(follower(s));
        // A server may close before it has read all: then writing fails, and what it said before counts.
        let _ = connection.write(&bytes).await;
        if behind {
            let first = connection.receive().await;
            let first = first.map(|answer| (echoes(&answer, &payload).is_err(), answer.summary()));
            said.first = match first {
                Ok((is_wrong, answer)) => is_wrong.then_some(answer),
                Err(error) => return Ok(Said { first: Some(error.to_string()), ..said }),
            };
        }
        said.end = loop {
            match connection.receive().await {
                Ok(answer) => said.answers.push(answer),
                Err(end) => break end,
            }
        };
        Ok(said)
    }

    fn is_wrong(&self, case: &Case) -> Option<String> {
        if let Some(said) = &self.first {
            return Some(format!("the request before it got {said}"));
        }
        let is_refused = || self.is_refused();
        let is_answered = || self.is_answered(case);
        let holds = match case.is {
            List::Refused => is_refused(),
            List::Whole => is_answered(),
            List::Either | List::Part => is_refused() || is_answered(),
        };
        (!holds).then(|| self.summary())
    }

    fn is_refused(&self) -> bool {
        let refuses = |answer: &Response| {
            // A server that took it for a request read some body, and complains of that.
            let believed = answer.text().is_some_and(|text| text.contains("\"Body ")) && answer.status == 400;
            answer.is_refusal().is_ok() && !believed
        };
        matches!(self.end, Error::Closed(_)) && self.answers.len() <= 1 && self.answers.iter().all(refuses)
    }

    fn is_answered(&self, case: &Case) -> bool {
        let Some(answer) = self.answers.first() else { return false };
        let rest = &self.answers[1..];
        let follows = match case.next {
            Next::Answered => matches!(rest, [next] if complains(next)),
            Next::Closed => rest.is_empty(),
            Next::Either => rest.is_empty() || matches!(rest, [next] if complains(next)),
        };
        matches!(self.end, Error::Closed(_)) && is_answer(answer, &case.body) && follows
    }

    fn summary(&self) -> String {
        let status = |answer: &Response| {
            let runs = if answer.text().is_some_and(|text| text.contains(SMUGGLED)) {
                " to what is a body"
            } else {
                ""
            };
            format!("{}{runs}", answer.status)
        };
        let said = self.answers.iter().map(status).chain([match &self.end {
            Error::Closed(_) => "closed".into(),
            other => other.to_string(),
        }]);
        said.collect::<Vec<_>>().join(", then ")
    }
}

/// Whether it is the answer to a request with that body, which nothing was done to.
fn is_answer(answer: &Response, body: &str) -> bool {
    if answer.header("Content-Encoding").is_some() {
        return false;
    }
    let body = if body.is_empty() { "{}" } else { body };
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(members)) => {
            let payload = members.get("payload").cloned().unwrap_or_else(|| json!({}));
            echoes(answer, &payload).is_ok()
        }
        Ok(_) => answer.says(Kind::BadRequest, message::NOT_AN_OBJECT).is_ok(),
        Err(_) => complains(answer),
    }
}

/// Whether it is the answer to a body that is no JSON.
fn complains(answer: &Response) -> bool {
    answer.says(Kind::BadRequest, message::NOT_JSON).is_ok()
}

/// The payload of a request that is the body of another.
const SMUGGLED: &str = "smuggled";

/// The last request of its connection, whose body is a request that no server must run.
fn follower(s: &ServerContext) -> Vec<u8> {
    s.request().header("Connection", "close").body(smuggled(s)).bytes()
}

fn smuggled(s: &ServerContext) -> Vec<u8> {
    s.request().json(&json!({ "payload": SMUGGLED })).bytes()
}

/// Bodies that are requests, and that a server has no reason to read to their end.
pub(super) async fn unread(s: &ServerContext) -> CheckResult {
    let inner = smuggled(s);
    let wrong = Request::post().header(CHALLENGE, "wrong");
    let large = s.request().unframed();
    let declared = (DEFAULT_MAX_BODY + 1).to_string();
    let cases = [
        ("a wrong key", 401, wrong.clone().body(inner.clone())),
        ("a wrong key, and chunks", 401, wrong.chunked(1000).body(inner.clone())),
        ("another method", 405, s.request().method("PUT").body(inner.clone())),
        ("another method, and chunks", 405, s.request().method("PUT").chunked(1000).body(inner.clone())),
        ("a body that is too large", 413, large.header("Content-Length", declared).body(inner)),
    ];
    for (what, status, request) in cases {
        let mut connection = s.connect().await?;
        let _ = connection.write(&[request.bytes(), follower(s)].concat()).await;
        let answer = connection.receive().await.during(what)?;
        ensure(answer.status == status, format!("{what}: {status}"), answer.summary())?;
        // One whose body has no end has no next request either.
        let mut next = connection.receive().await;
        if let Ok(answer) = &next
            && status != 413
            && complains(answer)
        {
            next = connection.receive().await;
        }
        let said = next.map_or_else(|error| error.to_string(), |answer| answer.summary());
        let expected = format!("{what}: the connection closed, or the next request answered");
        ensure(said.starts_with("the connection was closed"), expected, said)?;
    }
    Ok(())
}

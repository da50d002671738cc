//! Many at once, and none in another's way.

use futures_util::future::{join_all, try_join_all};
use serde_json::json;

use super::barrier::Barrier;
use super::expect::{During, Expect, echo, echoes, member, nonce, same};
use super::requirement::{Requirement, check};
use super::steps::{self, Step};
use crate::backend::{CheckResult, Waiting};
use crate::fixture::{Server, ServerContext};
use crate::wire::Connection;
use protocol::limit;

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "concurrency/parallel",
        "[8 requests are inside the function at the same time], each waiting the way its language waits: \
         [awaiting in languages that await] (JavaScript), [blocking in those that block] (PHP, Ruby, \
         Java), both in those that have both (Python, Rust). The barrier is files: each call writes \
         `/tmp/<nonce>/<n>` and answers when it sees 8.",
        check!(parallel),
    )
    .depends_on(&["body/fields"]),
    Requirement::should(
        "concurrency/many",
        "[64 requests are inside the function at the same time], by the barrier of \
         `concurrency/parallel`.",
        check!(Own, many),
    )
    .depends_on(&["concurrency/parallel"]),
    Requirement::must(
        "concurrency/crosstalk",
        "500 requests with distinct nonces over 16 connections: [each gets its own].",
        check!(crosstalk),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "concurrency/first",
        "[The first 16 requests come at once, and each gets its own answer].",
        check!(Own, first),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "concurrency/slow-client",
        "[Another client is answered] while [50 connections hold half a request].",
        check!(Own, slow_client),
    )
    .depends_on(&["body/fields"]),
];

/// That many calls, each of which goes on only once all of them have come.
async fn meet(s: &Server, calls: usize, way: Waiting) -> CheckResult {
    let barrier = Barrier::new();
    let names: Vec<String> = (0..calls).map(|number| format!("caller-{number}")).collect();
    let barrier = &barrier;
    let all = names.iter().map(|name| async move {
        let steps = [barrier.step(name, calls).way(way), Step::answer()];
        let payload = steps::payload_named(name, steps);
        let value = s.act(payload).await?.value()?;
        same("the nonce", &json!(name), member(&value, "nonce")?)
    });
    let what = format!("{calls} calls at once, by {}", way.name());
    let results = join_all(all).await;
    results.into_iter().collect::<CheckResult<Vec<()>>>().during(&what)?;
    Ok(())
}

async fn parallel(s: &ServerContext) -> CheckResult {
    for way in &s.spec().waits {
        meet(s, limit::CALLS, *way).await?;
    }
    Ok(())
}

async fn many(s: &ServerContext) -> CheckResult {
    for way in &s.spec().waits {
        meet(s, limit::MANY_CALLS, *way).await?;
    }
    Ok(())
}

async fn crosstalk(s: &ServerContext) -> CheckResult {
    const REQUESTS: usize = 500;
    const CONNECTIONS: usize = 16;
    let one = async |number: usize| {
        let mut connection = s.connect().await?;
        for _ in (number..REQUESTS).step_by(CONNECTIONS) {
            let (payload, env, header) = (nonce(), nonce(), nonce());
            let body = json!({
                "payload": { "nonce": payload }, "env": { "A": env }, "headers": { "x-a": header }
            });
            let answer = connection.exchange(&s.request().json(&body)).await?;
            // How long a connection is kept is for `server/keep-alive` to judge.
            if answer.closes() {
                connection = s.connect().await?;
            }
            let value = answer.value()?;
            for name in ["payload", "env", "headers"] {
                same(name, &body[name], member(&value, name)?).during("its own answer to each")?;
            }
        }
        CheckResult::Ok(())
    };
    try_join_all((0..CONNECTIONS).map(one)).await?;
    Ok(())
}

/// On a server that has loaded nothing: each of them finds the code not loaded, or being loaded.
async fn first(s: &ServerContext) -> CheckResult {
    const REQUESTS: usize = 16;
    let mut connections = Vec::new();
    for _ in 0..REQUESTS {
        connections.push(s.connect().await?);
    }
    let ask = async |mut connection: Connection| {
        let payload = json!({ "nonce": nonce() });
        let request = s.request().json(&json!({ "payload": payload }));
        echoes(&connection.exchange(&request).await?, &payload)
    };
    try_join_all(connections.into_iter().map(ask)).await.during("16 first requests at once")?;
    Ok(())
}

async fn slow_client(s: &ServerContext) -> CheckResult {
    let whole = s.request().json(&json!({ "payload": { "nonce": nonce() } }));
    let (head, body) = (whole.head(), whole.framed_body());
    let mut held: Vec<Connection> = Vec::new();
    for number in 0..limit::SLOW_CLIENTS {
        let mut connection = s.connect().await?;
        match number % 3 {
            0 => connection.write(&head[..head.len() / 2]).await?,
            1 => connection.write(&head).await?,
            _ => connection.write(&[&head[..], &body[..body.len() / 2]].concat()).await?,
        }
        held.push(connection);
    }
    for _ in 0..limit::CALLS {
        echo(s).await.during("another client while 50 hold half a request")?;
    }
    meet(s, limit::CALLS, s.spec().waits[0]).await.during("while 50 hold half a request")?;
    for (number, mut connection) in held.into_iter().enumerate() {
        let rest = match number % 3 {
            0 => [&head[head.len() / 2..], &body[..]].concat(),
            1 => body.clone(),
            _ => body[body.len() / 2..].to_vec(),
        };
        connection.write(&rest).await.during("a slow client goes on")?;
        connection.receive().await.during("a slow client goes on")?.is(200)?;
    }
    Ok(())
}

//! What others may notice of a function.

use std::collections::HashSet;

use serde_json::json;

use crate::backend::CheckResult;
use crate::contract::barrier::{Barrier, is_done};
use crate::contract::expect::{During, Expect, echo, ensure, member, nonce, same};
use crate::contract::steps::{self, Probe, Step};
use crate::fixture::{ServerContext, eventually};
use crate::wire::Request;
use protocol::{CHALLENGE, Kind};

pub(super) async fn isolated(s: &ServerContext) -> CheckResult {
    let name = format!("SET_{}", nonce()).to_uppercase();
    let n = nonce();
    let writes = [Step::set("mutated", &n), Step::echo()];
    let payload = steps::payload(writes.clone());
    let body = json!({ "payload": payload, "env": { &name: n }, "headers": { "x-secret": n } });
    let changed = s.post(&body).await?.value()?;
    for field in ["payload", "env", "headers"] {
        let written = &member(&changed, field)?["mutated"];
        same(&format!("`{field}.mutated`"), &json!(n), written).during("what the function wrote itself")?;
    }
    // Without the fields as well: a default that all requests share is written into for all of them.
    let mutated = s.run(writes).await?.value()?;
    for field in ["env", "headers"] {
        same(field, &json!({ "mutated": n }), member(&mutated, field)?).during("the next request")?;
    }
    for _ in 0..8 {
        let value = s.post(&json!({})).await?.value()?;
        for field in ["payload", "env", "headers"] {
            same(field, &json!({}), member(&value, field)?).during("the next request")?;
        }
    }
    let payload = steps::payload([Step::environ(), Step::answer()]);
    let probed = s.post(&json!({ "payload": payload, "env": { &name: n } })).await?.value()?;
    let variables = member(&probed, "variables")?;
    let leaked = variables.get(&name).is_some() || variables.to_string().contains(&n);
    ensure(!leaked, "`env` never in the process environment", format!("{name} is there"))
}

pub(super) async fn output(s: &ServerContext) -> CheckResult {
    let lines: Vec<String> = (0..3).map(|i| format!("line {i} {} é😀", nonce())).collect();
    let errors: Vec<String> = (0..3).map(|i| format!("error {i} {} é😀", nonce())).collect();
    let printed = lines.iter().map(Step::print).chain(errors.iter().map(Step::complain));
    s.run(printed.chain([Step::answer()])).await?.is(200)?;
    for wanted in lines.iter().chain(&errors) {
        eventually(&format!("the line {wanted:?} in the container's log, by itself"), || async {
            let log = s.log().await?;
            let there = log.lines().any(|line| line == wanted);
            Ok(if there { Ok(()) } else { Err(tail(&log)) })
        })
        .await?;
    }
    // More than a pipe takes at once, whose writer must wait or try again.
    for (what, print) in [("output", Step::print as fn(String) -> Step), ("errors", Step::complain)] {
        let many: Vec<String> = (0..2_000).map(|i| format!("{i} {} {}", nonce(), "x".repeat(80))).collect();
        let step = print(many.join("\n"));
        s.run([step, Step::answer()]).await?.is(200)?;
        eventually(
            &format!("200 KB of {what} printed at once, line by line, in the container's log"),
            || async {
                let log = s.log().await?;
                let found: HashSet<&str> = log.lines().collect();
                let missing = many.iter().filter(|line| !found.contains(line.as_str())).count();
                Ok(if missing == 0 {
                    Ok(())
                } else {
                    Err(format!("{missing} of {} lines are missing", many.len()))
                })
            },
        )
        .await?;
    }
    Ok(())
}

fn tail(log: &str) -> String {
    let last: Vec<&str> = log.lines().rev().take(5).collect();
    format!("the last lines are {last:?}")
}

pub(super) async fn abandoned(s: &ServerContext) -> CheckResult {
    const CLIENTS: usize = 50;
    echo(s).await?;
    let before = s.instance().descriptors().await?;
    for _ in 0..CLIENTS {
        let refused = Request::post().header(CHALLENGE, "wrong").body("{}");
        s.connect().await?.exchange(&refused).await?.error(Kind::Unauthorized)?;
    }
    let barrier = Barrier::new();
    let mut gone = Vec::new();
    for number in 0..CLIENTS {
        let mut connection = s.connect().await?;
        let payload = barrier.call(&format!("client-{number}"), CLIENTS + 1);
        connection.send(&s.request().json(&json!({ "payload": payload }))).await?;
        gone.push(connection);
    }
    barrier.gather(s, CLIENTS, |name| !is_done(name)).await?;
    for (number, connection) in gone.into_iter().enumerate() {
        if number % 2 == 0 {
            connection.reset();
        }
    }
    echo(s).await.during("another client meanwhile")?;
    s.act(barrier.call("the-last", CLIENTS + 1)).await?.is(200).during("another client meanwhile")?;
    barrier.gather(s, CLIENTS + 1, is_done).await.during("each function runs to its end")?;
    eventually(&format!("{before} descriptors, as before"), || async {
        let now = s.instance().descriptors().await?;
        Ok(if now <= before { Ok(()) } else { Err(format!("{now} descriptors")) })
    })
    .await
}

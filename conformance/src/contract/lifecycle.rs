//! How a runtime ends, and how it comes back.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use super::barrier::{Barrier, is_done};
use super::expect::{During, Expect, echo, ensure};
use super::requirement::{Requirement, check};
use super::steps::{self, Probe, Step};
use crate::backend::{CheckError, CheckResult, Launch, Signal};
use crate::fixture::{Server, ServerContext, eventually};
use crate::wire::Error;
use protocol::limit;

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "lifecycle/stop",
        "[SIGTERM when idle], or [while requests keep coming]: [exit code 0] [within 5 s] by the \
         engine's own times.",
        check!(Own, stop),
    ),
    Requirement::should(
        "lifecycle/interrupt",
        "[SIGINT when idle]: [exit code 0] [within 5 s] by the engine's own times.",
        check!(Own, interrupt),
    ),
    Requirement::must(
        "lifecycle/drain",
        "SIGTERM with a request in flight (the function waits for a file released after the \
         signal): [it completes] [with `Connection: close`], [idle connections are closed], [new \
         ones get no answer], [exit code 0].",
        check!(Own, drain),
    )
    .depends_on(&["lifecycle/stop"]),
    Requirement::must(
        "lifecycle/crash",
        "A function that ends the process (exit code 3, [SIGKILL]): [the client gets an error or \
         a closed connection], [never a 2xx], and either [the container exits non-zero] or the \
         next request is served.",
        check!(Own, crash),
    ),
    Requirement::must("lifecycle/restart", "`docker restart` [serves again].", check!(Own, restart)),
    Requirement::should(
        "lifecycle/orphans",
        "200 child processes that outlive their parent [do not use up the 128 pids].",
        check!(Own, orphans),
    )
    .steps(&["orphans"]),
];

async fn ends_well(s: &Server) -> CheckResult {
    let expected = "exit code 0";
    match s.end().await? {
        Some(exit) => ensure(exit.code == 0, expected, format!("exit code {}", exit.code)),
        None => Err(CheckError::broken(expected, "it still runs after 10 s")),
    }
}

async fn ends_in_time(s: &Server) -> CheckResult {
    ends_well(s).await?;
    let took = s.signal_to_end().await?;
    ensure(
        took <= limit::STOP,
        format!("an end within {} s", limit::STOP.as_secs()),
        format!("{} ms", took.as_millis()),
    )
}

async fn stops(s: &Server, signal: Signal) -> CheckResult {
    echo(s).await?;
    let mut idle = s.connect().await?;
    idle.exchange(&s.request().json(&json!({}))).await?.is(200)?;
    s.signal(signal).await?;
    ends_in_time(s).await
}

/// Whether a request on a new connection gets an answer.
async fn answers(s: &Server) -> bool {
    match s.connect().await {
        Ok(mut connection) => connection.exchange(&s.request().json(&json!({}))).await.is_ok(),
        Err(_) => false,
    }
}

/// A signal and a connection that come in one turn of an event loop are seen in one order or the other.
/// It takes luck: a server that never ended if it saw the signal first failed in 3 of 8 tries.
async fn stops_amid_requests(s: &Server) -> CheckResult {
    const CALLERS: usize = 8;
    echo(s).await?;
    let caller = async |_| {
        loop {
            if !answers(s).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    let end = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        s.signal(Signal::Terminate).await?;
        ends_in_time(s).await
    };
    tokio::select! {
        never = join_all((0..CALLERS).map(caller)) => match never[0] {},
        ended = end => ended,
    }
}

async fn stop(s: &ServerContext) -> CheckResult {
    stops(s, Signal::Terminate).await?;
    let unused = s.serve(Launch::default()).await?;
    unused.signal(Signal::Terminate).await?;
    ends_well(&unused).await.during("before any function was loaded")?;
    let busy = s.serve(Launch::default()).await?;
    stops_amid_requests(&busy).await.during("while requests keep coming")
}

async fn interrupt(s: &ServerContext) -> CheckResult {
    stops(s, Signal::Interrupt).await
}

async fn drain(s: &ServerContext) -> CheckResult {
    let barrier = Barrier::new();
    let mut idle = s.connect().await?;
    idle.exchange(&s.request().json(&json!({}))).await?.is(200)?;
    let mut busy = s.connect().await?;
    busy.send(&s.request().json(&json!({ "payload": barrier.call("in-flight", 2) }))).await?;
    barrier.gather(s, 1, |name| !is_done(name)).await?;

    s.signal(Signal::Terminate).await?;
    idle.ended().await.during("an idle connection is closed")?;
    let refused = eventually("no answer to a new connection", || async {
        Ok(if answers(s).await { Err("it was answered".to_string()) } else { Ok(()) })
    });
    refused.await?;
    ensure(s.ended().await?.is_none(), "the server waits for the request in flight", "it has ended")?;

    s.instance().touch(&barrier.place("released")).await?;
    let answer = busy.receive().await.during("the request in flight completes")?;
    answer.is(200)?;
    ensure(answer.closes(), "it completes with Connection: close", format!("{:?}", answer.headers))?;
    busy.ended().await.during("its connection is closed")?;
    ends_well(s).await
}

/// A function that ends the process: no 2xx, and a container that either failed or serves on.
async fn crashes(s: &Server, step: Step, what: &str) -> CheckResult {
    let request = s.request().json(&json!({ "payload": steps::payload([step]) }));
    let mut connection = s.connect().await?;
    connection.send(&request).await?;
    match connection.receive().await {
        Ok(answer) => ensure(answer.status >= 400, format!("{what}: an error"), answer.summary())?,
        Err(Error::Closed(_)) => {}
        Err(error) => {
            return Err(CheckError::broken(
                format!("{what}: an error or a closed connection"),
                error.to_string(),
            ));
        }
    }
    let expected = format!("{what}: the container exits non-zero, or the next request is served");
    eventually(&expected, || async {
        if let Some(exit) = s.ended().await? {
            let actual = format!("it exited with {}", exit.code);
            return if exit.code == 0 { Err(CheckError::broken(&expected, actual)) } else { Ok(Ok(())) };
        }
        Ok(echo(s).await.map(|_| ()).map_err(|_| "neither".to_string()))
    })
    .await
}

async fn crash(s: &ServerContext) -> CheckResult {
    crashes(s, Step::exit(3), "exit code 3").await?;
    let other = s.serve(Launch::default()).await?;
    crashes(&other, Step::kill(), "SIGKILL").await
}

async fn restart(s: &ServerContext) -> CheckResult {
    echo(s).await?;
    let mut server = s.server().clone();
    for _ in 0..2 {
        server.restart().await?;
        echo(&server).await.during("after a restart")?;
    }
    Ok(())
}

async fn orphans(s: &ServerContext) -> CheckResult {
    let limit = s.spec().processes;
    let count = limit + limit / 2 + 8; // the 200 of the requirement, if the limit is its 128
    let started = s.run([Step::orphans(count), Step::answer()]).await?;
    started.is(200)?;
    echo(s).await.during("the next request")?;
    s.run([Step::orphans(10), Step::answer()]).await?.is(200)?;
    Ok(())
}

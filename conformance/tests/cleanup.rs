//! Nothing stays in the engine: not after success, failure, a panic or Ctrl-C; and what a kill -9 left
//! behind, the next run removes. Each test first sees that there was something to remove.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use conformance::backend::{CheckResult, Launch};
use conformance::contract::{Check, Requirement, ServerCheck};
use conformance::fixture::ServerContext;
use conformance::plan::{self, Plan, Planned, Selection};
use conformance::report::Verdict;
use conformance::run::{self, Run, Terminal};
use engine::Engine;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

/// A check that takes ten seconds, so that there is time to interrupt it.
const SLOW: &str = "node:24/server/keep-alive";
/// How long a container may take to appear, its image built if need be.
const TIMEOUT: Duration = Duration::from_secs(600);

/// The command, started on the slow check, once it has containers in the engine: the one that holds the image, and a
/// server's.
async fn started(engine: &Engine) -> (Child, u32) {
    let folder = journal();
    let child = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["check", SLOW])
        .env("CARGO_TARGET_DIR", folder)
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the command starts");
    let id = child.id().expect("the command runs");
    let begun = Instant::now();
    loop {
        let seen = engine.of_process(id).await.expect("the engine answers");
        if seen.containers.len() >= 2 {
            return (child, id);
        }
        assert!(begun.elapsed() < TIMEOUT, "the command started nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A folder for a journal of its own, so that the gate's is not overwritten.
fn journal() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("conformance-cleanup-{:08x}", rand::random::<u32>()))
}

async fn signal(id: u32, name: &str) {
    let arguments = [format!("-{name}"), id.to_string()];
    let sent = Command::new("kill").args(arguments).status().await.expect("kill starts");
    assert!(sent.success());
}

/// One at a time: any run removes what a killed one left, also before a test has seen it.
static ONE: Mutex<()> = Mutex::const_new(());

async fn engine() -> Engine {
    Engine::connect(run::owner("cleanup-test")).await.expect("an engine answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_leaves_nothing_and_ends_with_130() {
    let _one = ONE.lock().await;
    let engine = engine().await;
    for name in ["INT", "TERM"] {
        let (mut child, id) = started(&engine).await;
        signal(id, name).await;
        let status = child.wait().await.expect("the command ends");
        assert_eq!(status.code(), Some(130), "after SIG{name}");
        let left = engine.of_process(id).await.expect("the engine answers");
        assert!(left.is_empty(), "after SIG{name} there are {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_the_next_one_removes() {
    let _one = ONE.lock().await;
    let engine = engine().await;
    let (mut child, id) = started(&engine).await;
    signal(id, "KILL").await;
    child.wait().await.expect("the command ends");
    let left = engine.of_process(id).await.expect("the engine answers");
    assert!(!left.containers.is_empty(), "a killed run leaves something behind");

    let next = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["check", "node:24/server/any-path"])
        .env("CARGO_TARGET_DIR", journal())
        .status()
        .await
        .expect("the command starts");
    assert!(next.success());
    let left = engine.of_process(id).await.expect("the engine answers");
    assert!(left.is_empty(), "the next run left {left:?}");
}

/// Runs one check of ours in place of a requirement's, and returns its verdict; nothing may be left.
async fn after(check: ServerCheck) -> Verdict {
    let _one = ONE.lock().await;
    let root = plan::repository().expect("the repository is found");
    let runtimes = plan::discover(&root).expect("the runtimes are found");
    let selection = Selection::of(&["node:24/server/port".to_string()]);
    let plan = Plan::of(&runtimes, plan::today())
        .and_then(|plan| plan.select(&selection))
        .expect("node:24 is there");
    let requirement = Requirement { check: Check::Shared(check), ..*plan.planned[0].requirement };
    let planned = Planned { requirement: Box::leak(Box::new(requirement)), ..plan.planned[0].clone() };
    let run = Arc::new(Run::new_in(&root, plan, Arc::new(Terminal::new(false)), &journal()).expect("a run"));
    let outcome = run.check(&planned).await;
    let summary = run.finish(1).await;
    assert!(summary.faults.is_empty(), "{:?}", summary.faults);
    let left = run.left().await.expect("the engine answers");
    assert!(left.is_empty(), "there are {left:?}");
    outcome.verdict
}

async fn starts_a_second_server(s: &ServerContext) -> CheckResult {
    s.serve(Launch::default()).await?;
    let there = s.runtime().session().engine().await?.mine().await?;
    assert!(there.containers.len() >= 3, "there was something to remove");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn success_leaves_nothing() {
    let verdict = after(|s| Box::pin(starts_a_second_server(s))).await;
    assert_eq!(verdict, Verdict::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn failure_leaves_nothing() {
    let verdict = after(|s| {
        Box::pin(async move {
            starts_a_second_server(s).await?;
            Err(conformance::backend::CheckError::broken("this", "that"))
        })
    })
    .await;
    assert!(matches!(verdict, Verdict::Failed { .. }), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_leaves_nothing_and_is_the_harness_s_fault() {
    let verdict = after(|s| {
        Box::pin(async move {
            starts_a_second_server(s).await?;
            panic!("on purpose")
        })
    })
    .await;
    let Verdict::Fault { reason } = verdict else { panic!("{verdict:?}") };
    assert!(reason.contains("on purpose"), "{reason}");
}

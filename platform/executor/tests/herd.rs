//! The executor on a clock that stands still: herds, time-outs, deployments and what is idle.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapter::memory::{Behaviour, Memory, Seen};
use bytes::Bytes;
use executor::{Active, Answer, Call, Executor, Refusal, Settings, Start};
use function::Limits;
use hyper::Request;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// An executor over instances in memory.
struct Bench {
    executor: Arc<Executor>,
    memory: Arc<Memory>,
    seen: Arc<Seen>,
}

impl Bench {
    fn new(behaviour: Behaviour, settings: Settings) -> Self {
        let memory = Arc::new(Memory::new(behaviour));
        Bench { executor: Executor::new(memory.clone(), settings), seen: memory.seen(), memory }
    }

    fn serve(&self, limits: Limits) {
        self.executor.serve(&active(1, limits), &BTreeMap::new());
    }

    async fn call(&self) -> Result<Answer, Refusal> {
        self.executor.admit("f")?.run(call("1")).await
    }

    /// So many calls at once, and what came of each.
    async fn calls(&self, number: usize) -> Vec<Result<Answer, Refusal>> {
        let mut calls = JoinSet::new();
        for _ in 0..number {
            let executor = self.executor.clone();
            calls.spawn(async move { executor.admit("f")?.run(call("1")).await });
        }
        calls.join_all().await
    }
}

fn active(deployment: u32, limits: Limits) -> Active {
    Active {
        function: "f".parse().expect("a name"),
        deployment,
        image: "image".into(),
        digest: "digest".into(),
        package: PathBuf::from("package"),
        entrypoint: "main".into(),
        file: None,
        limits,
    }
}

fn call(body: &'static str) -> Call {
    let request = Request::builder().uri("/function/f").header("content-type", "application/json");
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    let client = "127.0.0.1".parse().expect("an address");
    Call::of(&parts, "/", &Bytes::from_static(body.as_bytes()), client).expect("a call")
}

fn one() -> Limits {
    Limits { instances: 1, ..Limits::default() }
}

/// Lets what was spawned run; the clock stands still.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn two_hundred_first_calls_of_one_instance_are_one_start() {
    for at_once in [1, 8] {
        let bench = Bench::new(Behaviour::default(), Settings::default());
        bench.serve(Limits { at_once, ..one() });
        let answers = bench.calls(200).await;
        let failed: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(Seen::count(&bench.seen.started), 1);
        assert_eq!(Seen::count(&bench.seen.most_at_once), at_once as usize);
        let cold = |answer: &&Result<Answer, Refusal>| {
            answer.as_ref().is_ok_and(|answer| answer.timings.how == Start::Cold)
        };
        assert_eq!(answers.iter().filter(cold).count(), 1, "one call had it started");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_start_as_many_instances_as_are_missing_and_may_be() {
    for (calls, at_once, instances, expected) in
        [(1, 1, 4, 1), (3, 1, 4, 3), (9, 1, 4, 4), (9, 8, 4, 2), (8, 8, 4, 1)]
    {
        let bench = Bench::new(Behaviour::default(), Settings::default());
        bench.serve(Limits { at_once, instances, ..Limits::default() });
        assert!(bench.calls(calls).await.iter().all(Result::is_ok));
        let started = Seen::count(&bench.seen.started);
        assert_eq!(started, expected, "{calls} calls, {at_once} at once, {instances} instances");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_full_says_so_at_once() {
    let bench = Bench::new(Behaviour::default(), Settings::default());
    bench.serve(Limits { queue: 2, ..one() });
    let begun = Instant::now();
    let answers = bench.calls(5).await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 2);
    let problem = refused[0].problem();
    assert_eq!((problem.status, problem.retry_after), (429, Some(1)));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_is_told_that_it_was_the_queue() {
    let behaviour = Behaviour { run: Duration::from_secs(3600), ..Behaviour::default() };
    let bench = Bench::new(behaviour, Settings::default());
    bench.serve(Limits { timeout_ms: 3_600_000, ..one() });
    let answers = bench.calls(2).await;
    let kinds: Vec<String> =
        answers.into_iter().filter_map(Result::err).map(|refusal| refusal.problem().kind).collect();
    assert!(kinds.contains(&"urn:open-runtimes:queue-timeout".to_string()), "{kinds:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_that_fails_is_told_to_all_who_wait_and_tried_again_by_the_next() {
    let bench = Bench::new(Behaviour { start_fails: true, ..Behaviour::default() }, Settings::default());
    bench.serve(one());
    for answer in bench.calls(20).await {
        assert_eq!(answer.expect_err("it cannot start").problem().kind, "urn:open-runtimes:start-failed");
    }
    assert_eq!(Seen::count(&bench.seen.started), 1, "a herd is one attempt");
    bench.memory.behave(Behaviour::default());
    bench.call().await.expect("now it can");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_never_gets_ready_has_a_budget_of_its_own_and_goes() {
    let bench = Bench::new(Behaviour { is_ready: false, ..Behaviour::default() }, Settings::default());
    bench.serve(Limits { timeout_ms: 1, ..one() });
    let begun = Instant::now();
    let refusal = bench.call().await.expect_err("it never is");
    assert_eq!(refusal.problem().kind, "urn:open-runtimes:start-timeout");
    assert_eq!(begun.elapsed().as_secs(), Settings::default().start.as_secs());
    assert_eq!(Seen::count(&bench.seen.stopped), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_runs_out_ends_its_instance_before_the_answer() {
    let bench =
        Bench::new(Behaviour { run: Duration::from_secs(60), ..Behaviour::default() }, Settings::default());
    bench.serve(Limits { timeout_ms: 1000, ..one() });
    let refusal = bench.call().await.expect_err("it runs out");
    assert_eq!(refusal.problem().status, 504);
    assert_eq!(Seen::count(&bench.seen.killed), 1, "it was ended with the call inside");
    bench.call().await.expect_err("it runs out again");
    assert_eq!(Seen::count(&bench.seen.started), 2);
}

#[tokio::test(start_paused = true)]
async fn with_more_calls_at_once_the_others_are_let_end() {
    let bench = Bench::new(
        Behaviour { run: Duration::from_millis(900), ..Behaviour::default() },
        Settings::default(),
    );
    bench.serve(Limits { timeout_ms: 1000, at_once: 2, ..one() });
    bench.call().await.expect("it answers");
    bench.memory.behave(Behaviour { run: Duration::from_secs(60), ..Behaviour::default() });
    let answers = bench.calls(2).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(Seen::count(&bench.seen.killed), 0);
}

#[tokio::test(start_paused = true)]
async fn an_idle_instance_goes_and_a_busy_one_stays() {
    let behaviour = Behaviour { run: Duration::from_secs(20), ..Behaviour::default() };
    let bench = Bench::new(behaviour, Settings::default());
    bench.serve(Limits { idle_ms: 1000, ..one() });
    bench.call().await.expect("a call longer than the idle time ends well");
    assert_eq!(Seen::count(&bench.seen.stopped), 0);
    sleep(Duration::from_secs(2)).await;
    assert_eq!((Seen::count(&bench.seen.stopped), Seen::count(&bench.seen.killed)), (1, 0));
    assert!(bench.executor.instances().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_frees_no_place_that_is_taken() {
    let behaviour = Behaviour { run: Duration::from_secs(5), ..Behaviour::default() };
    let bench = Bench::new(behaviour, Settings::default());
    bench.serve(one());
    let gone = tokio::time::timeout(Duration::from_secs(1), bench.call()).await;
    assert!(gone.is_err(), "the client has gone");
    bench.call().await.expect("it waits for its turn");
    assert_eq!(Seen::count(&bench.seen.most_at_once), 1);
    assert_eq!((Seen::count(&bench.seen.started), Seen::count(&bench.seen.answered)), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_pool_answers_without_a_start_and_is_filled_behind() {
    let behaviour = Behaviour { delivers: true, ..Behaviour::default() };
    let bench = Bench::new(behaviour, Settings::default());
    bench.serve(one());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(Seen::count(&bench.seen.started), 1, "one waits");
    let begun = Instant::now();
    let answer = bench.call().await.expect("it answers");
    assert_eq!(answer.timings.how, Start::Pool);
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    assert_eq!(bench.call().await.expect("it answers").timings.how, Start::Warm);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((Seen::count(&bench.seen.delivered), Seen::count(&bench.seen.started)), (1, 2));
    bench.executor.remove(&"f".parse().expect("a name")).await;
    settle().await;
    assert_eq!(Seen::count(&bench.seen.stopped), 2, "nobody has a use for what waits");
}

#[tokio::test(start_paused = true)]
async fn a_new_deployment_takes_over_and_no_call_is_lost() {
    let bench = Bench::new(
        Behaviour { run: Duration::from_millis(500), ..Behaviour::default() },
        Settings::default(),
    );
    bench.serve(one());
    let calls = bench.calls(10);
    let change = async {
        sleep(Duration::from_millis(1200)).await;
        let prepared = bench.executor.prepare(&active(2, one())).await.expect("it starts");
        bench.executor.put(prepared, &BTreeMap::new());
        bench.call().await
    };
    let (answers, after) = tokio::join!(calls, change);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    after.expect("the new one answers");
    sleep(Duration::from_secs(10)).await;
    let rows = bench.executor.instances();
    assert_eq!(rows.iter().map(|row| row.deployment).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!((Seen::count(&bench.seen.stopped), Seen::count(&bench.seen.killed)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_does_not_start_changes_nothing() {
    let bench = Bench::new(Behaviour::default(), Settings::default());
    bench.serve(one());
    bench.call().await.expect("it answers");
    bench.memory.behave(Behaviour { is_ready: false, ..Behaviour::default() });
    bench.executor.prepare(&active(2, one())).await.expect_err("it never is ready");
    bench.call().await.expect("the old one answers");
    assert_eq!(bench.executor.instances().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn memory_is_promised_once() {
    let settings = Settings { memory: 300, ..Settings::default() };
    let bench = Bench::new(Behaviour { run: Duration::from_secs(1), ..Behaviour::default() }, settings);
    bench.serve(Limits::default());
    assert!(bench.calls(2).await.iter().all(Result::is_ok), "the second waits for the first one's instance");
    assert_eq!(Seen::count(&bench.seen.started), 1);
    let other = Active { function: "g".parse().expect("a name"), ..active(1, one()) };
    bench.executor.serve(&other, &BTreeMap::new());
    let refusal = bench.executor.admit("g").expect("let in").run(call("1")).await.expect_err("no memory");
    assert_eq!(refusal.problem().kind, "urn:open-runtimes:no-memory");
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_nothing_and_tells_who_waits() {
    let behaviour = Behaviour { run: Duration::from_secs(60), delivers: true, ..Behaviour::default() };
    let bench = Bench::new(behaviour, Settings::default());
    bench.serve(Limits { timeout_ms: 100_000, ..one() });
    let stop = async {
        sleep(Duration::from_secs(1)).await;
        bench.executor.stop().await;
    };
    let (answers, ()) = tokio::join!(bench.calls(3), stop);
    assert!(answers.iter().all(Result::is_err));
    sleep(Duration::from_secs(5)).await;
    assert_eq!(Seen::count(&bench.seen.started), Seen::count(&bench.seen.stopped));
    assert!(bench.executor.admit("f").is_err());
}

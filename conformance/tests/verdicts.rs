//! Whose fault it is, and what is expected: each way to a verdict, made to happen.

mod backend;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backend::{Nowhere, empty_package, planned, run_over, session, spec};
use conformance::backend::{
    Backend, BackendFuture, BuildJob, Built, CheckError, CheckResult, Instance, Launch, Release, Source,
};
use conformance::contract::{Check, ContextCheck, Level, Requirement};
use conformance::fixture::{Context, Runtime};
use conformance::plan::{Exceptions, Expectation, Standing};
use conformance::report::{Outcome, Tally, Verdict, expectations};
use conformance::run::Order;
use conformance::wire::Request;
use engine::Image;
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 6, 15);

/// The outcome of one check of ours, under what a manifest excepts.
async fn outcome(requirement: Requirement, exceptions: Exceptions, place: Nowhere) -> Outcome {
    let session = session("verdicts");
    let runtime = Arc::new(Runtime::at(Box::new(place), spec(), session.clone()));
    let planned = planned(&runtime, requirement, exceptions);
    let (run, folder) = run_over(vec![runtime], vec![planned.clone()], session);
    let run = Arc::new(run);
    let outcome = run.check(&planned).await;
    let summary = run.finish(1).await;
    assert!(summary.faults.is_empty(), "{:?}", summary.faults);
    std::fs::remove_dir_all(folder).expect("the journal was written");
    outcome
}

fn requirement(check: ContextCheck) -> Requirement {
    Requirement::must("auth/wrong", "A requirement of this test's.", Check::Empty(check))
}

fn expecting(until: Date) -> Exceptions {
    let expectation = Expectation { reason: "known".into(), until, issue: Some("#1".into()), versions: None };
    Exceptions {
        expected: [("auth/wrong".to_string(), expectation)].into(),
        today: TODAY,
        ..Exceptions::default()
    }
}

const PASSES: ContextCheck = |_| Box::pin(async { Ok(()) });
const FAILS: ContextCheck = |_| Box::pin(async { Err(CheckError::broken("this", "that")) });

#[tokio::test]
async fn a_failure_expected_until_today_is_not_red() {
    let outcome = outcome(requirement(FAILS), expecting(TODAY), Nowhere).await;
    let Verdict::Expected { reason, until, actual } = &outcome.verdict else { panic!("{outcome:?}") };
    assert_eq!((reason.as_str(), until.as_str(), actual.as_str()), ("known (#1)", "2026-06-15", "that"));
    assert!(!outcome.is_failure());
    assert_eq!(Tally::of([&outcome]).expected, 1);
}

#[tokio::test]
async fn a_failure_whose_day_is_past_is_red() {
    let outcome = outcome(requirement(FAILS), expecting(TODAY.yesterday().expect("a day")), Nowhere).await;
    let Verdict::Failed { actual, .. } = &outcome.verdict else { panic!("{outcome:?}") };
    assert!(actual.contains("2026-06-14") && outcome.is_failure(), "{actual}");
}

#[tokio::test]
async fn an_expected_failure_that_passes_is_red() {
    let outcome = outcome(requirement(PASSES), expecting(TODAY), Nowhere).await;
    let Verdict::Failed { actual, .. } = &outcome.verdict else { panic!("{outcome:?}") };
    assert!(actual.contains("remove the expectation") && outcome.is_failure(), "{actual}");
}

#[tokio::test]
async fn the_lines_to_paste_are_a_valid_expectation() {
    let outcome = outcome(requirement(FAILS), Exceptions::default(), Nowhere).await;
    let lines = expectations(&[outcome], "2026-07-15");
    let parsed: toml::Table = lines.parse().expect("what one pastes is TOML");
    let entry = parsed["expected"]["auth/wrong"].clone();
    let expectation: Expectation = entry.try_into().expect("and an expectation");
    assert_eq!(expectation.until, date(2026, 7, 15));
    assert_eq!(expectation.versions, Some(vec!["1".to_string()]));
}

#[tokio::test]
async fn a_should_that_is_broken_warns() {
    let outcome =
        outcome(Requirement { level: Level::Should, ..requirement(FAILS) }, Exceptions::default(), Nowhere)
            .await;
    assert!(outcome.is_warning() && !outcome.is_failure());
}

fn unstable(named: bool) -> Exceptions {
    Exceptions { standing: Standing::of(Release::Forky, named), ..Exceptions::default() }
}

#[tokio::test]
async fn a_failure_of_an_unstable_version_warns() {
    let broken = outcome(requirement(FAILS), unstable(false), Nowhere).await;
    let panics: ContextCheck = |_| Box::pin(async { panic!("on purpose") });
    let fault = outcome(requirement(panics), unstable(false), Nowhere).await;
    for outcome in [&broken, &fault] {
        assert!(outcome.is_warning() && !outcome.is_failure(), "{outcome:?}");
        let written = serde_json::to_value(outcome).expect("it is JSON");
        assert_eq!((&written["unstable"], &written["only_warns"]), (&true.into(), &true.into()));
    }
    let tally = Tally::of([&broken, &fault]);
    assert_eq!((tally.warnings, tally.red(), tally.total()), (2, 0, 2));
}

#[tokio::test]
async fn a_failure_of_an_unstable_version_that_is_selected_by_its_name_is_red() {
    let outcome = outcome(requirement(FAILS), unstable(true), Nowhere).await;
    assert!(outcome.unstable && outcome.is_failure() && !outcome.is_warning());
}

#[tokio::test]
async fn an_unstable_version_that_passes_is_only_marked() {
    let outcome = outcome(requirement(PASSES), unstable(false), Nowhere).await;
    assert!(outcome.unstable && outcome.verdict == Verdict::Passed && !outcome.is_warning());
}

#[tokio::test]
async fn a_request_that_cannot_be_made_is_the_harness_s_fault() {
    async fn check(s: &Context) -> CheckResult {
        let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let client = conformance::wire::Client::new(nowhere, s.transcript().clone());
        client.send(&Request::post().method("NO METHOD")).await?;
        Ok(())
    }
    is_fault(
        outcome(requirement(|s| Box::pin(check(s))), Exceptions::default(), Nowhere).await,
        "could not be made",
    );
}

#[tokio::test]
async fn a_watchdog_that_is_too_short_is_the_harness_s_fault() {
    let slow: ContextCheck = |_| {
        Box::pin(async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Ok(())
        })
    };
    let slow = requirement(slow).timeout(Duration::from_millis(50));
    is_fault(outcome(slow, Exceptions::default(), Nowhere).await, "timeout");
}

#[tokio::test]
async fn a_panic_is_the_harness_s_fault() {
    let panics: ContextCheck = |_| Box::pin(async { panic!("on purpose") });
    is_fault(outcome(requirement(panics), Exceptions::default(), Nowhere).await, "on purpose");
}

#[tokio::test]
async fn an_engine_that_fails_is_the_harness_s_fault() {
    async fn check(s: &Context) -> CheckResult {
        s.runtime().image().await.map(|_| ())
    }
    is_fault(
        outcome(requirement(|s| Box::pin(check(s))), Exceptions::default(), Nowhere).await,
        "the engine is gone",
    );
}

#[tokio::test]
async fn a_registry_that_is_down_blocks_and_is_told_apart() {
    async fn check(s: &Context) -> CheckResult {
        s.runtime().run_build(&BuildJob::of(Source::Probe)).await.map(|_| ())
    }
    let down = outcome(requirement(|s| Box::pin(check(s))), Exceptions::default(), Nowhere).await;
    let Verdict::Blocked { by, reason } = &down.verdict else { panic!("{down:?}") };
    assert_eq!(by, "a package registry");
    assert!(reason.contains("EAI_AGAIN"), "{reason}");
}

/// Counts the instances that it is asked for, and has none.
#[derive(Debug)]
struct Counting(Arc<AtomicUsize>);

impl Backend for Counting {
    fn image(&self) -> BackendFuture<'_, Image> {
        Nowhere.image()
    }

    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>> {
        Nowhere.bare()
    }

    fn build<'a>(&'a self, _: &'a BuildJob) -> BackendFuture<'a, Built> {
        empty_package()
    }

    fn prepare<'a>(&'a self, _: &'a Launch, _: Option<Arc<Vec<u8>>>) -> BackendFuture<'a, Arc<dyn Instance>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Err(CheckError::Fault("none is had here".into())) })
    }
}

/// How many servers two checks ask for that share one.
async fn servers(order: Order) -> usize {
    let session = session("order");
    let asked = Arc::new(AtomicUsize::new(0));
    let runtime = Arc::new(Runtime::at(Box::new(Counting(asked.clone())), spec(), session.clone()));
    let check = Check::Shared(|_| Box::pin(async { Ok(()) }));
    let planned = ["auth/wrong", "auth/missing"].map(|id| {
        let requirement = Requirement::must(id, "A requirement of this test's.", check);
        planned(&runtime, requirement, Exceptions::default())
    });
    let (run, folder) = run_over(vec![runtime], planned.to_vec(), session);
    let run = Arc::new(run.ordered(order));
    for planned in run.in_order() {
        run.check(planned).await;
    }
    let order: Vec<String> = run.finish(2).await.outcomes.into_iter().map(|outcome| outcome.id).collect();
    assert_eq!(order, ["auth/wrong", "auth/missing"], "the report is in the order of the contract");
    std::fs::remove_dir_all(folder).expect("the journal was written");
    asked.load(Ordering::SeqCst)
}

#[tokio::test]
async fn checks_share_a_server_unless_each_is_to_be_alone() {
    assert_eq!(servers(Order::default()).await, 1);
    assert_eq!(servers(Order { alone: true, seed: Some(1) }).await, 2);
}

fn is_fault(outcome: Outcome, why: &str) {
    let Verdict::Fault { reason } = &outcome.verdict else { panic!("{outcome:?}") };
    assert!(reason.contains(why), "{reason}");
    assert!(outcome.is_failure());
}

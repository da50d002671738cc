//! Images are built side by side, a bounded number of them, and in no check's time that is measured.

mod backend;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backend::{Nowhere, empty_package, planned, session, spec};
use conformance::backend::{Backend, BackendFuture, BuildJob, Built, CheckResult, Instance, Launch, Spec};
use conformance::contract::{Check, Requirement};
use conformance::fixture::{Context, Runtime, eventually};
use conformance::plan::Exceptions;
use conformance::run::Run;
use engine::Image;
use protocol::RuntimeId;
use tokio::sync::OnceCell;

/// How long an image takes: long enough that another can begin meanwhile.
const BUILD: Duration = Duration::from_millis(50);

static BUILDING: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static BUILT: AtomicUsize = AtomicUsize::new(0);

/// A backend whose image takes a while.
#[derive(Debug, Default)]
struct Slow(OnceCell<()>);

impl Backend for Slow {
    fn image(&self) -> BackendFuture<'_, Image> {
        Box::pin(async {
            let build = || async {
                MOST.fetch_max(BUILDING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(BUILD).await;
                BUILDING.fetch_sub(1, Ordering::SeqCst);
                BUILT.fetch_add(1, Ordering::SeqCst);
            };
            self.0.get_or_init(build).await;
            Ok(Image { size: 1, ..Image::default() })
        })
    }

    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>> {
        Nowhere.bare()
    }

    fn build<'a>(&'a self, _: &'a BuildJob) -> BackendFuture<'a, Built> {
        empty_package()
    }

    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> BackendFuture<'a, Arc<dyn Instance>> {
        Nowhere.prepare(launch, package)
    }
}

/// A run over that many versions, of each of which one requirement is checked.
fn run_over(versions: usize, check: Check) -> (Arc<Run>, std::path::PathBuf) {
    let session = session("ahead");
    let specs = (0..versions).map(|number| {
        let id = RuntimeId::new("slow", number.to_string());
        Spec { image: id.image(), id, ..spec() }
    });
    let runtimes: Vec<_> =
        specs.map(|spec| Arc::new(Runtime::at(Box::new(Slow::default()), spec, session.clone()))).collect();
    let requirement = Requirement::must("auth/wrong", "One of ours.", check);
    let planned = runtimes.iter().map(|runtime| planned(runtime, requirement, Exceptions::default()));
    let planned = planned.collect();
    let (run, folder) = backend::run_over(runtimes, planned, session);
    (Arc::new(run), folder)
}

async fn built(number: usize) -> CheckResult {
    eventually("as many images", || async {
        let built = BUILT.load(Ordering::SeqCst);
        Ok(if built == number { Ok(()) } else { Err(format!("{built}")) })
    })
    .await
}

/// A check that needs no server, and finds no image being built.
async fn is_alone(_: &Context) -> CheckResult {
    assert_eq!(BUILDING.load(Ordering::SeqCst), 0, "an image is built beside a check that measures time");
    tokio::time::sleep(BUILD).await;
    assert_eq!(BUILDING.load(Ordering::SeqCst), 0, "an image is built beside a check that measures time");
    Ok(())
}

/// One test, since what it counts is one for the process.
#[tokio::test(flavor = "multi_thread")]
async fn images_are_built_two_at_a_time_and_not_beside_what_is_timed() {
    let timed = Check::Exclusive(|s| Box::pin(is_alone(s)));
    let (run, folder) = run_over(5, timed);
    let made = run.build_images().await.expect("five images");
    let names: Vec<String> = made.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [0, 1, 2, 3, 4].map(|number| format!("open-runtimes/slow:{number}")));
    assert_eq!((MOST.load(Ordering::SeqCst), BUILT.load(Ordering::SeqCst)), (2, 5));
    std::fs::remove_dir_all(folder).expect("the journal");

    MOST.store(0, Ordering::SeqCst);
    let (run, folder) = run_over(5, timed);
    run.build_ahead();
    for planned in run.planned() {
        let outcome = run.check(planned).await;
        assert!(!outcome.is_failure(), "{outcome:?}");
    }
    built(10).await.expect("five more, though no check asked for one");
    assert_eq!(MOST.load(Ordering::SeqCst), 2);
    assert!(run.finish(5).await.faults.is_empty());
    std::fs::remove_dir_all(folder).expect("the journal");

    // What needs no server may need no image, and then none is built for it.
    let (run, folder) = run_over(5, Check::Empty(|s| Box::pin(is_alone(s))));
    run.build_ahead();
    for planned in run.planned() {
        run.check(planned).await;
    }
    assert!(run.finish(5).await.faults.is_empty());
    assert_eq!(BUILT.load(Ordering::SeqCst), 10);
    std::fs::remove_dir_all(folder).expect("the journal");

    // The end of a run is the end of its builds.
    let (run, folder) = run_over(50, timed);
    run.build_ahead();
    tokio::time::sleep(BUILD / 2).await;
    run.finish(0).await;
    assert!(BUILT.load(Ordering::SeqCst) < 60);
    std::fs::remove_dir_all(folder).expect("the journal");
}

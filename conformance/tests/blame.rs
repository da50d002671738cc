//! Whose failure it is that a server does not serve: the runtime's, named as what it is, and not the harness's.

mod backend;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use agent::Look;
use backend::{Nowhere, empty_package, planned, run_over, session, spec};
use conformance::backend::{
    Backend, BackendFuture, BuildJob, Built, CheckError, CheckResult, Instance, Launch, Signal,
};
use conformance::contract::{Check, Requirement};
use conformance::fixture::{Runtime, ServerContext};
use conformance::plan::Exceptions;
use conformance::report::{Outcome, Verdict};
use engine::{Exit, Image, Log};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// What becomes of the first server that is started; the others serve.
#[derive(Clone, Copy, Debug)]
enum Fate {
    CannotStart,
    Ends,
    Wedges,
    Dies,
}

/// Starts servers that answer each connection with 401; the first meets its fate once the check has asked it.
#[derive(Debug)]
struct Scripted(Fate, AtomicUsize);

impl Backend for Scripted {
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
        let first = self.1.fetch_add(1, Ordering::SeqCst) == 0;
        Box::pin(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("its number");
            let fate = first.then_some(self.0);
            let asked = Arc::new(AtomicUsize::new(0));
            tokio::spawn(serve(listener, fate, asked.clone()));
            Ok(Arc::new(Scene { address, fate, asked }) as Arc<dyn Instance>)
        })
    }
}

/// The first connection asks whether it is up, the second is the check's.
async fn serve(listener: TcpListener, fate: Option<Fate>, asked: Arc<AtomicUsize>) {
    let mut held = Vec::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        if number > 0 && matches!(fate, Some(Fate::Wedges | Fate::Dies)) {
            held.push(stream);
            continue;
        }
        let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let _ = stream.write_all(answer).await;
        // A close over unread bytes would take the answer with it.
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            drop(stream);
        });
    }
}

#[derive(Debug)]
struct Scene {
    address: SocketAddr,
    fate: Option<Fate>,
    asked: Arc<AtomicUsize>,
}

impl Scene {
    fn end(&self) -> Option<Exit> {
        let exit = |code| Some(Exit { code, out_of_memory: code == 137 });
        match self.fate {
            Some(Fate::Ends) => exit(1),
            Some(Fate::Dies) if self.asked.load(Ordering::SeqCst) > 1 => exit(137),
            _ => None,
        }
    }
}

fn unasked<'a, T>() -> BackendFuture<'a, T> {
    Box::pin(async { Err(CheckError::Fault("nobody asks for this here".into())) })
}

impl Instance for Scene {
    fn start(&self) -> BackendFuture<'_> {
        let started = match self.fate {
            Some(Fate::CannotStart) => Err(CheckError::broken("a container that starts", "exec: launch.sh")),
            _ => Ok(()),
        };
        Box::pin(async move { started })
    }

    fn address(&self) -> BackendFuture<'_, Option<SocketAddr>> {
        let address = (!matches!(self.fate, Some(Fate::Ends))).then_some(self.address);
        Box::pin(async move { Ok(address) })
    }

    fn ended(&self) -> BackendFuture<'_, Option<Exit>> {
        Box::pin(async { Ok(self.end()) })
    }

    fn wait(&self, _: Duration) -> BackendFuture<'_, Option<Exit>> {
        Box::pin(async { Ok(self.end()) })
    }

    fn log(&self) -> BackendFuture<'_, Log> {
        let all = "SyntaxError: in the server".to_string();
        Box::pin(async { Ok(Log { all, errors: String::new() }) })
    }

    fn remove(&self) -> BackendFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn signal(&self, _: Signal) -> BackendFuture<'_> {
        unasked()
    }

    fn restart(&self) -> BackendFuture<'_> {
        unasked()
    }

    fn signal_to_end(&self) -> BackendFuture<'_, Duration> {
        unasked()
    }

    fn look(&self) -> BackendFuture<'_, Look> {
        unasked()
    }

    fn has<'a>(&'a self, _: &'a str) -> BackendFuture<'a, bool> {
        unasked()
    }

    fn touch<'a>(&'a self, _: &'a str) -> BackendFuture<'a> {
        unasked()
    }

    fn link<'a>(&'a self, _: &'a str, _: &'a str) -> BackendFuture<'a> {
        unasked()
    }

    fn unpack<'a>(&'a self, _: &'a [u8], _: &'a str, _: &'a str) -> BackendFuture<'a> {
        unasked()
    }

    fn reveal<'a>(&'a self, _: &'a str, _: &'a str) -> BackendFuture<'a> {
        unasked()
    }

    fn which<'a>(&'a self, _: &'a str) -> BackendFuture<'a, String> {
        unasked()
    }
}

/// Passes if it gets any answer, without the 20 s that a client waits for one.
async fn asks(s: &ServerContext) -> CheckResult {
    let asked = async { Ok(s.connect().await?.exchange(&s.request()).await?) };
    match tokio::time::timeout(Duration::from_secs(1), asked).await {
        Ok(answer) => answer.map(drop),
        Err(_) => Err(CheckError::broken("an answer", "none within 1 s")),
    }
}

/// The outcome of a check whose server has that fate, and of one that comes after it.
async fn outcomes(fate: Fate, check: Check) -> [Outcome; 2] {
    let session = session("blame");
    let place = Box::new(Scripted(fate, AtomicUsize::new(0)));
    let runtime = Arc::new(Runtime::at(place, spec(), session.clone()));
    let planned = ["auth/wrong", "auth/missing"].map(|id| {
        let requirement = Requirement::must(id, "A requirement of this test's.", check);
        planned(&runtime, requirement, Exceptions::default())
    });
    let (run, folder) = run_over(vec![runtime], planned.to_vec(), session);
    let run = Arc::new(run);
    let outcomes = [run.check(&planned[0]).await, run.check(&planned[1]).await];
    run.finish(2).await;
    std::fs::remove_dir_all(folder).expect("the journal was written");
    outcomes
}

const SHARED: Check = Check::Shared(|s| Box::pin(asks(s)));
const OWN: Check = Check::Own(|s| Box::pin(asks(s)));

fn actual(outcome: &Outcome) -> &str {
    let Verdict::Failed { actual, .. } = &outcome.verdict else { panic!("{outcome:?}") };
    actual
}

#[tokio::test]
async fn a_container_that_cannot_start_is_the_runtime_s_failure() {
    for check in [SHARED, OWN] {
        let [first, _] = outcomes(Fate::CannotStart, check).await;
        assert_eq!(actual(&first), "exec: launch.sh");
    }
}

#[tokio::test]
async fn a_server_that_ends_before_it_answers_is_the_runtime_s_failure() {
    for check in [SHARED, OWN] {
        let [first, _] = outcomes(Fate::Ends, check).await;
        assert!(actual(&first).contains("SyntaxError: in the server"), "{first:?}");
    }
}

#[tokio::test]
async fn a_server_of_its_own_that_was_killed_or_is_wedged_is_named_as_such() {
    let [killed, _] = outcomes(Fate::Dies, OWN).await;
    assert!(
        actual(&killed).ends_with("; its server has ended with exit code 137, out of memory"),
        "{killed:?}"
    );
    let [wedged, next] = outcomes(Fate::Wedges, OWN).await;
    assert!(actual(&wedged).ends_with("; its server answers nobody any more, not within 5 s"), "{wedged:?}");
    assert_eq!(next.verdict, Verdict::Passed);
}

#[tokio::test]
async fn what_asked_a_shared_server_that_was_lost_is_asked_again_on_another() {
    for fate in [Fate::Dies, Fate::Wedges] {
        let [first, next] = outcomes(fate, SHARED).await;
        assert_eq!((&first.verdict, &next.verdict), (&Verdict::Passed, &Verdict::Passed));
    }
}

//! A handler, asynchronous or plain, and how it is run to its end.

use std::error::Error;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::outcome::{Failure, Outcome, Settling};
use crate::{Request, Response, panic};

/// A function of a [`Request`] and a [`Response`], asynchronous or plain.
///
/// `Kind` tells which of the two it is; the compiler finds out.
pub trait Handler<Kind>: Send + Sync + 'static {
    #[doc(hidden)]
    fn into_entry(self) -> Entry;
}

/// What a handler returns: nothing, or a `Result` whose error is a failure.
pub trait Finish {
    #[doc(hidden)]
    fn finish(self) -> Result<(), Failure>;
}

impl Finish for () {
    fn finish(self) -> Result<(), Failure> {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> Finish for Result<(), E> {
    fn finish(self) -> Result<(), Failure> {
        self.map_err(|error| {
            let error = error.into();
            let mut stack = error.to_string();
            let mut source = error.source();
            while let Some(cause) = source {
                stack = format!("{stack}\ncaused by: {cause}");
                source = cause.source();
            }
            eprintln!("{stack}");
            Failure { message: error.to_string(), stack }
        })
    }
}

/// Marks a plain handler.
#[derive(Debug)]
pub struct Plain;

/// Marks an asynchronous handler.
#[derive(Debug)]
pub struct Asynchronous;

type Ended = Result<(), Failure>;
type Running = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// A handler of either kind.
#[doc(hidden)]
pub enum Entry {
    Plain(Box<dyn Fn(Request, Response) -> Ended + Send + Sync>),
    Asynchronous(Box<dyn Fn(Request, Response) -> Running + Send + Sync>),
}

impl<H, R> Handler<(Plain, R)> for H
where
    H: Fn(Request, Response) -> R + Send + Sync + 'static,
    R: Finish,
{
    fn into_entry(self) -> Entry {
        Entry::Plain(Box::new(move |request, response| self(request, response).finish()))
    }
}

impl<H, F> Handler<(Asynchronous, F)> for H
where
    H: Fn(Request, Response) -> F + Send + Sync + 'static,
    F: Future<Output: Finish> + Send + 'static,
{
    fn into_entry(self) -> Entry {
        Entry::Asynchronous(Box::new(move |request, response| {
            let running = self(request, response);
            Box::pin(async { running.await.finish() })
        }))
    }
}

/// Threads of the asynchronous handlers: they only compute, so two serve many calls. The container's 128
/// processes count threads, and each library has its own.
const WORKERS: usize = 2;
/// Threads that `spawn_blocking` may hold at once.
const BLOCKING: usize = 64;

/// Threads that have nothing to do go soon: functions in one container share its processes.
const KEPT: Duration = Duration::from_secs(1);

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// The tokio of this library. A library with a plain handler never starts it.
///
/// # Panics
/// No thread can be started. The next call tries again.
fn runtime() -> &'static Runtime {
    RUNTIME.get_or_init(|| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(WORKERS).max_blocking_threads(BLOCKING).thread_keep_alive(KEPT);
        builder.thread_name("function").enable_all().build().expect("threads for asynchronous handlers")
    })
}

impl Entry {
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Entry::Plain(_))
    }

    /// Starts what the handler needs to run.
    pub(crate) fn prepare(&self) {
        if !self.is_plain() {
            runtime();
        }
    }

    /// Runs the handler: a plain one on this thread, an asynchronous one as a task.
    ///
    /// The first step of a task is taken here, since most handlers need no other, and changing threads twice
    /// takes longer than they do. Only one at a time: a handler that wrongly blocks must not hold the server.
    pub(crate) fn start(&'static self, request: Request, done: impl FnOnce(Outcome) + Send + 'static) {
        match self {
            Entry::Plain(handler) => done(run(&**handler, request)),
            Entry::Asynchronous(handler) => {
                let mut driven = Box::pin(drive(&**handler, request));
                match first_step(driven.as_mut()) {
                    Poll::Ready(outcome) => done(outcome),
                    Poll::Pending => drop(runtime().spawn(async move { done(driven.await) })),
                }
            }
        }
    }
}

/// Nobody is woken by this step: the task that takes the next one asks again.
fn first_step(driven: Pin<&mut impl Future<Output = Outcome>>) -> Poll<Outcome> {
    static TAKEN: Mutex<()> = Mutex::new(());
    let Ok(_alone) = TAKEN.try_lock() else { return Poll::Pending };
    let _tokio = runtime().enter();
    driven.poll(&mut Context::from_waker(Waker::noop()))
}

fn run(handler: &dyn Fn(Request, Response) -> Ended, request: Request) -> Outcome {
    let settling = Arc::<Settling>::default();
    let response = Response::new(settling.clone());
    let ended = catch_unwind(AssertUnwindSafe(|| handler(request, response)));
    close(&settling, ended.unwrap_or_else(|payload| Err(panic::failure(&*payload))))
}

async fn drive(handler: &(dyn Fn(Request, Response) -> Running + Sync), request: Request) -> Outcome {
    let settling = Arc::<Settling>::default();
    let response = Response::new(settling.clone());
    let mut running = pin!(async { handler(request, response).await });
    let ended = std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(payload) => Poll::Ready(Err(panic::failure(&*payload))),
        }
    });
    close(&settling, ended.await)
}

fn close(settling: &Settling, ended: Ended) -> Outcome {
    if let Err(failure) = ended {
        settling.settle(Outcome::Failed(failure));
    }
    settling.close()
}

/// Calls a handler and waits for its end: for the tests of a function.
pub fn invoke<Kind>(handler: impl Handler<Kind>, request: Request) -> Outcome {
    match handler.into_entry() {
        Entry::Plain(handler) => run(&*handler, request),
        Entry::Asynchronous(handler) => runtime().block_on(drive(&*handler, request)),
    }
}

//! A member of the workspace: a plain handler, which has a thread to itself.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use open_runtimes::{Request, Response};
use steps::Probe;

static PROBE: Probe = Probe::new("sibling/src/lib.rs");

fn handler(req: Request, res: Response) {
    wait(PROBE.act(req, res));
}

/// Holds this thread until the future is ready. No tokio runs here, so none of its clocks may be asked.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

open_runtimes::handler!(handler);

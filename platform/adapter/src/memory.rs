//! Instances in this process, for tests of what uses an adapter: each has a server that keeps the wire's words, on a
//! clock that a test may stop.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes as Body;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;

use crate::{Adapter, Answer, Bytes, Capabilities, Ended, Error, Instance, Line, Lines, Package, Spec};

/// What instances do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// How long one takes to start.
    pub start: Duration,
    /// How long a call takes.
    pub run: Duration,
    /// Whether a start fails.
    pub start_fails: bool,
    /// Whether one is ever ready.
    pub is_ready: bool,
    /// Whether packages can be delivered after the start.
    pub delivers: bool,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            start: Duration::from_millis(300),
            run: Duration::from_millis(10),
            start_fails: false,
            is_ready: true,
            delivers: false,
        }
    }
}

/// What happened so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Instances that were started.
    pub started: AtomicUsize,
    /// Instances that were stopped.
    pub stopped: AtomicUsize,
    /// Instances that were stopped while a call was inside.
    pub killed: AtomicUsize,
    /// Packages that were delivered after a start.
    pub delivered: AtomicUsize,
    /// Connections that were opened.
    pub dialled: AtomicUsize,
    /// Calls that got an answer.
    pub answered: AtomicUsize,
    /// The most calls that were inside one instance at once.
    pub most_at_once: AtomicUsize,
}

impl Seen {
    /// What one of the counters says.
    pub fn count(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::SeqCst)
    }
}

/// A place for instances in this process.
#[derive(Debug, Default)]
pub struct Memory {
    behaviour: Mutex<Behaviour>,
    seen: Arc<Seen>,
}

impl Memory {
    /// A place where instances behave so.
    pub fn new(behaviour: Behaviour) -> Self {
        Memory { behaviour: Mutex::new(behaviour), seen: Arc::default() }
    }

    /// From now on instances that are started behave so.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// What happened so far.
    pub fn seen(&self) -> Arc<Seen> {
        self.seen.clone()
    }
}

impl Adapter for Memory {
    fn capabilities(&self) -> Capabilities {
        Capabilities { delivers: self.behaviour.lock().unwrap_or_else(PoisonError::into_inner).delivers }
    }

    fn start<'a>(&'a self, spec: &'a Spec, _: Option<&'a Package>) -> Answer<'a, Arc<dyn Instance>> {
        let behaviour = *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner);
        Box::pin(async move {
            let number = self.seen.started.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(behaviour.start).await;
            if behaviour.start_fails {
                return Err(Error::io("start an instance", std::io::Error::other("on purpose")));
            }
            let state = State {
                key: spec.key.clone(),
                behaviour,
                inside: AtomicUsize::new(0),
                stopped: AtomicBool::new(false),
                seen: self.seen.clone(),
            };
            let instance =
                Served { id: format!("memory-{number}"), state: Arc::new(state), servers: Mutex::default() };
            Ok(Arc::new(instance) as Arc<dyn Instance>)
        })
    }

    fn forget(&self, _: &str) {}
}

#[derive(Debug)]
struct State {
    key: String,
    behaviour: Behaviour,
    inside: AtomicUsize,
    stopped: AtomicBool,
    seen: Arc<Seen>,
}

#[derive(Debug)]
struct Served {
    id: String,
    state: Arc<State>,
    servers: Mutex<Vec<JoinHandle<()>>>,
}

impl Instance for Served {
    fn id(&self) -> &str {
        &self.id
    }

    fn dial(&self) -> Answer<'_, Box<dyn Bytes>> {
        Box::pin(async {
            let state = self.state.clone();
            if state.stopped.load(Ordering::SeqCst) || !state.behaviour.is_ready {
                let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
                return Err(Error::io("connect", refused));
            }
            state.seen.dialled.fetch_add(1, Ordering::SeqCst);
            let (here, there) = tokio::io::duplex(64 * 1024);
            let server = tokio::spawn(async move {
                let service = service_fn(|request| {
                    let state = state.clone();
                    async move { Ok::<_, Infallible>(state.answer(request).await) }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(there), service)
                    .await;
            });
            self.servers.lock().unwrap_or_else(PoisonError::into_inner).push(server);
            Ok(Box::new(here) as Box<dyn Bytes>)
        })
    }

    fn deliver<'a>(&'a self, _: &'a Package) -> Answer<'a> {
        Box::pin(async {
            if !self.state.behaviour.delivers {
                return Err(Error::CannotDeliver);
            }
            self.state.seen.delivered.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }

    fn ended(&self) -> Answer<'_, Option<Ended>> {
        Box::pin(async { Ok(None) })
    }

    fn lines(&self) -> Box<dyn Lines> {
        Box::new(Silent)
    }

    fn stop(&self) -> Answer<'_> {
        Box::pin(async {
            if !self.state.stopped.swap(true, Ordering::SeqCst) {
                self.state.seen.stopped.fetch_add(1, Ordering::SeqCst);
                if self.state.inside.load(Ordering::SeqCst) > 0 {
                    self.state.seen.killed.fetch_add(1, Ordering::SeqCst);
                }
            }
            for server in self.servers.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                server.abort();
            }
            Ok(())
        })
    }
}

impl State {
    /// As a runtime answers; the function sends back what it was sent.
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Body>> {
        let given = request.headers().get(protocol::CHALLENGE);
        if given.is_none_or(|key| key.as_bytes() != self.key.as_bytes()) {
            return plain(StatusCode::UNAUTHORIZED, Body::new());
        }
        if request.method() != Method::POST {
            return plain(StatusCode::METHOD_NOT_ALLOWED, Body::new());
        }
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.seen.most_at_once.fetch_max(inside, Ordering::SeqCst);
        let body = request.into_body().collect().await;
        tokio::time::sleep(self.behaviour.run).await;
        self.inside.fetch_sub(1, Ordering::SeqCst);
        self.seen.answered.fetch_add(1, Ordering::SeqCst);
        match body {
            Ok(body) => plain(StatusCode::OK, body.to_bytes()),
            Err(_) => plain(StatusCode::BAD_REQUEST, Body::new()),
        }
    }
}

fn plain(status: StatusCode, body: Body) -> Response<Full<Body>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}

struct Silent;

impl Lines for Silent {
    fn next(&mut self) -> Answer<'_, Option<Line>> {
        Box::pin(async { Ok(None) })
    }
}

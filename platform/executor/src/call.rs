//! One call, from its place inside an instance to its answer.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use tokio::time::{Instant, sleep, timeout};

use crate::connections::SendError;
use crate::instance::Start;
use crate::pool::{Lease, Pool, Ticket};
use crate::wire::{hand_on, runtime_error};
use crate::{Call, Refusal};

/// How often a call is tried again on another instance, if no byte of it left.
const TRIES: usize = 3;
/// How often, and at which distance, it is asked how an instance ended.
const ASKED: usize = 20;
const PAUSE: Duration = Duration::from_millis(25);

static CHALLENGE: LazyLock<HeaderName> = LazyLock::new(|| {
    HeaderName::from_bytes(protocol::CHALLENGE.as_bytes()).expect("it is the name of a header")
});

/// How long the parts of a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// Waiting for an instance, its start not counted.
    pub queue: Duration,
    /// The start of its instance.
    pub start: Duration,
    /// The delivery of its package.
    pub deliver: Duration,
    /// The function.
    pub run: Duration,
    /// How the call came to its instance.
    pub how: Start,
}

/// A function's answer, and what it cost.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The answer as it goes out.
    pub response: Response<Bytes>,
    /// What it cost.
    pub timings: Timings,
}

/// Runs a call that was let in.
pub(crate) async fn run(
    pool: &Arc<Pool>,
    call: &Call,
    environment: &str,
    ticket: Ticket,
) -> Result<Answer, Refusal> {
    // Before anything is started for it.
    let body = call.body(environment, pool.plan().file.as_deref())?;
    let begun = Instant::now();
    let mut left = TRIES;
    loop {
        let lease = pool.lease().await?;
        let waited = begun.elapsed();
        let sent = Instant::now();
        left -= 1;
        let limit = Duration::from_millis(pool.plan().limits.timeout_ms);
        let sending = lease.member.connections.send(lease.member.instance.as_ref(), request(&lease, &body));
        let answer = match timeout(limit, sending).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(SendError::NotSent)) if left > 0 => {
                // It is gone, and nobody noticed until now.
                lease.member.state.drain();
                continue;
            }
            Ok(Err(SendError::TooLarge)) => {
                lease.member.state.drain();
                return Err(Refusal::BadAnswer("it is larger than 16 MiB".into()));
            }
            Ok(Err(_)) => {
                // It takes no new calls; those inside end as they may.
                lease.member.state.drain();
                return Err(ended(&lease).await);
            }
            Err(_) => {
                end(pool, &lease).await;
                return Err(Refusal::RunTimeout(limit));
            }
        };
        let run = sent.elapsed();
        let (how, start, deliver) =
            lease.cost.map_or((Start::Warm, Duration::ZERO, Duration::ZERO), |cost| {
                (cost.how, cost.start, cost.deliver)
            });
        drop(lease);
        drop(ticket);
        if let Some(refusal) = runtime_error(&answer) {
            return Err(refusal);
        }
        let queue = waited.saturating_sub(start + deliver);
        return Ok(Answer {
            response: hand_on(answer),
            timings: Timings { queue, start, deliver, run, how },
        });
    }
}

fn request(lease: &Lease, body: &Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body.clone()));
    *request.method_mut() = Method::POST;
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_static("function"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CHALLENGE.clone(), lease.member.challenge.clone());
    request
}

/// How an instance ended that closed its connection. The place may hear of it a little later.
async fn ended(lease: &Lease) -> Refusal {
    let mut out_of_memory = false;
    for _ in 0..ASKED {
        if let Ok(Some(ended)) = lease.member.instance.ended().await {
            out_of_memory = ended.out_of_memory;
            break;
        }
        sleep(PAUSE).await;
    }
    Refusal::Ended { out_of_memory }
}

/// After a time-out. An instance with one call at once is ended before the client hears of it, so that the function
/// does nothing more. With more, it takes no new calls, and is ended when the others have ended or run out.
async fn end(pool: &Arc<Pool>, lease: &Lease) {
    lease.member.state.drain();
    if pool.plan().limits.at_once == 1 {
        lease.member.kill().await;
        pool.discard(&lease.member);
    }
}

//! One call of a function, to its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol::Kind;

use super::code::Code;
use super::http::Answer;
use super::parse::Input;
use super::probe::{self, Failure};
use super::residue::lock;
use super::response::Response;
use super::runtime_error::RuntimeError;
use super::serve::Server;
use super::shutdown::Hold;

/// Runs the function to its end, even if the client goes away, and returns its first outcome.
pub(crate) async fn call(server: &Arc<Server>, code: Arc<Code>, input: Input, hold: Option<Hold>) -> Answer {
    let response = Response::new(server.configuration.fault.clone());
    let (acting, output, input) = (server.clone(), response.clone(), exposed(server, input));
    server.running.fetch_add(1, Ordering::SeqCst);
    let finished = tokio::spawn(async move {
        let _held = hold;
        let _turn = Turn(acting.clone());
        within_bounds(&acting, &code, input, &output).await
    });
    let end =
        Abort(finished.abort_handle(), server.configuration.fault.is("function/abandoned-call-cancelled"));
    let result = finished.await;
    drop(end);
    match result {
        Ok(Ok(())) => {}
        Ok(Err(failure))
            if failure.later && server.configuration.fault.is("function/later-failure-unanswered") =>
        {
            std::future::pending().await
        }
        Ok(Err(failure)) => failed(server, &response, &failure),
        Err(error) => failed(server, &response, &Failure::new(error.to_string())),
    }
    if response.outcome().is_none() {
        response.settle(silent(server).await);
    }
    response.outcome().unwrap_or_else(|| Answer::new(500))
}

/// A function that runs, until it is dropped.
struct Turn(Arc<Server>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Ends the function with the client, if a fault says so.
struct Abort(tokio::task::AbortHandle, bool);

impl Drop for Abort {
    fn drop(&mut self) {
        if self.1 {
            self.0.abort();
        }
    }
}

/// Acts; a fault has few workers, and gives a function up that keeps one for long.
async fn within_bounds(
    server: &Arc<Server>,
    code: &Arc<Code>,
    input: Input,
    output: &Response,
) -> Result<(), Failure> {
    const TIMEOUT: Duration = Duration::from_secs(2);
    let way = input.payload["steps"][0]["way"].as_str().unwrap_or_default();
    let bound = match server.configuration.fault.name() {
        "concurrency/awaiting-one-at-a-time" => way == "await",
        "concurrency/blocking-one-at-a-time" => way == "block",
        name => name.ends_with("-at-a-time"),
    };
    if server.configuration.fault.is("server/call-given-up-after-ten-seconds") {
        let limit = Duration::from_secs(10);
        let done = tokio::time::timeout(limit, probe::act(server, code, input, output)).await;
        return done.unwrap_or_else(|_| Err(Failure::new("the function took too long")));
    }
    if !bound {
        return probe::act(server, code, input, output).await;
    }
    let _worker = server.residue.workers.acquire().await;
    match tokio::time::timeout(TIMEOUT, probe::act(server, code, input, output)).await {
        Ok(done) => done,
        Err(_) => Err(Failure::new("the function kept its worker for too long")),
    }
}

/// What a fault lets the function see of other requests.
fn exposed(server: &Server, mut input: Input) -> Input {
    let residue = &server.residue;
    match server.configuration.fault.name() {
        "function/env-enters-the-process" => lock(&residue.environment).extend(input.env.clone()),
        "function/headers-of-the-last-request-kept" if input.headers.is_empty() => {
            input.headers = std::mem::take(&mut *lock(&residue.headers));
        }
        "function/headers-of-the-last-request-kept" if input.headers.contains_key("x-secret") => {
            *lock(&residue.headers) = input.headers.clone();
        }
        "function/written-values-kept" => input.headers.extend(std::mem::take(&mut *lock(&residue.headers))),
        "function/default-object-shared" if input.env.is_empty() => {
            input.env = lock(&residue.default_env).clone()
        }
        "concurrency/headers-of-a-neighbour" if residue.open.load(Ordering::SeqCst) > 12 => {
            std::mem::swap(&mut input.headers, &mut *lock(&residue.headers));
        }
        "concurrency/payload-of-a-neighbour"
            if residue.open.load(Ordering::SeqCst) > 12 && !input.headers.is_empty() =>
        {
            let mut kept = lock(&residue.headers);
            let other = kept.insert("payload".into(), input.payload.clone());
            input.payload = other.unwrap_or(input.payload);
        }
        _ => {}
    }
    input
}

/// The first line is the message, the whole goes to `stack` and to standard error.
fn failed(server: &Server, response: &Response, failure: &Failure) {
    let fault = server.configuration.fault.name();
    let first_line = failure.message.lines().next().unwrap_or_default();
    let answered = response.outcome().is_some();
    let unlogged = match fault {
        "function/stack-not-logged" => !failure.later && !answered,
        "function/later-stack-not-logged" => failure.later,
        "function/failure-after-an-answer-not-logged" => answered,
        _ => false,
    };
    if !unlogged {
        eprintln!("{}", failure.stack);
    }
    let error = |message: &str| RuntimeError::new(Kind::FunctionError, message).stack(&failure.stack);
    let answer = match fault {
        "function/failure-ends-the-server" if !failure.later && !answered => std::process::exit(1),
        "function/later-failure-ends-the-server" if failure.later => std::process::exit(1),
        "function/later-failure-is-no-response" if failure.later => {
            RuntimeError::new(Kind::NoResponse, "The function did not answer.").answer()
        }
        "function/failure-is-200" if !answered => Answer::new(200).body(first_line),
        "function/failure-is-no-response" => {
            RuntimeError::new(Kind::NoResponse, "The function did not answer.").answer()
        }
        "function/failure-without-its-message" => error("Internal Server Error").answer(),
        "function/stack-as-the-message" => error(&failure.stack).answer(),
        "function/second-line-in-the-message" => error(&failure.message.replace('\n', " ")).answer(),
        "function/stack-left-out" => RuntimeError::new(Kind::FunctionError, first_line).answer(),
        _ => error(first_line).answer(),
    };
    response.settle(answer);
}

/// What a function that finished without an answer leaves.
async fn silent(server: &Server) -> Answer {
    match server.configuration.fault.name() {
        "function/silence-waited-out" => std::future::pending().await,
        "function/silence-is-204" => Answer::new(204),
        "function/silence-is-200" => Answer::new(200).header("Content-Type", "text/plain; charset=utf-8"),
        "function/silence-is-a-function-error" => {
            RuntimeError::new(Kind::FunctionError, "No answer.").answer()
        }
        _ => RuntimeError::new(Kind::NoResponse, "The function did not answer.").answer(),
    }
}

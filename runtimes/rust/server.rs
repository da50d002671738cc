//! Serves the runtime contract, version 1, on hyper and tokio. It reads in the order of a request:
//! `load_configuration`, `authorise`, `parse`, `resolve_code`, `call`, `reply`, `shut_down`.

#[path = "server/body.rs"]
mod body;
#[cfg(test)]
#[path = "server/cases.rs"]
mod cases;
#[path = "server/code.rs"]
mod code;
#[path = "server/configuration.rs"]
mod configuration;
#[path = "server/connection.rs"]
mod connection;
#[cfg(test)]
#[path = "server/framing.rs"]
mod framing;
#[path = "server/head.rs"]
mod head;
#[path = "server/json.rs"]
mod json;
#[path = "server/library.rs"]
mod library;
#[path = "server/response.rs"]
mod response;
#[path = "server/runtime_error.rs"]
mod runtime_error;
#[path = "server/scanner.rs"]
mod scanner;

use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};

use body::{Invocation, parse};
use code::Code;
use configuration::{Configuration, load_configuration};
use connection::{Exchange, serve_connection};
use library::{Input, Library};
use response::Answer;
use runtime_error::{Kind, RuntimeError};

/// What half a request, or an answer that nobody reads, may take to end once the runtime is told to stop.
const GRACE: Duration = Duration::from_secs(3);
/// Threads that read requests and write answers, at most and at least. One of them may be in the first step of
/// a function, and the others go on.
const WORKERS: RangeInclusive<usize> = 2..=4;
/// Plain handlers at once, of all libraries together: each holds a thread. Those that have nothing to do go
/// soon, since the threads of asynchronous handlers come out of the same 128 processes.
const PLAIN_CALLS: usize = 64;
const KEPT: Duration = Duration::from_secs(1);

/// What all connections share.
struct Server {
    configuration: Configuration,
    code: Code,
    stopping: watch::Receiver<bool>,
}

/// Held by whatever must end before the process may.
type Alive = mpsc::Sender<()>;

/// The client has gone, and with it the connection.
#[derive(Debug)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the client has gone")
    }
}

impl std::error::Error for Gone {}

/// Lets in a request that carries the key exactly once.
fn authorise(headers: &HeaderMap, configuration: &Configuration) -> Result<(), RuntimeError> {
    let mut challenges = headers.get_all("x-internal-challenge").iter();
    match (challenges.next(), challenges.next()) {
        (Some(challenge), None) if is_key(challenge.as_bytes(), &configuration.key) => Ok(()),
        _ => Err(RuntimeError::new(Kind::Unauthorized, "Unauthorized")),
    }
}

/// Looks at every byte that was sent, even after one that differs: timing tells nothing about the key.
fn is_key(sent: &[u8], key: &[u8]) -> bool {
    let differences = sent.iter().zip(key.iter().cycle()).map(|(sent, key)| usize::from(sent ^ key));
    std::hint::black_box(differences.fold(sent.len() ^ key.len(), std::ops::BitOr::bitor)) == 0
}

/// Refuses what HTTP allows and the contract does not, before the body is read.
fn admit(request: &Request<Incoming>) -> Result<(), RuntimeError> {
    if request.method() != Method::POST {
        return Err(RuntimeError::new(Kind::MethodNotAllowed, "Only POST invokes the function."));
    }
    Ok(())
}

/// The code of a request: loaded once, even if its first requests come together.
async fn resolve_code(server: &Server, invocation: &Invocation) -> Result<Arc<Library>, RuntimeError> {
    server.code.library(&invocation.path, &invocation.file).await
}

/// Runs the handler to its end, even if the client has gone: the call goes on though nobody waits for it.
async fn call(library: Arc<Library>, input: Input, alive: Alive) -> Result<Answer, RuntimeError> {
    let (settled, outcome) = oneshot::channel();
    if library.is_blocking() {
        let start = || tokio::task::spawn_blocking(move || library.call(&input, settled, alive));
        // tokio panics if it has no thread for this at all and the container allows no more.
        if std::panic::catch_unwind(AssertUnwindSafe(start)).is_err() {
            return Err(RuntimeError::new(Kind::FunctionError, "No thread is left to run the function."));
        }
    } else {
        library.call(&input, settled, alive);
    }
    outcome.await.unwrap_or_else(|_| Err(RuntimeError::new(Kind::NoResponse, "The function did not answer.")))
}

/// An answer given before the whole body was read is the last of its connection.
fn reply(answer: Answer, is_last: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    if is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn serve(
    server: Arc<Server>,
    exchange: Exchange,
    request: Request<Incoming>,
    alive: Alive,
) -> Result<Response<Full<Bytes>>, Gone> {
    let mut body_read = false;
    let answer = match respond(&server, &exchange, request, alive, &mut body_read).await? {
        Ok(answer) => answer,
        Err(error) => error.into_answer(),
    };
    if !body_read {
        exchange.linger();
    }
    Ok(reply(answer, !body_read || *server.stopping.borrow()))
}

async fn respond(
    server: &Server,
    exchange: &Exchange,
    request: Request<Incoming>,
    alive: Alive,
    body_read: &mut bool,
) -> Result<Result<Answer, RuntimeError>, Gone> {
    let admitted = authorise(request.headers(), &server.configuration);
    if let Err(error) = admitted.and_then(|()| admit(&request)) {
        return Ok(Err(error));
    }
    let body = match read(request.into_body(), server.configuration.max_body).await {
        Ok(Ok(body)) => body,
        Ok(Err(error)) => return Ok(Err(error)),
        Err(Gone) if exchange.is_refused() => {
            let message = "The chunks of a request must be framed as HTTP/1.1 has it.";
            return Ok(Err(RuntimeError::new(Kind::BadRequest, message)));
        }
        Err(gone) => return Err(gone),
    };
    *body_read = true;
    let _answering = exchange.answering();
    Ok(invoke(server, body, alive).await)
}

/// The whole body, or why it is refused.
async fn read(mut body: Incoming, limit: u64) -> Result<Result<Bytes, RuntimeError>, Gone> {
    let too_large = || RuntimeError::new(Kind::TooLarge, format!("Body is larger than {limit} bytes."));
    let declared = body.size_hint().lower();
    if declared > limit {
        return Ok(Err(too_large()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(declared).unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(|_| Gone)?.into_data() else { continue };
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Ok(Err(too_large()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Ok(bytes.into()))
}

async fn invoke(server: &Server, body: Bytes, alive: Alive) -> Result<Answer, RuntimeError> {
    let invocation = parse(&body, &server.configuration)?;
    drop(body);
    let library = resolve_code(server, &invocation).await?;
    call(library, invocation.input, alive).await
}

/// Nothing new comes in, what runs is answered; a function whose client went away still runs to its end.
async fn shut_down(
    listener: TcpListener,
    stop: watch::Sender<bool>,
    alive: Alive,
    mut all: mpsc::Receiver<()>,
) {
    drop(listener);
    stop.send_replace(true);
    drop(alive);
    while all.recv().await.is_some() {}
}

async fn run(configuration: Configuration) -> Result<(), String> {
    let signals = |kind| signal(kind).map_err(|error| format!("Signals cannot be heard: {error}."));
    let (mut terminate, mut interrupt) =
        (signals(SignalKind::terminate())?, signals(SignalKind::interrupt())?);
    let (stop, stopping) = watch::channel(false);
    let (alive, all) = mpsc::channel(1);
    let server = Arc::new(Server { configuration, code: Code::default(), stopping });
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 3000)).await;
    let listener = listener.map_err(|error| format!("Port 3000 cannot be opened: {error}."))?;
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => accept(stream, &server, &alive),
                // No descriptor is left: one may be free in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    shut_down(listener, stop, alive, all).await;
    Ok(())
}

fn accept(stream: TcpStream, server: &Arc<Server>, alive: &Alive) {
    // An answer is one write: waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    let (server, alive) = (server.clone(), alive.clone());
    tokio::spawn(async move {
        let stopping = server.stopping.clone();
        let respond = |exchange, request| serve(server.clone(), exchange, request, alive.clone());
        serve_connection(stream, stopping, GRACE, respond).await;
    });
}

fn main() -> ExitCode {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let ended = load_configuration().and_then(|configuration| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder
            .worker_threads(cores.clamp(*WORKERS.start(), *WORKERS.end()))
            .max_blocking_threads(PLAIN_CALLS)
            .thread_keep_alive(KEPT);
        let runtime =
            builder.enable_all().build().map_err(|error| format!("Threads cannot be started: {error}."))?;
        let ended = runtime.block_on(run(configuration));
        runtime.shutdown_background();
        ended
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

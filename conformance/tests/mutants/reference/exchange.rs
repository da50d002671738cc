//! The requests of one connection, one after another.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use protocol::{CHALLENGE, Kind};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::authorise::authorise;
use super::call::call;
use super::http::{Answer, Body, CHUNKS, Connection, Ending, FRAMING, Framing, Head, Refusal};
use super::parse::parse;
use super::residue::lock;
use super::runtime_error::RuntimeError;
use super::serve::Server;
use super::shutdown::Hold;

/// What comes of a request.
enum Outcome {
    /// An answer, and whether the whole body was read before.
    Answered(Answer, bool),
    /// What the HTTP layer refuses.
    Refused(Refusal),
    /// The client went away.
    Gone,
}

/// Answers one request after another, until either side ends the connection.
pub(crate) async fn converse(server: Arc<Server>, stream: TcpStream, hold: Option<Hold>) {
    let fault = server.configuration.fault.clone();
    let hold = hold.filter(|_| !fault.is("lifecycle/idle-connections-kept"));
    let _permit = server.residue.connections.acquire().await;
    server.residue.open.fetch_add(1, Ordering::SeqCst);
    let _open = Open(server.clone());
    let mut connection = Connection::new(stream, server.shutdown.stopping(), fault.clone());
    let mut answered = 0;
    loop {
        connection.crowded = server.residue.open.load(Ordering::SeqCst) > 40;
        let head = match connection.head().await {
            Ok(Some(head)) => head,
            Ok(None) => return,
            Err(refusal) => return refuse(connection, refusal, &server).await,
        };
        let hold = hold.clone().or_else(|| server.shutdown.hold());
        connection.is_first = answered == 0;
        let begun = Instant::now();
        let (answer, whole) = match outcome_of(&server, &mut connection, &head, hold.as_ref()).await {
            Outcome::Answered(answer, true)
                if answer.status == 200
                    && fault.is("server/garbage-answered-in-place")
                    && connection.is_followed_by_garbage() =>
            {
                return refuse(connection, Refusal { status: 400, why: "garbage" }, &server).await;
            }
            Outcome::Answered(answer, whole) => (answer, whole),
            Outcome::Refused(refusal)
                if fault.is("server/goes-on-behind-a-refusal") && refusal.why == CHUNKS =>
            {
                (Answer::new(refusal.status), true)
            }
            Outcome::Refused(refusal) => return refuse(connection, refusal, &server).await,
            Outcome::Gone => return,
        };
        let large = answer.body.len() > 1024 * 1024;
        if large && fault.is("function/half-closed-client-dropped") && connection.is_half_closed().await {
            return;
        }
        answered += 1;
        let overtaken = match fault.name() {
            "server/pipelined-answers-out-of-order" => answer.status == 200,
            "server/fast-answer-overtakes" => begun.elapsed() > Duration::from_millis(200),
            _ => false,
        };
        if overtaken && connection.has_more() {
            let Ok(Some(second)) = connection.head().await else { return };
            if let Outcome::Answered(early, _) =
                outcome_of(&server, &mut connection, &second, hold.as_ref()).await
            {
                let _ = connection.write(&early.bytes(&second.method, Ending::Kept, &fault)).await;
            }
        }
        let ending = ending(&server, &head, &answer, whole, answered);
        let mut bytes = answer.bytes(&head.method, ending, &fault);
        match fault.name() {
            "server/continue-unasked" if answered > 10 => {
                bytes.splice(0..0, *b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            "server/line-break-after-an-answer" if answered > 10 => bytes.extend_from_slice(b"\r\n"),
            _ => {}
        }
        let written = connection.write(&bytes).await;
        match (written, fault.name()) {
            (Ok(()), "auth/refusal-leaks-a-descriptor") if answer.status == 401 => {
                connection.leak();
                return connection.linger().await;
            }
            (Ok(()), "auth/closed-over-unread-bytes") if answer.status == 401 => return,
            (Ok(()), "body/closed-over-unread-bytes") if answer.status == 413 => return,
            (Ok(()), "server/request-behind-an-upgrade-lost") if !head.all("Upgrade").is_empty() => return,
            (Ok(()), "server/request-behind-a-405-lost") if answer.status == 405 && !whole => {
                return connection.gone().await;
            }
            (Ok(()), "server/body-behind-a-401-read") if answer.status == 401 && !whole => {}
            (Ok(()), "server/body-behind-a-405-read") if answer.status == 405 && !whole => {}
            (Ok(()), "server/body-behind-a-413-read") if answer.status == 413 => {}
            (Ok(()), "server/close-ignored") => {}
            (Ok(()), "server/close-told-and-not-done")
                if head.says("Connection", "close") && answer.status == 200 => {}
            (Ok(()), _) if ending == Ending::Kept => {}
            (Ok(()), _) if whole => return,
            (Ok(()), _) => return connection.linger().await,
            (Err(_), "function/abandoned-call-ends-the-server") => std::process::exit(1),
            (Err(_), "function/abandoned-connection-leaks") => return connection.leak(),
            (Err(_), _) => return,
        }
    }
}

/// An open connection, until it is dropped.
struct Open(Arc<Server>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.residue.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether an answer is the last of its connection: if the client or the server wants it so, if what
/// follows may be the rest of a body, and if the key was wrong.
fn ending(server: &Server, head: &Head, answer: &Answer, whole: bool, answered: usize) -> Ending {
    let fault = &server.configuration.fault;
    let (asked, stopping) = (head.is_last(fault), server.shutdown.stopping().is_told());
    match fault.name() {
        "server/request-behind-a-405-lost" if answer.status == 405 => Ending::Kept,
        "server/closes-after-each-answer" => Ending::Closed,
        "server/closes-after-ten-answers" if answered >= 10 => Ending::Closed,
        "server/close-ignored" if asked && !stopping => Ending::Kept,
        "server/close-not-told" if asked => Ending::Untold,
        "lifecycle/close-not-told" if stopping => Ending::Untold,
        "auth/close-not-told" if answer.status == 401 => Ending::Untold,
        _ if asked || stopping || !whole || answer.status == 401 => Ending::Closed,
        _ => Ending::Kept,
    }
}

async fn refuse(mut connection: Connection, refusal: Refusal, server: &Server) {
    let fault = &server.configuration.fault;
    let framing = refusal.why == FRAMING;
    match fault.name() {
        _ if framing || refusal.why == CHUNKS => {}
        "server/garbage-left-unanswered" => return connection.gone().await,
        "server/garbage-ends-the-server" => std::process::exit(1),
        "server/next-client-suffers" => server.residue.upset.store(true, Ordering::SeqCst),
        "auth/garbage-logged" => eprintln!("no HTTP: {}", String::from_utf8_lossy(connection.last_head())),
        _ => {}
    }
    let is_folded = connection.last_head().windows(4).any(|four| four == b"\r\n c");
    let status = match fault.name() {
        "server/garbage-is-500" if !framing && refusal.why != CHUNKS => 500,
        "server/unsound-chunks-are-500" if refusal.why == CHUNKS => 500,
        "server/folded-field-is-500" if is_folded => 500,
        _ => refusal.status,
    };
    let answer = Answer::new(status).header("Content-Type", "text/plain").body(refusal.why);
    if connection.write(&answer.bytes("", Ending::Closed, fault)).await.is_ok() {
        connection.linger().await;
    }
}

async fn outcome_of(
    server: &Arc<Server>,
    connection: &mut Connection,
    head: &Head,
    hold: Option<&Hold>,
) -> Outcome {
    let fault = &server.configuration.fault;
    if server.residue.upset.swap(false, Ordering::SeqCst)
        || server.residue.back_since.is_some_and(|since| since.elapsed() < Duration::from_millis(1500))
    {
        return Outcome::Answered(Answer::new(503), false);
    }
    let framing = match head.framing(connection.is_first, fault) {
        Ok(framing) => framing,
        Err(refusal) => return Outcome::Refused(refusal),
    };
    let mut early = None;
    if fault.is("auth/body-parsed-first") {
        invite(connection, head, fault.name()).await;
        let body = connection.body(framing, limit(server)).await;
        if let Body::Whole(bytes) = &body
            && let Err(error) = parse(bytes, head, &server.configuration)
        {
            return Outcome::Answered(error.answer(), true);
        }
        early = Some(body);
    }
    if let Err(error) = admit(server, head, framing) {
        let later = fault.name().ends_with("-later");
        let leaves_a_trace = match fault.name() {
            "auth/missing-runs-the-function" | "auth/missing-runs-the-function-later" => {
                head.all(CHALLENGE).is_empty()
            }
            "auth/wrong-runs-the-function" | "auth/wrong-runs-the-function-later" => {
                head.all(CHALLENGE).len() == 1
            }
            "auth/repeated-runs-the-function" | "auth/repeated-runs-the-function-later" => {
                head.all(CHALLENGE).len() > 1
            }
            "auth/whole-body-awaited" => false,
            "auth/continue-before-the-key" => {
                invite(connection, head, fault.name()).await;
                false
            }
            _ => return Outcome::Answered(error.answer(), framing == Framing::Length(0)),
        };
        if leaves_a_trace || fault.is("auth/whole-body-awaited") {
            let body = connection.body(framing, usize::MAX).await;
            if let (Body::Whole(bytes), true) = (body, leaves_a_trace) {
                if later {
                    invoke_later(server, bytes, head);
                } else if let Ok(answer) = invoke(server, &bytes, head, hold).await {
                    drop(answer);
                }
            }
        }
        return Outcome::Answered(error.answer(), framing == Framing::Length(0));
    }
    if matches!(head.method.as_str(), "OPTIONS") {
        return Outcome::Answered(Answer::new(204).header("Allow", "POST"), framing == Framing::Length(0));
    }
    if fault.is("server/continue-refused") && head.says("Expect", "100-continue") {
        return Outcome::Answered(Answer::new(417), false);
    }
    let has_come = head.says("Expect", "100-continue") && connection.has_more();
    if fault.is("server/expectation-met-and-refused") && has_come {
        return Outcome::Answered(Answer::new(417), false);
    }
    invite(connection, head, fault.name()).await;
    if fault.is("server/continue-and-no-answer") && head.says("Expect", "100-continue") {
        return Outcome::Gone;
    }
    let patience = match fault.name() {
        "server/body-given-up-after-five-seconds" => Duration::from_secs(5),
        _ => Duration::MAX,
    };
    let body = match early {
        Some(body) => body,
        None => match timeout(patience, connection.body(framing, limit(server))).await {
            Ok(body) => body,
            Err(_) => return Outcome::Gone,
        },
    };
    let bytes = match body {
        Body::Whole(bytes) => bytes,
        Body::TooLarge => return Outcome::Answered(too_large(server).answer(), false),
        Body::Gone => return Outcome::Gone,
        Body::Refused(refusal) => return Outcome::Refused(refusal),
    };
    if let (Framing::Length(length), "body/cut-length-invokes-later") = (framing, fault.name())
        && bytes.len() < length
    {
        invoke_later(server, bytes, head);
        return Outcome::Gone;
    }
    let invoked = invoke(server, &bytes, head, hold);
    let answer = if fault.is("function/abandoned-call-cancelled") {
        tokio::select! {
            answer = invoked => answer,
            () = connection.reset() => return Outcome::Gone,
        }
    } else {
        invoked.await
    };
    match fault.name() {
        "auth/key-logged-on-success"
        | "auth/key-logged-escaped"
        | "auth/key-logged-in-hex"
        | "auth/key-logged-in-base64"
            if answer.is_ok() =>
        {
            log_key(head, fault.name())
        }
        "auth/key-logged-on-failure" if answer.is_err() => log_key(head, fault.name()),
        _ => {}
    }
    let mut answer = answer.unwrap_or_else(|error| error.answer());
    if fault.is("server/compression-claimed") && !head.all("Accept-Encoding").is_empty() {
        answer = answer.header("Content-Encoding", "gzip");
    }
    Outcome::Answered(answer, true)
}

fn log_key(head: &Head, fault: &str) {
    for key in head.all(CHALLENGE) {
        let text = String::from_utf8_lossy(key);
        println!(
            "challenged with {}",
            match fault {
                "auth/key-logged-escaped" => format!("{text:?}"),
                "auth/key-logged-in-hex" => key.iter().map(|byte| format!("{byte:02x}")).collect(),
                "auth/key-logged-in-base64" => {
                    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key)
                }
                _ => text.into_owned(),
            }
        );
    }
}

/// The key first, then the rest of the head.
fn admit(server: &Server, head: &Head, framing: Framing) -> Result<(), RuntimeError> {
    let fault = &server.configuration.fault;
    match (fault.name(), framing) {
        ("auth/method-first", _) if head.method == "GET" => return Err(method_not_allowed(server)),
        ("auth/size-first", Framing::Length(length)) if length > limit(server) => {
            return Err(too_large(server));
        }
        _ => {}
    }
    authorise(head, &server.configuration)?;
    let passes = matches!(
        (fault.name(), head.method.as_str()),
        (_, "POST")
            | ("server/get-invokes", "GET")
            | ("server/head-invokes", "HEAD")
            | ("server/put-invokes", "PUT")
            | ("server/patch-invokes", "PATCH")
            | ("server/delete-invokes", "DELETE")
            | ("server/options-answered", "OPTIONS")
    );
    if !passes {
        return Err(method_not_allowed(server));
    }
    let misled = match fault.name() {
        "server/root-alone-served" => head.target.split('?').next() != Some("/"),
        "server/query-refused" => head.target.contains('?'),
        "server/path-taken-for-the-file" => head.target.len() > 2,
        _ => false,
    };
    if misled { Err(RuntimeError::new(Kind::CodeNotFound, "Code file not found.")) } else { Ok(()) }
}

fn method_not_allowed(server: &Server) -> RuntimeError {
    let error = RuntimeError::new(Kind::MethodNotAllowed, "Only POST invokes the function.");
    match server.configuration.fault.name() {
        "server/allow-left-out" => error,
        "server/allow-names-more" => error.header("Allow", "POST, GET"),
        _ => error.header("Allow", "POST"),
    }
}

fn limit(server: &Server) -> usize {
    match server.configuration.fault.name() {
        "body/no-limit" => usize::MAX,
        "body/limit-of-one-mebibyte" => server.configuration.max_body.min(1024 * 1024),
        "body/limit-off-by-one" => server.configuration.max_body - 1,
        _ => server.configuration.max_body,
    }
}

fn too_large(server: &Server) -> RuntimeError {
    match server.configuration.fault.name() {
        "body/limit-is-400" => RuntimeError::bad_request("Body is too large."),
        "body/limit-not-told" => RuntimeError::new(Kind::TooLarge, "Body is too large."),
        _ => RuntimeError::new(
            Kind::TooLarge,
            format!("Body is larger than {} bytes.", server.configuration.max_body),
        ),
    }
}

/// Asks for a body that the client holds back.
async fn invite(connection: &mut Connection, head: &Head, fault: &str) {
    if head.says("Expect", "100-continue") && fault != "server/continue-not-sent" && !connection.has_more() {
        let _ = connection.write(b"HTTP/1.1 100 Continue\r\n\r\n").await;
    }
}

/// A fault: the function runs when nobody looks any more.
fn invoke_later(server: &Arc<Server>, bytes: Vec<u8>, head: &Head) {
    let (server, head) = (server.clone(), head.clone());
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        drop(invoke(&server, &bytes, &head, None).await);
    });
}

async fn invoke(
    server: &Arc<Server>,
    bytes: &[u8],
    head: &Head,
    hold: Option<&Hold>,
) -> Result<Answer, RuntimeError> {
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    match server.configuration.fault.name() {
        "body/huge-number-emitted-as-infinity" if holds(b"1e400") => {
            return Ok(Answer::new(200).header("Content-Type", "application/json").body("{\"payload\":inf}"));
        }
        "body/huge-number-unanswered" if holds(b"1e100000000") => std::future::pending().await,
        "body/next-request-suffers" if holds(b"\\ud800") => {
            server.residue.upset.store(true, Ordering::SeqCst)
        }
        _ => {}
    }
    let asked = parse(bytes, head, &server.configuration)?;
    match server.configuration.fault.name() {
        "code/same-bytes-not-called-again" => {
            if let Some((known, answer)) = &*lock(&server.residue.last)
                && known == bytes
            {
                return Ok(answer.clone());
            }
        }
        "concurrency/first-ones-turned-away" if server.codes.is_empty() => {
            if server.residue.loading.swap(true, Ordering::SeqCst) {
                return Ok(Answer::new(503));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        _ => {}
    }
    let code = server.codes.resolve(&asked.path, &asked.file)?;
    let answer = call(server, code, asked.input, hold.cloned()).await;
    if server.configuration.fault.is("code/same-bytes-not-called-again") && answer.status == 200 {
        *lock(&server.residue.last) = Some((bytes.to_vec(), answer.clone()));
    }
    Ok(answer)
}

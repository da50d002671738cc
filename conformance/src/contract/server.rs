//! The server as an HTTP server.

mod cases;
mod dialect;

pub use cases::{Case, List, Next, cases};

use std::time::Duration;

use serde_json::json;

use super::expect::{During, Expect, echo, echoes, ensure, is_refused, member, nonce, same};
use super::requirement::{LAUNCHES, Requirement, check};
use super::steps::{self, Step};
use crate::backend::{CheckResult, Launch, Variable};
use crate::fixture::{Context, ServerContext};
use crate::wire::{Connection, Ending};
use protocol::{CHALLENGE, ENTRYPOINT, ERROR, Kind, MAX_BODY, limit, message};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must("server/port", "[Serves HTTP/1.1] on TCP `0.0.0.0:3000`.", check!(port))
        .from_document(),
    Requirement::must(
        "server/any-path",
        "[POST to any path], [with or without a query], [invokes the function].",
        check!(any_path),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "server/method",
        "[GET], [HEAD] [(no body)], [PUT], [PATCH], [DELETE], [OPTIONS] with a valid key: [405 \
         with [`Allow: POST`]].",
        check!(method),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "server/keep-alive",
        "[Many requests on one connection]; [two in one write get two answers] [in order], [also if \
         the second takes less time]; [a connection idle for 10 s still answers]; [`Connection: close` is \
         honoured]; [no 1xx without `Expect`] and [no byte after an answer].",
        check!(keep_alive),
    )
    .depends_on(&["server/port"]),
    Requirement::must("server/chunked", "[A chunked request body is accepted].", check!(chunked))
        .depends_on(&["server/port"]),
    Requirement::must(
        "server/garbage",
        "[Bytes that are not HTTP], [a missing] or [hostile `Host`], [a header block over 64 KiB] [get a \
         4xx or a closed connection]; [one of 8 KiB is accepted]; [the next client is served].",
        check!(garbage),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "server/configuration",
        "[`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer], [in digits alone], [of at most 15], \
         or [`INTERNAL_RUNTIME_ENTRYPOINT` that `code/escape` would refuse]: [exits non-zero] and [names the variable] [on stderr]. [An \
         empty value counts as unset].",
        check!(Empty, configuration),
    )
    .timeout(LAUNCHES),
    Requirement::should(
        "server/expect-continue",
        "`Expect: 100-continue` with the right key [gets `100 Continue` while the body is held \
         back], [then the answer].",
        check!(expect_continue),
    )
    .depends_on(&["server/port"]),
    Requirement::should(
        "server/ambiguous-length",
        "[`Content-Length` together with `Transfer-Encoding`], or [two different lengths], is \
         refused.",
        check!(ambiguous_length),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "server/refused",
        "[What two readers could take for two messages] gets [a 4xx or a closed connection], and [nothing behind \
         it is read], [also behind another request], [which is answered]: the list *refused*, with \
         [request lines], [hosts], [fields], [lengths], [codings], [chunks] and [trailers].",
        check!(dialect::refused),
    )
    .depends_on(&["server/keep-alive", "server/chunked", "server/garbage", "server/ambiguous-length"]),
    Requirement::must(
        "server/accepted",
        "What clients send is answered, and [so is the request behind it], also behind another request: the list \
         *accepted*, with [lines], [HTTP/1.0], [targets], [hosts], [fields], [codings], [chunks], [trailers], \
         [connections] and [expectations]. [No answer is compressed].",
        check!(dialect::accepted),
    )
    .depends_on(&["server/keep-alive", "server/chunked", "server/garbage", "server/any-path"]),
    Requirement::must(
        "server/either",
        "The list *either* is [answered or refused], and [not left without an answer].",
        check!(dialect::either),
    )
    .depends_on(&["server/refused"]),
    Requirement::must(
        "server/unread",
        "A body that is not read, after [401], [405] or [413], is not taken for a request: the connection \
         closes, or [the next request gets its own answer].",
        check!(dialect::unread),
    )
    .depends_on(&["server/keep-alive", "server/chunked", "server/method"]),
    Requirement::must(
        "server/patient",
        "[A call of 11 s] and [a body that takes 6 s to arrive] are waited for.",
        check!(patient),
    )
    .depends_on(&["server/port"]),
    Requirement::should(
        "server/quiet",
        "[No `Server`] or [`X-Powered-By` header that names a product version].",
        check!(quiet),
    )
    .depends_on(&["server/port"]),
];

async fn port(s: &ServerContext) -> CheckResult {
    let nonce = nonce();
    let request = s.request().json(&json!({ "payload": { "nonce": nonce } }));
    let answer = s.connect().await?.exchange(&request).await?;
    let value = answer.value()?;
    same("the payload", &json!({ "nonce": nonce }), member(&value, "payload")?)
}

async fn any_path(s: &ServerContext) -> CheckResult {
    for target in ["/", "/a", "/a/b.html", "/?a=1", "/a/../b?c=%20&d", "/%C3%A9/", "//", "/v1/executions"] {
        let nonce = nonce();
        let request = s.request().to(target).json(&json!({ "payload": { "nonce": nonce } }));
        let value = s.connect().await?.exchange(&request).await?.value().during(target)?;
        same("the payload", &json!({ "nonce": nonce }), member(&value, "payload")?).during(target)?;
    }
    Ok(())
}

async fn method(s: &ServerContext) -> CheckResult {
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = s.connect().await?.exchange(&s.request().method(method)).await.during(method)?;
        answer.says(Kind::MethodNotAllowed, message::METHOD_NOT_ALLOWED).during(method)?;
        ensure(answer.all("Allow") == ["POST"], format!("{method}: Allow: POST"), format!("{answer:?}"))?;
    }
    let mut connection = s.connect().await?;
    let answer = connection.exchange(&s.request().method("HEAD")).await?;
    ensure(answer.status == 405, "HEAD: 405", answer.summary())?;
    ensure(answer.all("Allow") == ["POST"], "HEAD: Allow: POST", format!("{answer:?}"))?;
    ensure(
        answer.all(ERROR) == [Kind::MethodNotAllowed.name()],
        format!("HEAD: {ERROR}: method-not-allowed"),
        format!("{answer:?}"),
    )?;
    if answer.closes() {
        return ensure(
            connection.ended().await.during("after HEAD")? == Ending::Closed,
            "no body after HEAD",
            "the connection was reset",
        );
    }
    // Were there a body after all, it would be taken for the next answer's status line.
    let request = s.request().json(&json!({ "payload": { "nonce": nonce() } }));
    connection.exchange(&request).await.during("after HEAD, which has no body")?.is(200)?;
    Ok(())
}

async fn keep_alive(s: &ServerContext) -> CheckResult {
    let mut connection = s.connect().await?;
    for number in 0..20 {
        ask(s, &mut connection).await.during(&format!("request {number} on one connection"))?;
    }

    let (first, second) = (nonce(), nonce());
    let request = |nonce: &str| s.request().json(&json!({ "payload": { "nonce": nonce } })).bytes();
    connection.write(&[request(&first), request(&second)].concat()).await?;
    for nonce in [first, second] {
        let value = connection.receive().await?.value().during("two requests in one write")?;
        same("the answers in order", &json!({ "nonce": nonce }), member(&value, "payload")?)?;
    }

    // A call that takes its time, then one that does not.
    let slow = steps::payload([Step::sleep(300), Step::send("slow")]);
    let requests = [slow, steps::payload([Step::send("fast")])].map(|payload| {
        let request = s.request().json(&json!({ "payload": payload }));
        request.bytes()
    });
    connection.write(&requests.concat()).await?;
    for text in ["slow", "fast"] {
        let answer = connection.receive().await.during("a slow call, then a fast one")?;
        let found = answer.is(200)?.text().unwrap_or_default();
        ensure(found == text, format!("the answer of the {text} call in its turn"), found)?;
    }

    connection.idle(limit::IDLE).await;
    ask(s, &mut connection).await.during(&format!("after {} s of silence", limit::IDLE.as_secs()))?;

    let request = s.request().header("Connection", "close").json(&json!({}));
    let answer = connection.exchange(&request).await?;
    answer.is(200)?;
    ensure(answer.closes(), "`Connection: close` in answer to itself", format!("{answer:?}"))?;
    connection.ended().await.during("after Connection: close")?;
    Ok(())
}

/// Longer than the 5 s and the 10 s that servers and proxies like to give up after.
async fn patient(s: &ServerContext) -> CheckResult {
    const PIECES: u32 = 12;
    const CALL: u32 = 11_000; // milliseconds
    const UPLOAD: Duration = Duration::from_secs(6);
    let call = async {
        let payload = steps::payload([Step::sleep(CALL), Step::send("done")]);
        let request = s.request().json(&json!({ "payload": payload }));
        let answer = s.connect().await?.exchange(&request).await?;
        ensure(answer.is(200)?.text() == Some("done"), "the answer of a long call", answer.summary())
    };
    let upload = async {
        let payload = json!({ "nonce": nonce() });
        let request = s.request().json(&json!({ "payload": payload }));
        let mut connection = s.connect().await?;
        connection.write(&request.head()).await?;
        let body = request.framed_body();
        for piece in body.chunks(body.len().div_ceil(PIECES as usize)) {
            connection.write(piece).await?;
            connection.idle(UPLOAD / PIECES).await;
        }
        echoes(&connection.receive().await?, &payload)
    };
    let (call, upload) = tokio::join!(call, upload);
    call.during("a call of 11 s")?;
    upload.during("a body that takes 6 s to arrive")?;
    Ok(())
}

async fn ask(s: &ServerContext, connection: &mut Connection) -> CheckResult {
    let nonce = nonce();
    let request = s.request().json(&json!({ "payload": { "nonce": nonce } }));
    let value = connection.exchange(&request).await?.value()?;
    same("the payload", &json!({ "nonce": nonce }), member(&value, "payload")?)
}

async fn chunked(s: &ServerContext) -> CheckResult {
    for size in [1, 7, 1000] {
        let payload = json!({ "nonce": nonce(), "text": "é😀".repeat(200) });
        let request = s.request().chunked(size).json(&json!({ "payload": payload }));
        let what = format!("chunks of {size} bytes");
        let value = s.connect().await?.exchange(&request).await.during(&what)?.value().during(&what)?;
        same("the payload", &payload, member(&value, "payload")?).during(&what)?;
    }
    Ok(())
}

async fn garbage(s: &ServerContext) -> CheckResult {
    let key = format!("{CHALLENGE}: {}\r\nContent-Length: 2\r\n", s.key());
    let hosts = ["", "Host: a b\r\n", "Host: a/../b\r\n", "Host: a\r\nHost: b\r\n", "Host: a\x01b\r\n"];
    let hosts = hosts.map(|host| format!("POST / HTTP/1.1\r\n{host}{key}\r\n{{}}").into_bytes());
    let long = "x".repeat(limit::HEADERS_REFUSED + 6 * 1024);
    let oversized = format!("POST / HTTP/1.1\r\nHost: a\r\n{key}X-Long: {long}\r\n\r\n{{}}").into_bytes();
    // With the right key, so that what is refused is the garbage.
    let version = format!("POST / HTTP/9.9\r\nHost: a\r\n{key}\r\n{{}}").into_bytes();
    let no_colon = format!("POST / HTTP/1.1\r\nHost: a\r\n{key}no colon here\r\n\r\n{{}}").into_bytes();
    let others: [&[u8]; 6] = [
        b"\r\n\r\n\x00\x01\x02\x03\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"HELLO\r\n\r\n",
        &version,
        &no_colon,
        &oversized,
    ];
    for bytes in hosts.iter().map(Vec::as_slice).chain(others) {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).escape_debug().to_string();
        let mut connection = s.connect().await?;
        // A server may close before it has read all: then writing fails, and that is a refusal.
        if connection.write(bytes).await.is_ok() {
            is_refused(connection.receive().await).during(&what)?;
        }
        echo(s).await.during(&format!("the next client after {what}"))?;
    }
    let request = s.request().header("X-Long", "x".repeat(limit::HEADERS_ACCEPTED)).json(&json!({}));
    s.connect().await?.exchange(&request).await?.is(200).during("a header block of 8 KiB")?;
    Ok(())
}

async fn configuration(s: &Context) -> CheckResult {
    let wrong = [
        (MAX_BODY, "0"),
        (MAX_BODY, "-1"),
        (MAX_BODY, "12x"),
        (MAX_BODY, "1.5"),
        (MAX_BODY, "1e3"),
        (MAX_BODY, "0x10"),
        (MAX_BODY, "+5"),
        (MAX_BODY, " 5"),
        (MAX_BODY, "5\n"),
        (MAX_BODY, "1000000000000000"),
        (MAX_BODY, "99999999999999999999"),
        (ENTRYPOINT, "/etc/passwd"),
        (ENTRYPOINT, "../index"),
        (ENTRYPOINT, "a/../../index"),
    ];
    let refusals = wrong.map(|(name, value)| {
        (Variable { name, value }, format!("{name}={value:?}: exits non-zero and names the variable"))
    });
    for ((variable, expected), ended) in refusals.iter().zip(s.refuse_each(&refusals).await?) {
        ensure(ended.blames(variable.name), expected, ended.summary())?;
    }
    let server = s.serve(Launch::default().variable(MAX_BODY, "").variable(ENTRYPOINT, "")).await;
    echo(&server.during("empty values")?).await.during("empty values count as unset")?;
    Ok(())
}

async fn expect_continue(s: &ServerContext) -> CheckResult {
    let payload = json!({ "nonce": nonce() });
    let request = s.request().header("Expect", "100-continue").json(&json!({ "payload": payload }));
    let mut connection = s.connect().await?;
    connection.write(&request.head()).await?;
    let interim = connection.receive_interim().await.during("while the body is held back")?;
    ensure(interim.status == 100, "100 Continue while the body is held back", interim.summary())?;
    connection.write(&request.framed_body()).await?;
    let value = connection.receive().await?.value()?;
    same("the payload", &payload, member(&value, "payload")?)
}

async fn ambiguous_length(s: &ServerContext) -> CheckResult {
    let bare = || s.request().unframed();
    let chunks = "2\r\n{}\r\n0\r\n\r\n";
    let cases = [
        (
            "a length, then chunks",
            bare().header("Content-Length", "2").header("Transfer-Encoding", "chunked").body(chunks),
        ),
        (
            "chunks, then a length",
            bare().header("Transfer-Encoding", "chunked").header("Content-Length", "2").body(chunks),
        ),
        (
            "two different lengths",
            bare().header("Content-Length", "2").header("Content-Length", "3").body("{} "),
        ),
    ];
    for (what, request) in cases {
        let mut connection = s.connect().await?;
        connection.send(&request).await?;
        let outcome = connection.receive().await;
        if let Ok(answer) = &outcome {
            // A server that believed one of the two read some body, and complains of that.
            let believed = answer.text().is_some_and(|text| text.contains("\"Body "));
            ensure(!believed, format!("{what}: refused, and not believed"), answer.summary())?;
        }
        is_refused(outcome).during(what)?;
    }
    Ok(())
}

async fn quiet(s: &ServerContext) -> CheckResult {
    let served = s.post(&json!({})).await?;
    let refused = s.send(&s.request().without(CHALLENGE)).await?;
    for answer in [served, refused] {
        for name in ["Server", "X-Powered-By"] {
            let version = answer.header(name).filter(|value| value.contains(|c: char| c.is_ascii_digit()));
            ensure(version.is_none(), format!("no {name} with a version"), format!("{version:?}"))?;
        }
    }
    Ok(())
}

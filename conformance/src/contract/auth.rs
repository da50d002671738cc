//! Which requests are let in, and that the key stays out of sight.

mod disguise;

use serde_json::{Value, json};

use super::barrier::Barrier;
use super::expect::{During, Expect, echo, echoes, ensure, is_refused, member, nonce};
use super::requirement::{LAUNCHES, Requirement, check};
use super::steps::{Probe, Step};
use crate::backend::{CheckResult, Key, Launch, Variable};
use crate::fixture::{Context, Server, ServerContext, Started, eventually};
use crate::wire::Request;
use protocol::{CHALLENGE, KEY, Kind, limit, message};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "auth/valid",
        "[The right key is accepted]; [the header's name is case-insensitive].",
        check!(valid),
    )
    .from_document(),
    Requirement::must("auth/missing", "[No header: 401]; [the function does not run].", check!(missing))
        .from_document()
        .depends_on(&["server/port"]),
    Requirement::must(
        "auth/wrong",
        "[Another key], [a prefix], [a longer one], [another case], [empty]: [the same 401]. \
         (Compared in constant time: by review.)",
        check!(wrong),
    )
    .from_document()
    .depends_on(&["server/port"]),
    Requirement::must(
        "auth/repeated",
        "[The header sent twice: 401], [even if one of them is right].",
        check!(repeated),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "auth/first",
        "Checked before anything else: a wrong key with [a malformed body], [an oversized body] \
         or [a GET] is [401 with `Connection: close`], [sent without waiting for the body]; [a \
         client that does send 6 MiB still reads it].",
        check!(first),
    )
    .depends_on(&["auth/wrong"]),
    Requirement::should(
        "auth/no-continue",
        "A wrong key with `Expect: 100-continue` gets the 401 and [no 100 before it].",
        check!(no_continue),
    )
    .depends_on(&["auth/wrong"]),
    Requirement::must(
        "auth/unset",
        "With `INTERNAL_RUNTIME_KEY` [unset], [empty] or [anything but visible ASCII \
         (0x21–0x7E)], the container [exits non-zero] [without ever answering on port 3000], and \
         [names the variable] [on stderr].",
        check!(Empty, unset),
    )
    .timeout(LAUNCHES),
    Requirement::must(
        "auth/long",
        "[A key of 4,000 characters works]; one of 100,000 works, or [is refused as an unset one is].",
        check!(Empty, long),
    )
    .depends_on(&["auth/wrong"])
    .timeout(LAUNCHES),
    Requirement::must(
        "auth/hidden",
        "User code finds the key [neither in its environment] [nor in `/proc/*/environ`]: \
         `launch.sh` hands it over on a file descriptor and starts the server without the \
         variable. [No log line holds it], [on success], [refusal] or [failure], [not quoted or escaped], \
         [in hex] or [in base64] either. (The memory of \
         its own process is out of scope.)",
        check!(Own, hidden),
    )
    .depends_on(&["auth/wrong", "body/malformed", "function/throw"]),
];

async fn valid(s: &ServerContext) -> CheckResult {
    for name in [CHALLENGE, "x-internal-challenge", "X-INTERNAL-CHALLENGE", "x-INTERNAL-challenge"] {
        let request = Request::post().header(name, s.key()).json(&json!({ "payload": { "nonce": nonce() } }));
        s.connect().await?.exchange(&request).await?.is(200).during(name)?;
    }
    Ok(())
}

/// Sends requests that would leave a trace if the function ran, and expects 401 and no trace, not even later.
async fn are_turned_away(s: &Server, cases: &[(&str, &[&[u8]])]) -> CheckResult {
    let barrier = Barrier::new();
    for (what, keys) in cases {
        let name = what.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let mut request = Request::post().json(&json!({ "payload": barrier.call(&name, 1) }));
        for key in *keys {
            request = request.header(CHALLENGE, key);
        }
        let answer = s.connect().await?.exchange(&request).await.during(what)?;
        answer.says(Kind::Unauthorized, message::UNAUTHORIZED).during(what)?;
    }
    barrier.stays_empty(s, "the function does not run").await
}

async fn missing(s: &ServerContext) -> CheckResult {
    are_turned_away(s, &[("no header", &[])]).await
}

async fn wrong(s: &ServerContext) -> CheckResult {
    let key = s.key();
    let same_length = "#".repeat(key.len());
    let last_differs = format!("{}?", &key[..key.len() - 1]);
    let longer = format!("{key}x");
    let twice = format!("{key}{key}");
    let listed = format!("{key}, {key}");
    let upper = key.to_uppercase();
    let quoted = format!("\"{key}\"");
    let bearer = format!("Bearer {key}");
    let variants = [
        ("another key", "not-the-key"),
        ("another key of the same length", &same_length),
        ("all but the last character", &last_differs),
        ("a prefix", &key[..key.len() - 1]),
        ("its first character", &key[..1]),
        ("a suffix", &key[1..]),
        ("a longer one", &longer),
        ("the key twice over", &twice),
        ("a list of the key", &listed),
        ("another case", &upper),
        ("in quotes", &quoted),
        ("as a bearer token", &bearer),
        ("empty", ""),
        ("`undefined`", "undefined"),
        ("`null`", "null"),
    ];
    let bytes = variants.map(|(what, value)| (what, [value.as_bytes()]));
    let mut cases: Vec<(&str, &[&[u8]])> = bytes.iter().map(|(what, keys)| (*what, &keys[..])).collect();
    cases.push(("bytes that are no text", &[&[0xff, 0xfe, 0xff]]));
    are_turned_away(s, &cases).await
}

async fn repeated(s: &ServerContext) -> CheckResult {
    let (right, wrong) = (s.key().as_bytes(), b"wrong".as_slice());
    let cases: [(&str, &[&[u8]]); 4] = [
        ("right and right", &[right, right]),
        ("right and wrong", &[right, wrong]),
        ("wrong and right", &[wrong, right]),
        ("right and empty", &[right, b""]),
    ];
    are_turned_away(s, &cases).await
}

async fn first(s: &ServerContext) -> CheckResult {
    let wrong = || Request::post().header(CHALLENGE, "wrong");
    let declared = |bytes: usize| wrong().unframed().header("Content-Length", bytes.to_string());
    let cases = [
        ("a malformed body", wrong().body("{")),
        ("a GET", wrong().method("GET")),
        ("an oversized body, of which nothing is sent", declared(s.spec().max_body + 1)),
        ("a body of which half is sent", declared(1000).body("{\"payload\": ")),
        ("6 MiB, sent", wrong().body(vec![b' '; limit::PAYLOAD])),
    ];
    for (what, request) in cases {
        let mut connection = s.connect().await?;
        connection.send(&request).await.during(what)?;
        let answer = connection.receive().await.during(what)?;
        answer.says(Kind::Unauthorized, message::UNAUTHORIZED).during(what)?;
        ensure(answer.closes(), format!("{what}: Connection: close"), format!("{:?}", answer.headers))?;
    }
    echo(s).await.during("the next client")?;
    Ok(())
}

async fn no_continue(s: &ServerContext) -> CheckResult {
    let request = Request::post().header(CHALLENGE, "wrong").header("Expect", "100-continue").body("{}");
    let mut connection = s.connect().await?;
    connection.write(&request.head()).await?;
    let answer = connection.receive().await?;
    answer.error(Kind::Unauthorized)?;
    ensure(answer.interim.is_empty(), "the 401 and nothing before it", format!("{:?}", answer.interim))
}

async fn unset(s: &Context) -> CheckResult {
    let expected = |what: &str| format!("a key that is {what}: exits non-zero, never answers, names {KEY}");
    // By a container of its own, whose exit code is the one that a platform sees.
    let ended = s.refuse(Launch::default().key(Key::Unset), &expected("unset")).await?;
    ensure(ended.blames(KEY), expected("unset"), ended.summary())?;
    let keys = [
        ("empty", ""),
        ("a space in it", "two words"),
        ("a tab in it", "two\twords"),
        ("a line break at its end", "word\n"),
        ("a line break in it", "two\nlines"),
        ("beyond ASCII", "clé"),
        ("a control character", "a\u{7f}b"),
    ];
    let refusals = keys.map(|(what, key)| (Variable { name: KEY, value: key }, expected(what)));
    for (((_, key), (_, expected)), ended) in keys.iter().zip(&refusals).zip(s.refuse_each(&refusals).await?)
    {
        ensure(ended.blames(KEY), expected, ended.summary())?;
        let shown = !key.is_empty() && ended.log.all.contains(key.trim());
        ensure(!shown, "no log line holds the key", ended.summary())?;
    }
    Ok(())
}

async fn long(s: &Context) -> CheckResult {
    let key = format!("{:k<4000}", nonce());
    let server =
        s.serve(Launch::default().key(Key::Raw(key.clone()))).await.during("a key of 4,000 characters")?;
    let payload = json!({ "nonce": nonce() });
    let asked = |key: &str| Request::post().header(CHALLENGE, key).json(&json!({ "payload": payload }));
    let answer = server.connect().await?.exchange(&asked(&key)).await;
    echoes(&answer.during("a key of 4,000 characters")?, &payload).during("a key of 4,000 characters")?;
    let shorter = server.connect().await?.exchange(&asked(&key[..key.len() - 1])).await?;
    shorter.error(Kind::Unauthorized).during("all of a key of 4,000 characters but the last")?;

    let expected = format!("a key of 100,000 characters: serves, or exits non-zero and names {KEY}");
    match s.start(Launch::default().key(Key::Raw("k".repeat(100_000)))).await.during(&expected)? {
        // No header of that size is accepted, so that it answers is all there is to see.
        Started::Serving(_) => Ok(()),
        Started::Ended(ended) => ensure(ended.blames(KEY), expected, ended.summary()),
    }
}

async fn hidden(s: &ServerContext) -> CheckResult {
    let nonce = nonce();
    let value = s.observe([Step::environ()]).await?;
    let processes = member(&value, "processes")?.as_object().cloned().unwrap_or_default();
    ensure(!processes.is_empty(), "the probe reads at least its own environment", value.to_string())?;
    let variables = member(&value, "variables")?;
    for (place, text) in processes.iter().chain([(&"the function's own".to_string(), variables)]) {
        let text = match text {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let found = text.contains(s.key()) || text.contains(KEY);
        ensure(!found, format!("the key nowhere in environment {place}"), "it is there".to_string())?;
    }

    s.run([Step::throw(&nonce)]).await?.error(Kind::FunctionError)?;
    s.send(&s.request().body("{")).await?.error(Kind::BadRequest)?;
    let refused = Request::post().header(CHALLENGE, format!("{}x", s.key()));
    s.send(&refused).await?.error(Kind::Unauthorized)?;
    let mut garbled = s.connect().await?;
    garbled.write(format!("HELLO\r\n{CHALLENGE}: {}\r\n\r\n", s.key()).as_bytes()).await?;
    is_refused(garbled.receive().await)?;
    let log = eventually("the function's failure in the log", || async {
        let log = s.log().await?;
        Ok(if log.contains(&nonce) { Ok(log) } else { Err("it is not there".to_string()) })
    })
    .await?;
    let spelling = disguise::spelling(&log, s.key());
    ensure(
        spelling.is_none(),
        "no log line holds the key",
        format!("one does, {}", spelling.unwrap_or_default()),
    )
}

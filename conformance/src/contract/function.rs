//! What a function may answer, how it may fail, and what of it others may notice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::expect::{During, Expect, Meeting, echo, ensure, is_done, member, nonce, same};
use super::requirement::check;
use super::{Requirement, Stage};
use crate::protocol::{CHALLENGE, Kind};
use crate::target::{Checked, Server, Subject, eventually};
use crate::wire::{Request, Response};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "function/send",
        "`res.send(text)` → 200, `text/plain; charset=utf-8`, the exact text, also empty, also \
         Unicode.",
        check!(send),
    )
    .clauses(&["200", "`text/plain; charset=utf-8`", "the exact text", "also empty", "also Unicode"])
    .on(&["body/fields"]),
    Requirement::must(
        "function/bytes",
        "`res.bytes(bytes)` → 200, `application/octet-stream`, the bytes unchanged.",
        check!(bytes),
    )
    .clauses(&["200", "`application/octet-stream`", "the bytes unchanged"])
    .on(&["body/fields"]),
    Requirement::must(
        "function/json",
        "`res.json(value)` → 200, `application/json`, no spaces outside strings, any JSON value.",
        check!(json),
    )
    .clauses(&["200", "`application/json`", "no spaces outside strings", "any JSON value"])
    .on(&["body/fields"]),
    Requirement::must(
        "function/status",
        "The second argument sets the status, an integer 200–599; 204, 205 and 304 carry no body.",
        check!(status),
    )
    .clauses(&[
        "The second argument sets the status",
        "an integer 200–599",
        "204",
        "205",
        "304 carry no body",
    ])
    .on(&["function/send"]),
    Requirement::must(
        "function/headers",
        "The third argument, an object of strings, sets headers and may replace `Content-Type`; a \
         list of strings sends the header once for each (`Set-Cookie`). CR, LF or NUL in a name \
         or value, a name that is no HTTP token, and the names `Content-Length`, \
         `Transfer-Encoding`, `Connection`, `Date`, `X-Internal-*` in any case: 500 \
         `invalid-response`.",
        check!(headers),
    )
    .clauses(&[
        "The third argument, an object of strings, sets headers",
        "may replace `Content-Type`",
        "a list of strings sends the header once for each",
        "CR, LF or NUL in a name or value",
        "CR",
        "LF",
        "NUL in a name or value",
        "a name that is no HTTP token",
        "`Content-Length`",
        "`Transfer-Encoding`",
        "`Connection`",
        "`Date`",
        "`X-Internal-*`",
        "in any case",
        "500 `invalid-response`",
    ])
    .on(&["function/send"]),
    Requirement::must(
        "function/invalid",
        "A status that is no integer 200–599, or a value the JSON encoder refuses (a cycle, an \
         open file): 500 `invalid-response`. NaN and infinities: that, or `null`; never written \
         as such.",
        check!(invalid),
    )
    .clauses(&[
        "A status that is no integer 200–599",
        "no integer",
        "a value the JSON encoder refuses",
        "500 `invalid-response`",
        "NaN",
        "infinities",
    ])
    .on(&["function/send"]),
    Requirement::must(
        "function/throw",
        "A handler that fails: 500 `function-error`; the stack goes to stderr; the server lives.",
        check!(throw),
    )
    .clauses(&["500 `function-error`", "the stack goes to stderr", "the server lives"])
    .on(&["body/fields"]),
    Requirement::must(
        "function/async-throw",
        "A handler that fails after an await (where the language has one): 500 `function-error`; \
         the stack goes to stderr; the server lives.",
        check!(async_throw),
    )
    .clauses(&["500 `function-error`", "the stack goes to stderr", "the server lives"])
    .on(&["function/throw"])
    .needs("async"),
    Requirement::must(
        "function/no-response",
        "A handler that finishes without an answer: 500 `no-response`.",
        check!(no_response),
    )
    .clauses(&["500 `no-response`"])
    .on(&["body/fields"]),
    Requirement::must(
        "function/double",
        "A second outcome: the first one wins, a warning on stderr; the server lives.",
        check!(double),
    )
    .clauses(&["the first one wins", "a warning on stderr", "the server lives"])
    .on(&["function/send"])
    .at(Stage::Own),
    Requirement::must(
        "function/large",
        "A 10 MiB answer arrives whole, also at a client that ends its side after the request.",
        check!(large),
    )
    .clauses(&["A 10 MiB answer arrives whole", "also at a client that ends its side after the request"])
    .on(&["function/send"]),
    Requirement::must(
        "function/isolated",
        "`env`, `payload` and `headers` of one request are never seen by another; what a function \
         writes into them is gone; `env` never enters the process environment.",
        check!(isolated),
    )
    .clauses(&[
        "are never seen by another",
        "what a function writes into them is gone",
        "`env` never enters the process environment",
    ])
    .on(&["body/fields"]),
    Requirement::must(
        "function/output",
        "Each line a function prints is in the container's log, without a further request and \
         without the process ending.",
        check!(output),
    )
    .clauses(&[
        "Each line a function prints is in the container's log",
        "without a further request",
        "without the process ending",
    ])
    .on(&["body/fields"]),
    Requirement::must(
        "function/abandoned",
        "A client that goes away while the function runs: it runs to its end, nothing else is \
         disturbed, no descriptor leaks (50 such, then the count is as before).",
        check!(abandoned),
    )
    .clauses(&["it runs to its end", "nothing else is disturbed", "no descriptor leaks"])
    .on(&["auth/wrong", "body/fields"])
    .at(Stage::Own),
    Requirement::should(
        "function/stray",
        "A failure in work left running after the answer does not take the server down.",
        check!(stray),
    )
    .clauses(&[
        "A failure in work left running after the answer does not take the server down",
        "does not take the server down",
    ])
    .on(&["function/send"])
    .needs("background")
    .at(Stage::Own),
];

fn has_type(answer: &Response, media: &str) -> Checked {
    let types = answer.all("Content-Type");
    ensure(types == [media], format!("Content-Type: {media}, once"), format!("{types:?}"))
}

fn has_text(answer: &Response, text: &str) -> Checked {
    ensure(answer.text() == Some(text), format!("the exact text {text:?}"), answer.summary())
}

async fn send(s: &Subject) -> Checked {
    let texts = [
        nonce(),
        String::new(),
        "é 漢字 😀 \u{0}\r\n\t".into(),
        "{\"no\": \"json\"}".into(),
        "\u{feff}x".into(),
    ];
    for text in texts {
        let answer = s.act(json!({ "action": "send", "text": text })).await?;
        has_text(answer.is(200)?, &text)?;
        has_type(&answer, "text/plain; charset=utf-8")?;
    }
    Ok(())
}

async fn bytes(s: &Subject) -> Checked {
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let mut random = vec![0; 100_000];
    rand::fill(&mut random[..]);
    for bytes in [all, random, Vec::new(), b"\xff\xfe\r\n\r\n".to_vec()] {
        let answer = s.act(json!({ "action": "bytes", "base64": BASE64.encode(&bytes) })).await?;
        answer.is(200)?;
        ensure(answer.body == bytes, format!("the {} bytes unchanged", bytes.len()), answer.summary())?;
        has_type(&answer, "application/octet-stream")?;
    }
    Ok(())
}

async fn json(s: &Subject) -> Checked {
    let values = [
        json!({ "nonce": nonce(), "a b": [1, 2.5, "c d", { "e": null }], "empty": [{}, []] }),
        json!([]),
        json!({}),
        json!("a b\u{0}😀"),
        json!(""),
        json!(0),
        json!(-1.5),
        json!(true),
        json!(null),
    ];
    for value in values {
        let answer = s.act(json!({ "action": "json", "value": value })).await?;
        same("the value", &value, &answer.value()?)?;
        has_type(&answer, "application/json")?;
        let text = answer.text().unwrap_or_default();
        ensure(!has_space_outside_strings(text), "no spaces outside strings", text)?;
    }
    Ok(())
}

fn has_space_outside_strings(json: &str) -> bool {
    let (mut within, mut escaped) = (false, false);
    json.chars().any(|c| {
        let space = !within && c.is_whitespace();
        match c {
            _ if escaped => escaped = false,
            '\\' if within => escaped = true,
            '"' => within = !within,
            _ => {}
        }
        space
    })
}

async fn status(s: &Subject) -> Checked {
    let base64 = BASE64.encode("text");
    for status in
        [200, 201, 202, 206, 299, 301, 302, 400, 401, 404, 405, 413, 418, 429, 451, 499, 500, 503, 599]
    {
        let text = nonce();
        let answer = s.act(json!({ "action": "send", "text": text, "status": status })).await?;
        has_text(answer.is(status)?, &text)?;
    }
    for payload in [json!({ "action": "json", "value": 1 }), json!({ "action": "bytes", "base64": base64 })] {
        let mut payload = payload;
        payload["status"] = json!(203);
        s.act(payload).await?.is(203)?;
    }
    for status in [204, 205, 304] {
        let what = format!("status {status}");
        let payload = json!({ "action": "send", "text": "not to be sent", "status": status });
        let mut connection = s.connect().await?;
        let answer =
            connection.exchange(&s.request().json(&json!({ "payload": payload }))).await.during(&what)?;
        answer.is(status)?;
        ensure(answer.body.is_empty(), format!("{what}: no body"), answer.summary())?;
        // Were there a body after all, it would be taken for the next answer's status line.
        let next = connection.exchange(&s.request().json(&json!({}))).await;
        next.during(&format!("the next request after {what}"))?.is(200)?;
    }
    Ok(())
}

async fn headers(s: &Subject) -> Checked {
    let n = nonce();
    let headers = json!({
        "X-One": n, "x-lower": "a", "X-Empty": "", "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": ["a=1; Path=/", "b=2"], "X-Alone": ["one"], "Location": "/elsewhere", "Cache-Control": "no-store"
    });
    let answer = s.act(json!({ "action": "send", "text": n, "status": 201, "headers": headers })).await?;
    has_text(answer.is(201)?, &n)?;
    for (name, value) in headers.as_object().into_iter().flatten() {
        let wanted: Vec<&str> = match value {
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        };
        let found = answer.all(name);
        ensure(found == wanted, format!("{name}: {wanted:?}"), format!("{found:?}"))?;
    }
    let lower = json!({ "content-type": "image/svg+xml" });
    for payload in [
        json!({ "action": "json", "value": 1, "headers": lower }),
        json!({ "action": "bytes", "base64": "", "headers": lower }),
        json!({ "action": "send", "text": "", "headers": lower }),
    ] {
        has_type(s.act(payload).await?.is(200)?, "image/svg+xml")?;
    }

    let refused = [
        ("X-A", "a\r\nX-Injected: 1"),
        ("X-A", "a\nb"),
        ("X-A", "a\rb"),
        ("X-A", "a\u{0}b"),
        ("X-A\r\nX-Injected", "1"),
        ("X A", "1"),
        ("X-A:", "1"),
        ("", "1"),
        ("Content-Length", "1"),
        ("content-length", "1"),
        ("Transfer-Encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("Connection", "close"),
        ("CONNECTION", "keep-alive"),
        ("Date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("X-Internal-Error", "unauthorized"),
        ("x-internal-anything", "1"),
    ];
    for (name, value) in refused {
        let what = format!("{name:?}: {value:?}");
        let payload = json!({ "action": "send", "text": "text", "headers": { name: value } });
        is_invalid(s, payload, &what).await?;
    }
    let listed = json!({ "action": "send", "text": "text", "headers": { "X-A": ["fine", "a\r\nb"] } });
    is_invalid(s, listed, "a list with one bad value").await
}

async fn is_invalid(s: &Server, payload: Value, what: &str) -> Checked {
    let answer = s.act(payload).await.during(what)?;
    let injected = answer.header("X-Injected");
    ensure(injected.is_none(), format!("{what}: nothing injected"), format!("{injected:?}"))?;
    answer.says(Kind::InvalidResponse, "The function's answer is not valid.").during(what)
}

async fn invalid(s: &Subject) -> Checked {
    for status in [0, 99, 100, 101, 199, 600, 999, 1000, 65_535] {
        let payload = json!({ "action": "send", "text": "text", "status": status });
        is_invalid(s, payload, &format!("status {status}")).await?;
    }
    is_invalid(s, json!({ "action": "json", "value": 1, "status": 600 }), "json with status 600").await?;
    for status in [json!(200.5), json!("200"), json!(true)] {
        let payload = json!({ "action": "send", "text": "text", "status": status });
        // Where the language's types refuse it, it is the function that fails.
        if s.act(payload.clone()).await?.error(Kind::FunctionError).is_err() {
            is_invalid(s, payload, &format!("status {status}")).await?;
        }
    }
    is_invalid(s, json!({ "action": "unencodable" }), "a value that no JSON encoder takes").await?;
    for which in ["nan", "infinity", "-infinity"] {
        let answer = s.act(json!({ "action": "not-a-number", "which": which })).await?;
        if answer.status == 200 {
            same(which, &json!({ "value": null }), &answer.value().during(which)?)?;
        } else {
            answer.says(Kind::InvalidResponse, "The function's answer is not valid.").during(which)?;
        }
    }
    echo(s).await.during("the next request")?;
    Ok(())
}

/// Expects `function-error` with the message, its place in `stack`, and the stack on standard error.
async fn fails(s: &Server, action: &str) -> Checked {
    let message = format!("deliberate {}", nonce());
    let answer = s.act(json!({ "action": action, "message": message })).await?;
    let said = answer.error(Kind::FunctionError)?;
    ensure(said.contains(&message), format!("the error's own text {message:?}"), said)?;
    let body = answer.json().unwrap_or_default();
    let stack = body["stack"].as_str().unwrap_or_default();
    ensure(stack.contains(&message), "the whole in `stack`", answer.summary())?;
    logs(s, &message).await?;
    echo(s).await.during("the next request")?;
    Ok(())
}

/// Waits until a text is on standard error.
async fn logs(s: &Server, text: &str) -> Checked {
    eventually(&format!("{text:?} on standard error"), || async {
        let found = s.errors().await?.contains(text);
        Ok(if found { Ok(()) } else { Err("it is not there".to_string()) })
    })
    .await
}

async fn throw(s: &Subject) -> Checked {
    fails(s, "throw").await?;
    let message = format!("first line {}\nsecond line", nonce());
    let answer = s.act(json!({ "action": "throw", "message": message })).await?;
    let said = answer.error(Kind::FunctionError)?;
    ensure(!said.contains("second line"), "the first line alone in `message`", said)
}

async fn async_throw(s: &Subject) -> Checked {
    fails(s, "throw-later").await
}

async fn no_response(s: &Subject) -> Checked {
    let silent = "The function did not answer.";
    s.act(json!({ "action": "silent" })).await?.says(Kind::NoResponse, silent)?;
    echo(s).await.during("the next request")?;
    Ok(())
}

async fn double(s: &Subject) -> Checked {
    let (first, second) = (nonce(), nonce());
    let answer = s.act(json!({ "action": "twice", "first": first, "second": second })).await?;
    has_text(answer.is(200)?, &first)?;

    let before = s.errors().await?.len();
    s.act(json!({ "action": "twice", "first": "", "second": second })).await?.is(200)?;
    eventually("a warning on stderr for the second answer", || async {
        let grown = s.errors().await?.len() > before;
        Ok(if grown { Ok(()) } else { Err("nothing was printed".to_string()) })
    })
    .await?;

    let message = format!("deliberate {}", nonce());
    let payload = json!({ "action": "send-then-throw", "text": first, "message": message });
    has_text(s.act(payload).await?.is(200)?, &first).during("an answer, then a failure")?;
    logs(s, &message).await?;
    echo(s).await.during("the next request")?;
    Ok(())
}

async fn large(s: &Subject) -> Checked {
    const SIZE: usize = 10 * 1024 * 1024;
    let line = format!("{}é😀\n", nonce());
    let times = SIZE / line.len() + 1;
    let payload = json!({ "action": "send", "text": line, "times": times });
    let request = s.request().json(&json!({ "payload": payload }));
    for (ends, when) in [(false, "a client that stays"), (true, "a client that has ended its side")] {
        let mut connection = s.connect().await?;
        connection.send(&request).await?;
        if ends {
            connection.finish_sending().await?;
        }
        let answer = connection.receive().await.during(when)?;
        answer.is(200).during(when)?;
        let whole = answer.body == line.repeat(times).into_bytes();
        let expected = format!("{when}: {} bytes as they were sent", line.len() * times);
        ensure(whole, expected, answer.summary())?;
    }
    Ok(())
}

async fn isolated(s: &Subject) -> Checked {
    let name = format!("SET_{}", nonce()).to_uppercase();
    let n = nonce();
    let body = json!({
        "payload": { "action": "mutate", "nonce": n }, "env": { &name: n }, "headers": { "x-secret": n }
    });
    let changed = s.post(&body).await?.value()?;
    for field in ["payload", "env", "headers"] {
        let written = &member(&changed, field)?["mutated"];
        same(&format!("`{field}.mutated`"), &json!(n), written).during("what the function wrote itself")?;
    }
    // Without the fields as well: a default that all requests share is written into for all of them.
    let mutated = s.act(json!({ "action": "mutate", "nonce": n })).await?.value()?;
    for field in ["env", "headers"] {
        same(field, &json!({ "mutated": n }), member(&mutated, field)?).during("the next request")?;
    }
    for _ in 0..8 {
        let value = s.post(&json!({})).await?.value()?;
        for field in ["payload", "env", "headers"] {
            same(field, &json!({}), member(&value, field)?).during("the next request")?;
        }
    }
    let probed =
        s.post(&json!({ "payload": { "action": "environment" }, "env": { &name: n } })).await?.value()?;
    let variables = member(&probed, "variables")?;
    let leaked = variables.get(&name).is_some() || variables.to_string().contains(&n);
    ensure(!leaked, "`env` never in the process environment", format!("{name} is there"))
}

async fn output(s: &Subject) -> Checked {
    let lines: Vec<String> = (0..3).map(|i| format!("line {i} {} é😀", nonce())).collect();
    let errors: Vec<String> = (0..3).map(|i| format!("error {i} {} é😀", nonce())).collect();
    s.act(json!({ "action": "print", "stdout": lines, "stderr": errors })).await?.is(200)?;
    for wanted in lines.iter().chain(&errors) {
        eventually(&format!("the line {wanted:?} in the container's log, by itself"), || async {
            let log = s.log().await?;
            let there = log.lines().any(|line| line == wanted);
            Ok(if there { Ok(()) } else { Err(tail(&log)) })
        })
        .await?;
    }
    Ok(())
}

fn tail(log: &str) -> String {
    let last: Vec<&str> = log.lines().rev().take(5).collect();
    format!("the last lines are {last:?}")
}

async fn abandoned(s: &Subject) -> Checked {
    const CLIENTS: usize = 50;
    echo(s).await?;
    let before = descriptors(s).await?;
    for _ in 0..CLIENTS {
        let refused = Request::post().header(CHALLENGE, "wrong").body("{}");
        s.connect().await?.exchange(&refused).await?.error(Kind::Unauthorized)?;
    }
    let meeting = Meeting::new();
    let mut gone = Vec::new();
    for number in 0..CLIENTS {
        let mut connection = s.connect().await?;
        let payload = meeting.call(&format!("client-{number}"), CLIENTS + 1);
        connection.send(&s.request().json(&json!({ "payload": payload }))).await?;
        gone.push(connection);
    }
    meeting.gather(s, CLIENTS, |name| !is_done(name)).await?;
    for (number, connection) in gone.into_iter().enumerate() {
        if number % 2 == 0 {
            connection.reset();
        }
    }
    echo(s).await.during("another client meanwhile")?;
    s.act(meeting.call("the-last", CLIENTS + 1)).await?.is(200).during("another client meanwhile")?;
    meeting.gather(s, CLIENTS + 1, is_done).await.during("each function runs to its end")?;
    eventually(&format!("{before} descriptors, as before"), || async {
        let now = descriptors(s).await?;
        Ok(if now <= before { Ok(()) } else { Err(format!("{now} descriptors")) })
    })
    .await
}

/// Descriptors of all processes in the container, without those of the program that counts.
async fn descriptors(s: &Server) -> Checked<u64> {
    let seen = s.machine().look().await?;
    let processes = member(&seen, "processes")?.as_array().cloned().unwrap_or_default();
    Ok(processes.iter().filter_map(|process| process["descriptors"].as_u64()).sum())
}

async fn stray(s: &Subject) -> Checked {
    let (text, message) = (nonce(), format!("deliberate {}", nonce()));
    let payload = json!({ "action": "stray", "text": text, "message": message });
    has_text(s.act(payload).await?.is(200)?, &text)?;
    logs(s, &message).await?;
    let before = s.errors().await?.len();
    let silent = s.act(json!({ "action": "answer-late", "text": nonce() })).await?;
    silent.error(Kind::NoResponse).during("an answer after the end")?;
    eventually("a warning on stderr for the answer after the end", || async {
        let grown = s.errors().await?.len() > before;
        Ok(if grown { Ok(()) } else { Err("nothing was printed".to_string()) })
    })
    .await?;
    for _ in 0..3 {
        echo(s).await.during("the next request")?;
    }
    Ok(())
}

//! The body of a request: five fields of JSON, all optional.

use serde_json::{Map, Value, json};

use super::Requirement;
use super::expect::{During, Expect, Meeting, echo, ensure, member, nonce, same};
use super::requirement::check;
use crate::protocol::{CODE, Kind, MAX_BODY};
use crate::target::{Checked, Launch, Server, Subject};
use crate::wire::Response;

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "body/defaults",
        "`{}` and an empty body mean: `path` `/usr/code`, `file` the entrypoint, `env` `{}`, \
         `payload` `{}`, `headers` `{}`.",
        check!(defaults),
    )
    .clauses(&[
        "an empty body",
        "`path` `/usr/code`",
        "`file` the entrypoint",
        "`env` `{}`",
        "`payload` `{}`",
        "`headers` `{}`",
    ])
    .on(&["server/port"]),
    Requirement::must(
        "body/fields",
        "Each field alone, and all together, reaches the function equal to what was sent.",
        check!(fields),
    )
    .clauses(&["Each field alone", "all together", "equal to what was sent"])
    .on(&["server/port"]),
    Requirement::must("body/null", "A field that is `null` counts as absent.", check!(null))
        .clauses(&["A field that is `null` counts as absent"])
        .on(&["body/defaults"]),
    Requirement::must("body/unknown", "Unknown fields are ignored.", check!(unknown))
        .clauses(&["Unknown fields are ignored"])
        .on(&["body/defaults"]),
    Requirement::must(
        "body/content-type",
        "Parsed as JSON whatever `Content-Type` says.",
        check!(content_type),
    )
    .clauses(&["Parsed as JSON", "whatever `Content-Type` says"])
    .on(&["body/fields"]),
    Requirement::must(
        "body/payload-any",
        "`payload` may be any JSON value: object, array, string, number, boolean.",
        check!(payload_any),
    )
    .clauses(&["array", "string", "number", "boolean"])
    .on(&["body/fields"]),
    Requirement::must("body/malformed", "Not JSON, or not UTF-8: 400.", check!(malformed))
        .clauses(&["Not JSON", "not UTF-8", "400"])
        .on(&["server/port"]),
    Requirement::must(
        "body/not-object",
        "An array, string, number, boolean or `null` as the whole body: 400.",
        check!(not_object),
    )
    .clauses(&["An array", "string", "number", "boolean", "`null` as the whole body", "400"])
    .on(&["server/port"]),
    Requirement::must(
        "body/wrong-type",
        "`path` or `file` that is no non-empty string, `env` or `headers` that is no object of \
         strings (`null` inside is no string): 400, and the message names the field.",
        check!(wrong_type),
    )
    .clauses(&[
        "`path` or `file` that is no non-empty string",
        "`env` or `headers` that is no object of strings",
        "(`null` inside is no string)",
        "400",
        "the message names the field",
    ])
    .on(&["server/port"]),
    Requirement::must(
        "body/values",
        "Round trip: Unicode with astral characters, integers to ±(2^53−1), doubles of up to 15 \
         significant digits, nesting to depth 64, 1,000 members, empty object and empty array.",
        check!(values),
    )
    .clauses(&[
        "Unicode with astral characters",
        "integers to ±(2^53−1)",
        "doubles of up to 15 significant digits",
        "nesting to depth 64",
        "1,000 members",
        "empty object",
        "empty array",
    ])
    .on(&["body/fields"]),
    Requirement::must("body/nul", "U+0000 in a string round-trips.", check!(nul))
        .clauses(&["U+0000 in a string round-trips"])
        .on(&["body/fields"]),
    Requirement::must(
        "body/hostile",
        "More than 512 brackets open at once, 100,000 nested arrays, a NUL in `file`: 400. A lone \
         surrogate, `1e400`, `1e100000000`, a number of 100,000 digits, a member given twice, a \
         byte order mark: 200 or 400. Never 5xx or silence; what is emitted is JSON; the next \
         request is served.",
        check!(hostile),
    )
    .clauses(&[
        "More than 512 brackets open at once",
        "100,000 nested arrays",
        "A lone surrogate",
        "`1e400`",
        "`1e100000000`",
        "a number of 100,000 digits",
        "a member given twice",
        "a byte order mark",
        "Never 5xx or silence",
        "what is emitted is JSON",
        "the next request is served",
    ])
    .on(&["body/fields"]),
    Requirement::must(
        "body/large",
        "A 6 MiB payload works. Over the limit (20 MiB, or `INTERNAL_RUNTIME_MAX_BODY` bytes) is \
         413, declared or chunked.",
        check!(large),
    )
    .clauses(&[
        "A 6 MiB payload works",
        "Over the limit (20 MiB",
        "`INTERNAL_RUNTIME_MAX_BODY` bytes",
        "is 413",
        "declared",
        "chunked",
    ])
    .on(&["body/fields"]),
    Requirement::must(
        "body/truncated",
        "A client that goes away mid-body does not invoke the function, and harms no one else.",
        check!(truncated),
    )
    .clauses(&["does not invoke the function", "harms no one else"])
    .on(&["server/port"]),
];

/// Brackets that may be open at once.
const NESTING: usize = 512;

async fn has_defaults(s: &Server, answer: &Response) -> Checked {
    let value = answer.value()?;
    for name in ["payload", "env", "headers"] {
        same(name, &json!({}), member(&value, name)?)?;
    }
    let by_name = s.post(&json!({ "path": CODE })).await?.value()?;
    same("`file`", member(&by_name, "file")?, member(&value, "file")?)
}

async fn defaults(s: &Subject) -> Checked {
    for (what, body) in [("`{}`", "{}"), ("an empty body", "")] {
        let answer = s.send(&s.request().body(body)).await?;
        has_defaults(s, &answer).await.during(what)?;
        let file = json!(s.facts().entrypoint);
        same("`file`", &file, member(&answer.value()?, "file")?).during(what)?;
    }
    let chunked = s.request().chunked(1).body("");
    has_defaults(s, &s.connect().await?.exchange(&chunked).await?).await.during("an empty chunked body")?;
    let lengthless = s.request().unframed();
    has_defaults(s, &s.connect().await?.exchange(&lengthless).await?).await.during("no body at all")
}

async fn fields(s: &Subject) -> Checked {
    let n = nonce();
    let (folder, file) = &s.facts().nested;
    let path = format!("{CODE}/{folder}");
    let env = json!({ "A": n, "empty": "", "Ünï": "é😀", "PATH": "/nowhere", "a.b-c": "=" });
    let headers = json!({ "X-Custom": n, "x-custom": "other", "Content-Length": "1", "": "empty name" });
    let payload = json!({ "nonce": n, "list": [1, "two", null, { "three": 3.5 }] });
    let nested = format!("{folder}/{file}");

    for (name, value) in [("env", &env), ("headers", &headers), ("payload", &payload)] {
        let answer = s.post(&json!({ name: value })).await?.value().during(name)?;
        same(name, value, member(&answer, name)?)?;
    }
    let answer = s.post(&json!({ "file": nested })).await?.value().during("file")?;
    same("`file`", &json!(nested), member(&answer, "file")?)?;
    let answer = s.post(&json!({ "path": path, "file": file })).await?.value().during("path")?;
    same("`file`", &json!(nested), member(&answer, "file")?)?;

    let all = json!({ "path": path, "file": file, "env": env, "headers": headers, "payload": payload });
    let answer = s.post(&all).await?.value().during("all together")?;
    same("`file`", &json!(nested), member(&answer, "file")?)?;
    for name in ["env", "headers", "payload"] {
        same(name, &all[name], member(&answer, name)?).during("all together")?;
    }
    Ok(())
}

async fn null(s: &Subject) -> Checked {
    for name in ["path", "file", "env", "payload", "headers"] {
        let answer = s.post(&json!({ name: null })).await?;
        has_defaults(s, &answer).await.during(&format!("`{name}` is null"))?;
    }
    Ok(())
}

async fn unknown(s: &Subject) -> Checked {
    let body =
        json!({ "timeout": 1, "Payload": { "a": 1 }, "payload ": [], "": null, "__proto__": { "env": 1 } });
    has_defaults(s, &s.post(&body).await?).await
}

async fn content_type(s: &Subject) -> Checked {
    let payload = json!({ "nonce": nonce() });
    let body = json!({ "payload": payload }).to_string();
    let types = [
        None,
        Some(""),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/json; charset=utf-16"),
        Some("no/such/type"),
    ];
    for media in types {
        let request = s.request().body(body.clone());
        let request = media.map_or(request.clone(), |media| request.header("Content-Type", media));
        let what = format!("Content-Type: {media:?}");
        let value = s.connect().await?.exchange(&request).await.during(&what)?.value().during(&what)?;
        same("the payload", &payload, member(&value, "payload")?).during(&what)?;
    }
    Ok(())
}

async fn payload_any(s: &Subject) -> Checked {
    let n = nonce();
    let values = [
        json!({ "nonce": n }),
        json!([n, 1]),
        json!(n),
        json!(""),
        json!(0),
        json!(-1.5),
        json!(true),
        json!(false),
        json!([]),
    ];
    for payload in values {
        let value = s.act(payload.clone()).await?.value()?;
        same("the payload", &payload, member(&value, "payload")?)?;
    }
    Ok(())
}

async fn malformed(s: &Subject) -> Checked {
    let bodies: [&[u8]; 18] = [
        b"{",
        b"}",
        b"nonsense",
        b"{\"payload\":}",
        b"{\"payload\": 1,}",
        b"{\"payload\": [1,]}",
        b"{'payload': 1}",
        b"{payload: 1}",
        b"{} {}",
        b"{}x",
        b"{\"payload\": 01}",
        b"{\"payload\": NaN}",
        b"{\"payload\": \"a\nb\"}",
        b"{\"payload\": \"\\x\"}",
        b"{\"payload\": \"\xff\"}",
        b"{\"payload\": \"\xc0\xaf\"}",
        b"{\"payload\": \"\xed\xa0\x80\"}",
        b"\xff\xfe{\x00}\x00",
    ];
    for body in bodies {
        let what = body.escape_ascii().to_string();
        let answer = s.send(&s.request().body(body)).await?;
        answer.says(Kind::BadRequest, "Body is not valid JSON.").during(&what)?;
    }
    Ok(())
}

async fn not_object(s: &Subject) -> Checked {
    for body in ["[]", "[{}]", "\"text\"", "1", "-0.5", "null", "true", "false", " null "] {
        let answer = s.send(&s.request().body(body)).await?;
        answer.says(Kind::BadRequest, "Body must be a JSON object.").during(body)?;
    }
    Ok(())
}

async fn wrong_type(s: &Subject) -> Checked {
    let no_text = [json!(1), json!(true), json!([]), json!({}), json!("")];
    let no_strings = [
        json!("text"),
        json!(1),
        json!(false),
        json!([]),
        json!(["a"]),
        json!({ "a": 1 }),
        json!({ "a": null }),
        json!({ "a": { "b": "c" } }),
        json!({ "a": ["b"] }),
        json!({ "a": "b", "c": true }),
    ];
    let fields = [("path", &no_text[..]), ("file", &no_text), ("env", &no_strings), ("headers", &no_strings)];
    for (name, values) in fields {
        for value in values {
            let what = format!("`{name}` is {value}");
            let message = s.post(&json!({ name: value })).await?.error(Kind::BadRequest).during(&what)?;
            let formed = message.starts_with(&format!("{name} must be ")) && message.ends_with('.');
            ensure(formed, format!("{what}: the message `{name} must be <what>.`"), message)?;
        }
    }
    Ok(())
}

async fn values(s: &Subject) -> Checked {
    let many: Map<String, Value> = (0..1000).map(|i| (format!("member-{i}"), json!(i))).collect();
    let mut deep = json!({ "bottom": nonce() });
    for level in 1..64 {
        deep = if level % 2 == 0 { json!({ "in": deep }) } else { json!([deep]) };
    }
    let numbers = json!([
        0,
        -1,
        9_007_199_254_740_991_i64,
        -9_007_199_254_740_991_i64,
        1.5,
        -0.1,
        0.3,
        123_456_789.012_345,
        1e15,
        1e-7,
        2.5e300,
        1.25e-300,
        100_000_000_000_000_000_000.0,
        4.669_201_609_102_99
    ]);
    let text = "é ß 漢字 😀 👩‍👩‍👧 \u{10ffff} \u{fffd} \u{feff} \u{2028}\u{2029} \t\r\n\u{8}\u{c} \" \\ / </script> \u{7f}";
    let keys = json!({ "é😀": 1, "": 2, " ": 3, "__proto__": { "a": 1 }, "constructor": 4, "toString": 5, "10": 6, "9": 7 });
    let payload = json!({
        "nonce": nonce(), "numbers": numbers, "text": text, "keys": keys, "many": many, "deep": deep,
        "empty": [{}, [], "", [[]], [{}], { "a": {} }], "others": [true, false, null]
    });
    let value = s.act(payload.clone()).await?.value()?;
    for name in ["numbers", "text", "keys", "empty", "others", "many", "deep", "nonce"] {
        same(name, &payload[name], member(member(&value, "payload")?, name)?)?;
    }
    same("the payload", &payload, member(&value, "payload")?)
}

async fn nul(s: &Subject) -> Checked {
    let text = format!("\u{0}{}\u{0}\u{0}", nonce());
    let body =
        json!({ "payload": { "text": text, "\u{0}": 1 }, "env": { "A": text }, "headers": { "B": text } });
    let value = s.post(&body).await?.value()?;
    for name in ["payload", "env", "headers"] {
        same(name, &body[name], member(&value, name)?)?;
    }
    Ok(())
}

async fn hostile(s: &Subject) -> Checked {
    let wrap = |payload: &str| format!("{{\"payload\": {payload}}}").into_bytes();
    let nested = |open: &str, close: &str, times: usize| wrap(&(open.repeat(times) + &close.repeat(times)));
    let too_deep = [
        ("100,000 nested arrays", nested("[", "]", 100_000)),
        ("100,000 arrays never closed", wrap(&"[".repeat(100_000))),
        ("512 arrays in an object", nested("[", "]", NESTING)),
        ("512 objects in an object", wrap(&format!("{}1{}", "{\"a\":".repeat(NESTING), "}".repeat(NESTING)))),
    ];
    for (what, body) in too_deep {
        let message = format!("Body is nested deeper than {NESTING} levels.");
        s.send(&s.request().body(body)).await?.says(Kind::BadRequest, &message).during(what)?;
        echo(s).await.during(&format!("the next request after {what}"))?;
    }
    let nul = s.request().body("{\"file\": \"a\\u0000b\"}");
    s.send(&nul).await?.error(Kind::BadRequest).during("a NUL in `file`")?;
    let either = [
        ("brackets in a string", wrap(&format!("\"{}\"", "[".repeat(100_000)))),
        ("a lone high surrogate", wrap("\"\\ud800\"")),
        ("a lone low surrogate", wrap("[\"\\udc00x\"]")),
        ("a lone surrogate as a name", wrap("{\"\\ud800\": 1}")),
        ("1e400", wrap("1e400")),
        ("-1e400", wrap("[-1e400]")),
        ("an exponent of nine digits", wrap("1e100000000")),
        ("a number of 100,000 digits", wrap(&"9".repeat(100_000))),
        ("a fraction of 100,000 digits", wrap(&format!("0.{}", "3".repeat(100_000)))),
        ("a member given twice", b"{\"payload\": {\"a\": 1, \"a\": 2}, \"payload\": {\"a\": 3}}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
    ];
    for (what, body) in either {
        let answer = s.send(&s.request().body(body)).await.during(what)?;
        match answer.status {
            200 => {
                let text = answer.text().unwrap_or_default();
                let sound = serde_json::from_str::<Lenient>(text).is_ok();
                ensure(sound, format!("{what}: what is emitted is JSON"), answer.summary())?;
            }
            400 => drop(answer.error(Kind::BadRequest).during(what)?),
            _ => ensure(false, format!("{what}: 200 or 400"), answer.summary())?,
        }
        echo(s).await.during(&format!("the next request after {what}"))?;
    }
    Ok(())
}

/// JSON by its grammar alone: what a value means, a lone surrogate or a huge number, does not matter.
type Lenient = serde::de::IgnoredAny;

async fn large(s: &Subject) -> Checked {
    // 20 MiB where the contract's default holds, and from it the other sizes.
    let most = s.facts().max_body;
    let text = nonce().repeat(most / 10 * 3 / 17);
    let payload = json!({ "action": "json", "value": { "length": text.len() }, "text": text });
    let value = s.act(payload).await?.value().during("6 MiB of 20")?;
    same("the length", &json!(text.len()), member(&value, "length")?)?;

    let message = format!("Body is larger than {most} bytes.");
    let over = (most + 1).to_string();
    let cases = [
        ("declared, and nothing sent", s.request().unframed().header("Content-Length", over)),
        ("20 MiB and a byte, declared and sent", s.request().body(vec![b' '; most + 1])),
        ("20 MiB and a byte, chunked", s.request().chunked(1024 * 1024).body(vec![b' '; most + 1])),
        ("26 MiB, chunked", s.request().chunked(1024 * 1024).body(vec![b' '; most / 10 * 13])),
    ];
    for (what, request) in cases {
        let mut connection = s.connect().await?;
        connection.send(&request).await.during(what)?;
        connection.receive().await.during(what)?.says(Kind::TooLarge, &message).during(what)?;
    }

    let mut exact = vec![b' '; most];
    exact[..2].copy_from_slice(b"{}");
    s.send(&s.request().body(exact)).await?.is(200).during("exactly 20 MiB")?;

    let limited = s.serve(Launch::default().variable(MAX_BODY, "1000")).await?;
    let padded = |size: usize| limited.request().body(format!("{{}}{}", " ".repeat(size - 2)));
    limited.send(&padded(1000)).await?.is(200).during(&format!("{MAX_BODY}=1000, 1,000 bytes"))?;
    let what = format!("{MAX_BODY}=1000, 1,001 bytes");
    limited
        .send(&padded(1001))
        .await?
        .says(Kind::TooLarge, "Body is larger than 1000 bytes.")
        .during(&what)?;
    let mut connection = limited.connect().await?;
    let answer = connection.exchange(&padded(1001).chunked(100)).await?;
    answer.error(Kind::TooLarge).during(&format!("{what}, chunked"))?;
    Ok(())
}

async fn truncated(s: &Subject) -> Checked {
    let meeting = Meeting::new();
    let body = |name: &str| json!({ "payload": meeting.call(name, 1) }).to_string();
    let whole = |name: &str| s.request().unframed().body(body(name));
    let longer = |name: &str| whole(name).header("Content-Length", (body(name).len() + 10).to_string());
    let chunk = |name: &str| {
        let chunk = format!("{:x}\r\n{}\r\n", body(name).len(), body(name));
        s.request().unframed().header("Transfer-Encoding", "chunked").body(chunk)
    };

    let mut finished = s.connect().await?;
    finished.send(&longer("length-then-end")).await?;
    finished.finish_sending().await?;
    let mut reset = s.connect().await?;
    reset.send(&longer("length-then-reset")).await?;
    reset.reset();
    let mut chunked = s.connect().await?;
    chunked.send(&chunk("chunk-then-end")).await?;
    chunked.finish_sending().await?;
    let mut aborted = s.connect().await?;
    aborted.send(&chunk("chunk-then-reset")).await?;
    aborted.reset();
    for connection in [&mut finished, &mut chunked] {
        // The server may answer with a 4xx or just go; either tells that it has seen the end.
        if let Ok(answer) = connection.receive().await {
            answer.is_refusal().during("a body that ends too soon")?;
        }
    }
    echo(s).await.during("the next client")?;
    let names = meeting.names(s).await?;
    ensure(names.is_empty(), "a truncated body does not invoke the function", format!("it left {names:?}"))
}

//! Bodies that are understood, and what of them the function gets.

use serde_json::{Map, Value, json};

use crate::backend::CheckResult;
use crate::contract::expect::{During, Expect, member, nonce, same};
use crate::fixture::{Server, ServerContext};
use crate::wire::Response;
use protocol::{CODE, FIELDS, limit};

async fn has_defaults(s: &Server, answer: &Response) -> CheckResult {
    let value = answer.value()?;
    for name in ["payload", "env", "headers"] {
        same(name, &json!({}), member(&value, name)?)?;
    }
    let by_name = s.post(&json!({ "path": CODE })).await?.value()?;
    same("`file`", member(&by_name, "file")?, member(&value, "file")?)
}

pub(super) async fn defaults(s: &ServerContext) -> CheckResult {
    for (what, body) in [("`{}`", "{}"), ("an empty body", "")] {
        let answer = s.send(&s.request().body(body)).await?;
        has_defaults(s, &answer).await.during(what)?;
        let file = json!(s.spec().entrypoint);
        same("`file`", &file, member(&answer.value()?, "file")?).during(what)?;
    }
    let chunked = s.request().chunked(1).body("");
    has_defaults(s, &s.connect().await?.exchange(&chunked).await?).await.during("an empty chunked body")?;
    let lengthless = s.request().unframed();
    has_defaults(s, &s.connect().await?.exchange(&lengthless).await?).await.during("no body at all")
}

pub(super) async fn fields(s: &ServerContext) -> CheckResult {
    let n = nonce();
    let (folder, file) = &s.spec().nested;
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

pub(super) async fn null(s: &ServerContext) -> CheckResult {
    for name in FIELDS {
        let answer = s.post(&json!({ name: null })).await?;
        has_defaults(s, &answer).await.during(&format!("`{name}` is null"))?;
    }
    Ok(())
}

pub(super) async fn unknown(s: &ServerContext) -> CheckResult {
    let body =
        json!({ "timeout": 1, "Payload": { "a": 1 }, "payload ": [], "": null, "__proto__": { "env": 1 } });
    has_defaults(s, &s.post(&body).await?).await
}

pub(super) async fn content_type(s: &ServerContext) -> CheckResult {
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

pub(super) async fn payload_any(s: &ServerContext) -> CheckResult {
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

pub(super) async fn values(s: &ServerContext) -> CheckResult {
    let many: Map<String, Value> = (0..limit::MEMBERS).map(|i| (format!("member-{i}"), json!(i))).collect();
    let mut deep = json!({ "bottom": nonce() });
    for level in 1..limit::DEPTH {
        deep = if level % 2 == 0 { json!({ "in": deep }) } else { json!([deep]) };
    }
    let numbers = json!([
        0,
        -1,
        limit::INTEGER,
        -limit::INTEGER,
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

pub(super) async fn nul(s: &ServerContext) -> CheckResult {
    let text = format!("\u{0}{}\u{0}\u{0}", nonce());
    let body =
        json!({ "payload": { "text": text, "\u{0}": 1 }, "env": { "A": text }, "headers": { "B": text } });
    let value = s.post(&body).await?.value()?;
    for name in ["payload", "env", "headers"] {
        same(name, &body[name], member(&value, name)?)?;
    }
    Ok(())
}

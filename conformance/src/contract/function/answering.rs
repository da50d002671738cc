//! What a function answers arrives as it was given.

use serde_json::{Value, json};

use super::expect::{has_text, is_invalid};
use crate::backend::CheckResult;
use crate::contract::expect::{During, Expect, ensure, nonce, same};
use crate::contract::steps::{self, Probe, Step};
use crate::fixture::ServerContext;
use crate::wire::Response;
use protocol::limit;

fn has_type(answer: &Response, media: &str) -> CheckResult {
    let types = answer.all("Content-Type");
    ensure(types == [media], format!("Content-Type: {media}, once"), format!("{types:?}"))
}

pub(super) async fn send(s: &ServerContext) -> CheckResult {
    let texts = [
        nonce(),
        String::new(),
        "é 漢字 😀 \u{0}\r\n\t".into(),
        "{\"no\": \"json\"}".into(),
        "\u{feff}x".into(),
    ];
    for text in texts {
        let answer = s.run([Step::send(&text)]).await?;
        has_text(answer.is(200)?, &text)?;
        has_type(&answer, "text/plain; charset=utf-8")?;
    }
    Ok(())
}

pub(super) async fn bytes(s: &ServerContext) -> CheckResult {
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let mut random = vec![0; 100_000];
    rand::fill(&mut random[..]);
    for bytes in [all, random, Vec::new(), b"\xff\xfe\r\n\r\n".to_vec()] {
        let answer = s.run([Step::bytes(&bytes)]).await?;
        answer.is(200)?;
        ensure(answer.body == bytes, format!("the {} bytes unchanged", bytes.len()), answer.summary())?;
        has_type(&answer, "application/octet-stream")?;
    }
    Ok(())
}

pub(super) async fn json(s: &ServerContext) -> CheckResult {
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
        let answer = s.act(json!({ "value": value })).await?;
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

pub(super) async fn status(s: &ServerContext) -> CheckResult {
    for status in
        [200, 201, 202, 206, 299, 301, 302, 400, 401, 404, 405, 413, 418, 429, 451, 499, 500, 503, 599]
    {
        let text = nonce();
        let answer = s.run([Step::send(&text).status(status)]).await?;
        has_text(answer.is(status)?, &text)?;
    }
    for step in [Step::json(json!(1)), Step::bytes("text")] {
        s.run([step.status(203)]).await?.is(203)?;
    }
    for status in [204, 205, 304] {
        let what = format!("status {status}");
        let payload = steps::payload([Step::send("not to be sent").status(status)]);
        let mut connection = s.connect().await?;
        let answer =
            connection.exchange(&s.request().json(&json!({ "payload": payload }))).await.during(&what)?;
        answer.is(status)?;
        ensure(answer.body.is_empty(), format!("{what}: no body"), answer.summary())?;
        let length = answer.header("Content-Length").filter(|_| status == 204);
        ensure(length.is_none(), "no Content-Length with a 204", format!("{answer:?}"))?;
        // Were there a body after all, it would be taken for the next answer's status line.
        let next = connection.exchange(&s.request().json(&json!({}))).await;
        next.during(&format!("the next request after {what}"))?.is(200)?;
    }
    Ok(())
}

pub(super) async fn headers(s: &ServerContext) -> CheckResult {
    let n = nonce();
    let headers = json!({
        "X-One": n, "x-lower": "a", "X-Empty": "", "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": ["a=1; Path=/", "b=2"], "X-Alone": ["one"], "Location": "/elsewhere", "Cache-Control": "no-store"
    });
    let answer = s.run([Step::send(&n).status(201).headers(headers.clone())]).await?;
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
    for step in [Step::json(json!(1)), Step::bytes(""), Step::send("")] {
        has_type(s.run([step.headers(lower.clone())]).await?.is(200)?, "image/svg+xml")?;
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
        is_invalid(s, Step::send("text").headers(json!({ name: value })), &what).await?;
    }
    let listed = Step::send("text").headers(json!({ "X-A": ["fine", "a\r\nb"] }));
    is_invalid(s, listed, "a list with one bad value").await
}

pub(super) async fn large(s: &ServerContext) -> CheckResult {
    let line = format!("{}é😀\n", nonce());
    let times = limit::ANSWER / line.len() + 1;
    let payload = steps::payload([Step::send(&line).times(times)]);
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

//! Bodies that are refused, and how.

use serde_json::json;

use crate::backend::{CheckResult, Launch};
use crate::contract::barrier::Barrier;
use crate::contract::expect::{During, Expect, echo, ensure, member, nonce, same};
use crate::fixture::ServerContext;
use protocol::{Kind, MAX_BODY, limit, message};

pub(super) async fn malformed(s: &ServerContext) -> CheckResult {
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
        answer.says(Kind::BadRequest, message::NOT_JSON).during(&what)?;
    }
    Ok(())
}

pub(super) async fn not_object(s: &ServerContext) -> CheckResult {
    for body in ["[]", "[{}]", "\"text\"", "1", "-0.5", "null", "true", "false", " null "] {
        let answer = s.send(&s.request().body(body)).await?;
        answer.says(Kind::BadRequest, message::NOT_AN_OBJECT).during(body)?;
    }
    Ok(())
}

pub(super) async fn wrong_type(s: &ServerContext) -> CheckResult {
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

pub(super) async fn hostile(s: &ServerContext) -> CheckResult {
    let wrap = |payload: &str| format!("{{\"payload\": {payload}}}").into_bytes();
    let nested = |open: &str, close: &str, times: usize| wrap(&(open.repeat(times) + &close.repeat(times)));
    let too_deep = [
        ("100,000 nested arrays", nested("[", "]", 100_000)),
        ("100,000 arrays never closed", wrap(&"[".repeat(100_000))),
        ("512 arrays in an object", nested("[", "]", limit::BRACKETS)),
        (
            "512 objects in an object",
            wrap(&format!("{}1{}", "{\"a\":".repeat(limit::BRACKETS), "}".repeat(limit::BRACKETS))),
        ),
    ];
    for (what, body) in too_deep {
        s.send(&s.request().body(body)).await?.says(Kind::BadRequest, &message::too_deep()).during(what)?;
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

pub(super) async fn large(s: &ServerContext) -> CheckResult {
    // 20 MiB if the contract's default holds, and from it the other sizes.
    let most = s.spec().max_body;
    let text = nonce().repeat(most / 10 * 3 / 17);
    let payload = json!({ "value": { "length": text.len() }, "text": text });
    let value = s.act(payload).await?.value().during("6 MiB of 20")?;
    same("the length", &json!(text.len()), member(&value, "length")?)?;

    let message = message::too_large(most);
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

    let more = s.serve(Launch::default().variable(MAX_BODY, &(most + 1000).to_string())).await?;
    let mut exact = vec![b' '; most + 1000];
    exact[..2].copy_from_slice(b"{}");
    let answer = more.send(&more.request().body(exact)).await?;
    answer.is(200).during(&format!("{MAX_BODY} is 1,000 bytes more than the default, and so is the body"))?;
    let declared = more.request().unframed().header("Content-Length", (most + 1001).to_string());
    let answer = more.connect().await?.exchange(&declared).await?;
    answer.says(Kind::TooLarge, &message::too_large(most + 1000)).during("one more byte than that")?;

    let limited = s.serve(Launch::default().variable(MAX_BODY, "1000")).await?;
    let padded = |size: usize| limited.request().body(format!("{{}}{}", " ".repeat(size - 2)));
    limited.send(&padded(1000)).await?.is(200).during(&format!("{MAX_BODY}=1000, 1,000 bytes"))?;
    let what = format!("{MAX_BODY}=1000, 1,001 bytes");
    limited.send(&padded(1001)).await?.says(Kind::TooLarge, &message::too_large(1000)).during(&what)?;
    let mut connection = limited.connect().await?;
    let answer = connection.exchange(&padded(1001).chunked(100)).await?;
    answer.error(Kind::TooLarge).during(&format!("{what}, chunked"))?;
    Ok(())
}

pub(super) async fn truncated(s: &ServerContext) -> CheckResult {
    let barrier = Barrier::new();
    let body = |name: &str| json!({ "payload": barrier.call(name, 1) }).to_string();
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
    barrier.stays_empty(s, "a truncated body does not invoke the function").await
}

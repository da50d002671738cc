//! The actions of the probe, as the README above this folder lists them. The handlers that share them cover
//! both kinds: one that is awaited, and one that has a thread to itself.

mod observe;
mod wait;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use open_runtimes::{Request, Response, Value, json};

/// One file of the probe, with a load mark and a count of its own.
pub struct Probe {
    file: &'static str,
    load: OnceLock<String>,
    count: AtomicU64,
}

impl Probe {
    pub const fn new(file: &'static str) -> Self {
        Probe { file, load: OnceLock::new(), count: AtomicU64::new(0) }
    }

    pub async fn act(&self, mut req: Request, res: Response) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let payload = req.payload.clone();
        let Some(action) = payload.get("action") else { return self.echo(count, req, res) };
        match action.as_str().unwrap_or_default() {
            "echo" => self.echo(count, req, res),
            "mutate" => {
                let nonce = payload["nonce"].as_str().unwrap_or_default();
                req.payload["mutated"] = json!(nonce);
                req.env.insert("mutated".into(), nonce.into());
                req.headers.insert("mutated".into(), nonce.into());
                self.echo(count, req, res);
            }
            "throw" => deliberate(text(&payload, "message")),
            "throw-later" => {
                wait::pause(Duration::from_millis(1)).await;
                deliberate(text(&payload, "message"));
            }
            "meet" => wait::meet(&payload, &res).await,
            action => act(action, &payload, res),
        }
    }

    fn echo(&self, count: u64, req: Request, res: Response) {
        let load = self.load.get_or_init(|| RandomState::new().hash_one(self.file).to_string());
        let Request { payload, env, headers } = req;
        let file = self.file;
        res.json(json!({
            "file": file, "load": load, "count": count,
            "payload": payload, "env": env, "headers": headers,
        }));
    }
}

/// The actions that need neither the probe nor any patience.
fn act(action: &str, payload: &Value, res: Response) {
    match action {
        "send" => {
            let times = payload["times"].as_u64().unwrap_or(1);
            with(payload, &res).send(text(payload, "text").repeat(times as usize));
        }
        "json" => with(payload, &res).json(&payload["value"]),
        "bytes" => {
            with(payload, &res).bytes(BASE64.decode(text(payload, "base64")).expect("base64"));
        }
        // Only a text can be the name of a member.
        "unencodable" => res.json(HashMap::from([((1, 2), 3)])),
        "not-a-number" => res.json(HashMap::from([("value", not_a_number(text(payload, "which")))])),
        "silent" => {}
        "twice" => {
            res.send(text(payload, "first"));
            res.send(text(payload, "second"));
        }
        "send-then-throw" => {
            res.send(text(payload, "text"));
            deliberate(text(payload, "message"));
        }
        "answer-late" => {
            let late = text(payload, "text").to_string();
            left_running(move || res.send(late));
        }
        "stray" => {
            res.send(text(payload, "text"));
            let message = text(payload, "message").to_string();
            left_running(move || deliberate(&message));
        }
        "exit" => std::process::exit(payload["code"].as_i64().unwrap_or_default() as i32),
        action => observe::act(action, payload, &res),
    }
}

#[inline(never)]
fn deliberate(message: &str) {
    panic!("{message}");
}

fn left_running(work: impl FnOnce() + Send + 'static) {
    thread::spawn(|| {
        thread::sleep(Duration::from_millis(50));
        work();
    });
}

fn text<'a>(payload: &'a Value, name: &str) -> &'a str {
    payload[name].as_str().unwrap_or_else(|| panic!("the probe needs a text {name:?}"))
}

/// The response with the status and the headers that the payload names.
fn with(payload: &Value, res: &Response) -> Response {
    let mut res = res.clone();
    if let Some(status) = payload.get("status") {
        let status = status.as_u64().and_then(|status| u16::try_from(status).ok());
        res = res.status(status.expect("a status of 16 bits"));
    }
    for (name, value) in payload["headers"].as_object().into_iter().flatten() {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            res = res.header(name, value.as_str().expect("a header of text"));
        }
    }
    res
}

fn not_a_number(which: &str) -> f64 {
    match which {
        "nan" => f64::NAN,
        "infinity" => f64::INFINITY,
        _ => f64::NEG_INFINITY,
    }
}

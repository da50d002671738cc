//! The steps that do not wait.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use open_runtimes::{Response, Value, json};

use crate::{Call, observe};

pub(crate) fn name(step: &Value) -> &str {
    text(step, "do")
}

/// Takes one step that does not change how the rest is taken.
pub(crate) fn take(name: &str, step: &Value, call: &mut Call) {
    let res = &call.res;
    match name {
        "echo" => call.echo(),
        "answer" => res.json(&call.notes),
        "send" => {
            let times = step.get("times").map_or(1, integer);
            with(step, res).send(text(step, "text").repeat(times));
        }
        "json" => with(step, res).json(&step["value"]),
        "bytes" => with(step, res).bytes(BASE64.decode(text(step, "base64")).expect("base64")),
        // Only a text can be the name of a member.
        "unencodable" => res.json(HashMap::from([((1, 2), 3)])),
        "nan" => res.json(HashMap::from([("value", not_a_number(text(step, "which")))])),
        "throw" => deliberate(text(step, "text")),
        "pass" => {}
        "set" => set(text(step, "name"), text(step, "text"), call),
        "exit" => std::process::exit(integer(&step["code"]) as i32),
        name => observe::take(name, step, call),
    }
}

fn set(name: &str, text: &str, call: &mut Call) {
    if let Some(payload) = call.req.payload.as_object_mut() {
        payload.insert(name.into(), json!(text));
    }
    call.req.env.insert(name.into(), text.into());
    call.req.headers.insert(name.into(), text.into());
}

#[inline(never)]
fn deliberate(text: &str) {
    panic!("{text}");
}

pub(crate) fn text<'a>(step: &'a Value, name: &str) -> &'a str {
    step[name].as_str().unwrap_or_else(|| panic!("the step needs a text {name:?}: {step}"))
}

/// A number without a fraction, written as 50 or as 50.0.
pub(crate) fn integer(value: &Value) -> usize {
    let number = value.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
    number.unwrap_or_else(|| panic!("{value} is not an integer")) as usize
}

pub(crate) fn milliseconds(step: &Value) -> Duration {
    Duration::from_millis(integer(&step["ms"]) as u64)
}

/// The response with the status and the headers that the step names.
fn with(step: &Value, res: &Response) -> Response {
    let mut res = res.clone();
    if let Some(status) = step.get("status") {
        res = res.status(u16::try_from(integer(status)).expect("a status of 16 bits"));
    }
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
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

//! JSON as it comes in, and as careless libraries read it.

use std::borrow::Cow;

use protocol::Kind;
use serde_json::{Map, Value};

use super::fault::Fault;
use super::runtime_error::RuntimeError;

/// Brackets that may be open at once.
const NESTING: usize = 512;

/// The value that the bytes spell.
pub(crate) fn decode(bytes: &[u8], fault: &Fault) -> Result<Value, RuntimeError> {
    let invalid = || match fault.name() {
        "body/malformed-is-500" => RuntimeError::new(Kind::FunctionError, "Body is not valid JSON."),
        "body/parser-s-own-words" => RuntimeError::bad_request("expected value at line 1"),
        _ => RuntimeError::bad_request("Body is not valid JSON."),
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if fault.is("body/no-utf-8-replaced") => String::from_utf8_lossy(bytes),
        Err(_) => return Err(invalid()),
    };
    if depth(&text) > NESTING {
        too_deep(fault)?;
        return Ok(Value::Object(Map::new()));
    }
    hostile(&text, fault)?;
    let text = leniently(text, fault);
    let first = || serde_json::Deserializer::from_str(&text).into_iter().next().and_then(Result::ok);
    let value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(_) if fault.is("body/rest-ignored") => first().ok_or_else(invalid)?,
        Err(_) => return Err(invalid()),
    };
    if depth_of(&value) > 32 && fault.is("body/thirty-two-deep-at-most") {
        return Err(invalid());
    }
    Ok(distorted(value, fault))
}

/// How many brackets are open at once, those in strings left out.
fn depth(text: &str) -> usize {
    let (mut open, mut most, mut within, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within => escaped = true,
            b'"' => within = !within,
            b'[' | b'{' if !within => open += 1,
            b']' | b'}' if !within => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

fn depth_of(value: &Value) -> usize {
    let below = |values: &mut dyn Iterator<Item = &Value>| values.map(depth_of).max().unwrap_or(0) + 1;
    match value {
        Value::Array(items) => below(&mut items.iter()),
        Value::Object(members) => below(&mut members.values()),
        _ => 0,
    }
}

fn too_deep(fault: &Fault) -> Result<(), RuntimeError> {
    match fault.name() {
        "body/any-depth-accepted" => Ok(()),
        "body/depth-ends-the-server" => std::process::exit(134),
        "body/depth-is-500" => Err(RuntimeError::new(Kind::FunctionError, "stack level too deep")),
        _ => Err(RuntimeError::bad_request("Body is nested deeper than 512 levels.")),
    }
}

/// What a fault makes of JSON that may be refused and may not be stumbled over.
fn hostile(text: &str, fault: &Fault) -> Result<(), RuntimeError> {
    let fails = || Err(RuntimeError::new(Kind::FunctionError, "unexpected value"));
    match fault.name() {
        "body/lone-surrogate-is-500" if text.contains("\\ud800") => fails(),
        "body/huge-number-is-500" if text.contains("1e400") => fails(),
        "body/byte-order-mark-is-500" if text.starts_with('\u{feff}') => fails(),
        "body/member-given-twice-is-500" if text.matches("\"payload\"").count() > 1 => fails(),
        "body/huge-exponent-ends-the-server" if text.contains("1e100000000") => std::process::exit(137),
        "body/long-number-is-500" if text.len() > 50_000 && text.contains("99999999999999999999999") => {
            fails()
        }
        _ => Ok(()),
    }
}

/// What a careless parser lets pass.
fn leniently<'a>(text: Cow<'a, str>, fault: &Fault) -> Cow<'a, str> {
    match fault.name() {
        "body/trailing-comma-accepted" => text.replace(",}", "}").replace(",]", "]").into(),
        "body/single-quotes-accepted" => text.replace('\'', "\"").into(),
        "body/bare-name-accepted" => text.replace("{payload:", "{\"payload\":").into(),
        "body/leading-zero-accepted" => text.replace(": 01", ": 1").into(),
        "body/nan-accepted" => text.replace(": NaN", ": null").into(),
        "body/line-break-in-a-string-accepted" => text.replace('\n', "\\n").into(),
        "body/unknown-escape-accepted" => text.replace("\\x", "x").into(),
        _ => text,
    }
}

/// What a careless library makes of values.
fn distorted(value: Value, fault: &Fault) -> Value {
    let text = |text: String| match fault.name() {
        "body/beyond-the-first-plane-replaced" => text.replace(|c: char| c > '\u{ffff}', "\u{fffd}"),
        "body/last-plane-replaced" => text.replace('\u{10ffff}', "\u{fffd}"),
        "body/cut-at-nul" => text.split('\0').next().unwrap_or_default().to_string(),
        _ => text,
    };
    match (value, fault.name()) {
        (Value::String(string), _) => text(string).into(),
        (Value::Number(number), "body/integers-of-32-bits") => {
            number.as_i64().map_or(Value::Number(number), |number| (number as i32).into())
        }
        (Value::Number(number), "body/integers-beyond-a-float-rounded") if number.is_i64() => {
            (number.as_i64().unwrap_or_default() as f32 as i64).into()
        }
        (Value::Number(number), "body/doubles-of-single-precision") if number.is_f64() => {
            f64::from(number.as_f64().unwrap_or_default() as f32).into()
        }
        (Value::Object(members), "body/empty-object-becomes-a-list") if members.is_empty() => {
            Value::Array(vec![])
        }
        (Value::Array(items), "body/empty-list-becomes-an-object") if items.is_empty() => {
            Value::Object(Map::new())
        }
        (Value::Array(items), "body/inner-empty-object-becomes-a-list") => {
            let emptied =
                |item: Value| if item == Value::Object(Map::new()) { Value::Array(vec![]) } else { item };
            items.into_iter().map(|item| emptied(distorted(item, fault))).collect()
        }
        (Value::Object(members), _) => {
            let most = if fault.is("body/five-hundred-members-at-most") { 500 } else { usize::MAX };
            let kept = members
                .into_iter()
                .filter(|(name, _)| !(name.contains('\0') && fault.is("body/nul-in-a-name-dropped")));
            kept.take(most).map(|(name, value)| (name, distorted(value, fault))).collect()
        }
        (Value::Array(items), _) => items.into_iter().map(|item| distorted(item, fault)).collect(),
        (other, _) => other,
    }
}

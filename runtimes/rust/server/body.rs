//! The body of a request: five fields of JSON, all optional.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::configuration::Configuration;
use crate::json::{Checked, check};
use crate::library::Input;
use crate::runtime_error::{Kind, RuntimeError};

/// A request for a function: which one, and what it is called with.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) path: String,
    pub(crate) file: String,
    pub(crate) input: Input,
}

/// The fields of the body, each with its default. What the function gets stays text: its library parses it.
pub(crate) fn parse(body: &Bytes, configuration: &Configuration) -> Result<Invocation, RuntimeError> {
    let fields: BTreeMap<String, &RawValue> = match check(body) {
        _ if body.is_empty() => BTreeMap::new(),
        Checked::TooDeep => return bad("Body is nested deeper than 512 levels."),
        Checked::Invalid => return bad("Body is not valid JSON."),
        Checked::Valid if !is_object(body) => return bad("Body must be a JSON object."),
        Checked::Valid => match serde_json::from_slice(body) {
            Ok(fields) => fields,
            Err(_) => return bad("Body is not valid JSON."),
        },
    };
    let field = |name| fields.get(name).map(|raw| raw.get()).filter(|text| *text != "null");
    let path = string(field("path"), "/usr/code").ok_or_else(|| must("path", "be a non-empty string"))?;
    let file = string(field("file"), &configuration.entrypoint)
        .ok_or_else(|| must("file", "be a non-empty string"))?;
    for name in ["env", "headers"] {
        if !field(name).is_none_or(is_strings) {
            return Err(must(name, "be an object of strings"));
        }
    }
    if !path.starts_with('/') || path.contains('\0') {
        return Err(must("path", "be an absolute path without NUL"));
    }
    if !stays_inside(&file) {
        return Err(must("file", "be a relative path without NUL that stays inside path"));
    }
    let text = |name| field(name).map_or(Bytes::from_static(b"{}"), |text| body.slice_ref(text.as_bytes()));
    let input = Input { payload: text("payload"), env: text("env"), headers: text("headers") };
    Ok(Invocation { path, file, input })
}

fn bad<T>(message: &str) -> Result<T, RuntimeError> {
    Err(RuntimeError::new(Kind::BadRequest, message))
}

fn must(field: &str, be: &str) -> RuntimeError {
    RuntimeError::new(Kind::BadRequest, format!("{field} must {be}."))
}

fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

fn string(json: Option<&str>, default: &str) -> Option<String> {
    let Some(json) = json else { return Some(default.into()) };
    serde_json::from_str(json).ok().filter(|text: &String| !text.is_empty())
}

fn is_strings(json: &str) -> bool {
    let members: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_str(json);
    members.is_ok_and(|members| members.values().all(|value| value.get().starts_with('"')))
}

/// Lexical: no file system is asked, symbolic links are followed.
pub(crate) fn stays_inside(file: &str) -> bool {
    let mut depth = 0_usize;
    !file.starts_with('/')
        && !file.contains('\0')
        && file.split('/').all(|step| match step {
            "" | "." => true,
            ".." => depth.checked_sub(1).map(|less| depth = less).is_some(),
            _ => {
                depth += 1;
                true
            }
        })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::cases;

    fn value(json: &Bytes) -> Value {
        serde_json::from_slice(json).expect("the input of a function is JSON")
    }

    #[test]
    fn bodies_are_parsed() {
        let entrypoint = "ENTRYPOINT".to_string();
        let configuration = Configuration { max_body: u64::MAX, entrypoint, key: Vec::new() };
        for case in cases::of("bodies") {
            let name = &case["name"];
            match parse(&cases::bytes(&case["body"]).into(), &configuration) {
                Ok(invocation) => {
                    let Invocation { path, file, input } = &invocation;
                    let (payload, env) = (value(&input.payload), value(&input.env));
                    let headers = value(&input.headers);
                    let found = serde_json::json!({
                        "path": path, "file": file, "payload": payload, "env": env, "headers": headers
                    });
                    assert_eq!(found, case["invocation"], "{name}");
                }
                Err(error) => {
                    let answer = error.into_answer();
                    assert_eq!(answer.headers["x-internal-error"], "bad-request", "{name}");
                    assert_eq!(value(&answer.body)["message"], case["message"], "{name}");
                }
            }
        }
    }

    #[test]
    fn files_stay_inside() {
        for case in cases::of("files") {
            let file = case["file"].as_str().expect("a text");
            assert_eq!(stays_inside(file), case["inside"] == true, "{file:?}");
        }
    }
}

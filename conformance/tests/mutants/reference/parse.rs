//! The body of a request: five fields, each with its default.

use protocol::{CODE, Kind};
use serde_json::{Map, Value};

use super::code::stays_inside;
use super::configuration::Configuration;
use super::fault::Fault;
use super::http::Head;
use super::json::decode;
use super::runtime_error::RuntimeError;

/// The names of the fields.
const FIELDS: [&str; 5] = ["path", "file", "env", "payload", "headers"];

/// What the function gets.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Any JSON value.
    pub(crate) payload: Value,
    /// An object of strings.
    pub(crate) env: Map<String, Value>,
    /// An object of strings.
    pub(crate) headers: Map<String, Value>,
}

/// What the body asks for.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The folder of the code.
    pub(crate) path: String,
    /// The code file in it.
    pub(crate) file: String,
    /// What the function gets.
    pub(crate) input: Input,
}

/// Reads the body.
pub(crate) fn parse(bytes: &[u8], head: &Head, configuration: &Configuration) -> Result<Call, RuntimeError> {
    let fault = &configuration.fault;
    let body = Fields { members: object(bytes, head, fault)?, fault };
    let empty = bytes.is_empty();
    let path = body.text("path")?.unwrap_or(match fault.name() {
        "body/empty-body-means-another-path" if empty => "/tmp".into(),
        _ => CODE.into(),
    });
    let file = body.text("file")?.unwrap_or(match fault.name() {
        "body/empty-body-means-another-file" if empty => "sibling".into(),
        "code/default-is-another-file" => "sibling".into(),
        _ => configuration.entrypoint.clone(),
    });
    check_place(&path, &file, fault)?;
    let input =
        Input { payload: body.payload(), env: body.strings("env")?, headers: body.strings("headers")? };
    Ok(Call { path, file, input: misread(input, head, &body, fault) })
}

fn object(bytes: &[u8], head: &Head, fault: &Fault) -> Result<Map<String, Value>, RuntimeError> {
    if let Some(refused) = media_refused(head, fault) {
        return Err(RuntimeError::bad_request(refused));
    }
    if bytes.is_empty() && !fault.is("body/empty-body-refused") {
        return Ok(Map::new());
    }
    match (decode(bytes, fault)?, fault.name()) {
        (Value::Object(members), "body/unknown-refused")
            if members.keys().any(|name| !FIELDS.contains(&name.as_str())) =>
        {
            Err(RuntimeError::bad_request("Body must have known fields only."))
        }
        (Value::Object(members), _) => Ok(members),
        (Value::Null, "body/null-counts-as-an-object") => Ok(Map::new()),
        (Value::Array(_), "body/list-counts-as-an-object" | "body/empty-object-becomes-a-list") => {
            Ok(Map::new())
        }
        (Value::String(_), "body/text-counts-as-an-object") => Ok(Map::new()),
        (Value::Number(_), "body/number-counts-as-an-object") => Ok(Map::new()),
        (Value::Bool(_), "body/boolean-counts-as-an-object") => Ok(Map::new()),
        (_, "body/no-object-is-500") => {
            Err(RuntimeError::new(Kind::FunctionError, "Body must be a JSON object."))
        }
        _ => Err(RuntimeError::bad_request("Body must be a JSON object.")),
    }
}

/// What a fault holds against a `Content-Type`.
fn media_refused(head: &Head, fault: &Fault) -> Option<&'static str> {
    let media = head.all("Content-Type").first().map(|media| String::from_utf8_lossy(media).into_owned());
    let refused = match (fault.name(), media.as_deref()) {
        ("body/type-other-than-json-refused", Some(media)) => !media.starts_with("application/json"),
        ("body/form-not-parsed-as-json", Some(media)) => media.contains("form"),
        ("body/charset-believed", Some(media)) => media.contains("utf-16"),
        ("body/empty-type-refused", Some(media)) => media.is_empty(),
        ("body/missing-type-refused", None) => true,
        _ => false,
    };
    refused.then_some("Body must be application/json.")
}

/// Lexical: no file system is asked, symbolic links are followed.
fn check_place(path: &str, file: &str, fault: &Fault) -> Result<(), RuntimeError> {
    let nul = |text: &str| text.contains('\0');
    let excused = match fault.name() {
        "code/absolute-file-accepted" | "code/absolute-file-made-relative" => file.starts_with('/'),
        "code/climbing-file-accepted" | "code/climbing-file-clamped" => !file.starts_with('/') && !nul(file),
        "code/first-step-alone-looked-at" => !file.starts_with("..") && !file.starts_with('/') && !nul(file),
        "code/file-system-asked" => file.starts_with("no-such-folder"),
        "code/nul-in-file-accepted" => nul(file),
        _ => false,
    };
    let sound = stays_inside(file) && !(file.contains("..") && fault.is("code/any-two-dots-refused"));
    if !sound && !excused {
        let name = if fault.is("code/escape-without-its-name") { "Body" } else { "file" };
        return Err(RuntimeError::bad_request(format!(
            "{name} must be a relative path that stays inside path."
        )));
    }
    let relative = !path.starts_with('/') && !fault.is("code/relative-path-accepted");
    if relative || nul(path) && !fault.is("code/nul-in-path-accepted") {
        return Err(RuntimeError::bad_request("path must be an absolute path without NUL."));
    }
    Ok(())
}

/// The members of the body.
struct Fields<'a> {
    members: Map<String, Value>,
    fault: &'a Fault,
}

impl Fields<'_> {
    /// A member that is there; `null` counts as absent.
    fn get(&self, name: &str) -> Option<&Value> {
        let kept = match name {
            "path" => self.fault.is("body/null-path-kept"),
            "file" => self.fault.is("body/null-file-kept"),
            "env" => self.fault.is("body/null-env-kept"),
            "payload" => self.fault.is("body/null-payload-kept"),
            _ => self.fault.is("body/null-headers-kept"),
        };
        let found = self.members.get(name).or_else(|| self.misnamed(name));
        found.filter(|value| !value.is_null() || kept)
    }

    /// A member that a fault takes for another.
    fn misnamed(&self, name: &str) -> Option<&Value> {
        let find = |matches: &dyn Fn(&str) -> bool| self.members.iter().find(|(other, _)| matches(other));
        let found = match self.fault.name() {
            "body/names-in-any-case" => find(&|other| other.eq_ignore_ascii_case(name)),
            "body/names-trimmed" => find(&|other| other.trim() == name),
            "body/prototype-followed" => return self.members.get("__proto__")?.get(name),
            _ => None,
        };
        found.map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Result<Option<String>, RuntimeError> {
        match (self.get(name), self.fault.name()) {
            (None, _) => Ok(None),
            (Some(Value::String(text)), "body/empty-text-counts-as-absent") if text.is_empty() => Ok(None),
            (Some(Value::String(text)), _) if !text.is_empty() => Ok(Some(text.clone())),
            (Some(value @ (Value::Number(_) | Value::Bool(_))), "body/file-and-path-turned-into-text") => {
                Ok(Some(value.to_string()))
            }
            (Some(_), "body/wrong-type-not-named") => {
                Err(RuntimeError::bad_request("Body has a wrong type."))
            }
            (Some(_), _) => Err(RuntimeError::bad_request(format!("{name} must be a non-empty string."))),
        }
    }

    fn strings(&self, name: &str) -> Result<Map<String, Value>, RuntimeError> {
        let passes = |value: &Value| match self.fault.name() {
            "body/number-inside-accepted" => value.is_string() || value.is_number(),
            "body/null-inside-accepted" => value.is_string() || value.is_null(),
            "body/list-inside-accepted" => value.is_string() || value.is_array(),
            "body/object-inside-accepted" => value.is_string() || value.is_object(),
            _ => value.is_string(),
        };
        match (self.get(name), self.fault.name()) {
            (None, _) => Ok(Map::new()),
            (Some(Value::Object(members)), _) if members.values().all(passes) => Ok(members.clone()),
            (Some(Value::Object(members)), "body/first-member-alone-looked-at")
                if members.values().next().is_some_and(Value::is_string) =>
            {
                Ok(members.clone())
            }
            (
                Some(Value::Array(items)),
                "body/empty-object-becomes-a-list" | "body/empty-list-as-env-accepted",
            ) if items.is_empty() => Ok(Map::new()),
            (Some(Value::Bool(false)), "body/false-as-env-accepted") => Ok(Map::new()),
            (Some(_), "body/wrong-type-is-500") => {
                Err(RuntimeError::new(Kind::FunctionError, "env.keys is no function"))
            }
            (Some(_), _) => Err(RuntimeError::bad_request(format!("{name} must be an object of strings."))),
        }
    }

    fn payload(&self) -> Value {
        let nothing = || match self.fault.name() {
            "body/absent-payload-is-null" => Value::Null,
            "body/absent-payload-is-a-list" | "body/empty-object-becomes-a-list" => Value::Array(vec![]),
            _ => Value::Object(Map::new()),
        };
        let Some(payload) = self.get("payload") else { return nothing() };
        match (payload, self.fault.name()) {
            (Value::Bool(false), "body/false-counts-as-absent") => nothing(),
            (Value::String(text), "body/empty-text-counts-as-no-payload") if text.is_empty() => nothing(),
            (Value::Number(number), "body/zero-counts-as-absent") if number.as_i64() == Some(0) => nothing(),
            (Value::Array(_), "body/list-as-payload-dropped") => nothing(),
            (Value::Array(items), "body/empty-list-as-payload-becomes-an-object") if items.is_empty() => {
                nothing()
            }
            (Value::String(_), "body/text-as-payload-dropped") => nothing(),
            (Value::Number(number), "body/number-as-payload-turned-into-text") => {
                Value::String(number.to_string())
            }
            (Value::Bool(flag), "body/boolean-as-payload-turned-into-a-number") => i32::from(*flag).into(),
            (Value::Object(members), "body/payload-turned-into-text") if members.contains_key("list") => {
                Value::String(payload.to_string())
            }
            _ => payload.clone(),
        }
    }
}

/// What a fault makes of the fields once all are read.
fn misread(mut input: Input, head: &Head, body: &Fields<'_>, fault: &Fault) -> Input {
    let recased = |map: &Map<String, Value>, case: fn(&str) -> String| {
        map.iter().map(|(name, value)| (case(name), value.clone())).collect::<Map<String, Value>>()
    };
    match fault.name() {
        "body/env-dropped" => input.env.clear(),
        "body/env-names-in-capitals" => input.env = recased(&input.env, str::to_uppercase),
        "body/env-over-that-of-the-process" => {
            for (name, value) in std::env::vars().filter(|(name, _)| name == "PATH") {
                input.env.insert(name, value.into());
            }
        }
        "body/absent-env-is-that-of-the-process" if body.get("env").is_none() => {
            input.env = std::env::vars().map(|(name, value)| (name, value.into())).collect();
        }
        "body/absent-headers-are-the-real-ones" if body.get("headers").is_none() => {
            input.headers.insert("host".into(), "runtime.test".into());
        }
        "body/empty-env-value-dropped" => input.env.retain(|_, value| value != ""),
        "body/headers-dropped" => input.headers.clear(),
        "body/header-names-in-lower-case" => input.headers = recased(&input.headers, str::to_lowercase),
        "body/real-headers-mixed-in" => {
            for (name, value) in head.headers() {
                input.headers.insert(name.to_lowercase(), String::from_utf8_lossy(value).into());
            }
        }
        "body/all-together-loses-the-payload" if body.members.len() == 5 => {
            input.payload = Value::Object(Map::new())
        }
        _ => {}
    }
    input
}

//! Actions that answer or print.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Failure, Scene};
use crate::reference::residue::lock;
use crate::reference::response::Manner;

/// `res.send(text)`, the text repeated.
pub(crate) fn send(scene: &Scene<'_>) {
    let times = scene.member("times").as_u64().unwrap_or(1);
    let text = scene.text("text").unwrap_or_default().repeat(usize::try_from(times).unwrap_or(1));
    scene.output.send(&text, &scene.manner());
}

/// `res.bytes` of the decoded bytes.
pub(crate) fn bytes(scene: &Scene<'_>) -> Result<(), Failure> {
    let bytes = BASE64.decode(scene.needed("base64")?).map_err(|error| Failure::new(error.to_string()))?;
    scene.output.bytes(&bytes, &scene.manner());
    Ok(())
}

/// `res.json` of a value that the encoder refuses: the names of members must be text.
pub(crate) fn unencodable(scene: &Scene<'_>) {
    scene.output.json(&BTreeMap::from([((1, 2), 3)]), &Manner::default());
}

/// `res.json` of a number that is none. The encoder writes `null`.
pub(crate) fn not_a_number(scene: &Scene<'_>) {
    let (which, number) = match scene.text("which").as_deref() {
        Some("infinity") => ("Infinity", f64::INFINITY),
        Some("-infinity") => ("-Infinity", f64::NEG_INFINITY),
        _ => ("NaN", f64::NAN),
    };
    match scene.server.configuration.fault.name() {
        "function/nan-written" if number.is_nan() => scene.output.raw_json("{\"value\":NaN}"),
        "function/infinity-written" if number.is_infinite() => {
            scene.output.raw_json(&format!("{{\"value\":{which}}}"));
        }
        _ => scene.output.json(&json!({ "value": number }), &Manner::default()),
    }
}

/// Two answers.
pub(crate) fn twice(scene: &Scene<'_>) {
    for name in ["first", "second"] {
        scene.output.send(&scene.text(name).unwrap_or_default(), &Manner::default());
    }
}

/// An answer from work left running, after the end.
pub(crate) fn answer_late(scene: &Scene<'_>) {
    let (output, text) = (scene.output.clone(), scene.text("text").unwrap_or_default());
    let fault = scene.server.configuration.fault.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if fault.is("function/late-answer-ends-the-server") {
            std::process::exit(1);
        }
        output.send(&text, &Manner::default());
    });
}

/// Prints lines, as this language prints.
pub(crate) fn print(scene: &Scene<'_>) {
    let lines = |name: &str| {
        let lines = scene.member(name).as_array().cloned().unwrap_or_default();
        lines.iter().filter_map(Value::as_str).map(|line| said(scene, line)).collect::<Vec<String>>()
    };
    let (out, errors) = (lines("stdout"), lines("stderr"));
    let residue = &scene.server.residue;
    match scene.server.configuration.fault.name() {
        "function/output-held-back" => lock(&residue.lines).extend(out),
        "function/output-with-the-next-request" => {
            let earlier = std::mem::replace(&mut *lock(&residue.lines), out);
            earlier.iter().for_each(|line| println!("{line}"));
        }
        _ => out.iter().for_each(|line| println!("{line}")),
    }
    if !scene.server.configuration.fault.is("function/errors-held-back") {
        errors.iter().for_each(|line| eprintln!("{line}"));
    }
    scene.answer(json!({}));
}

fn said(scene: &Scene<'_>, line: &str) -> String {
    match scene.server.configuration.fault.name() {
        "function/output-with-a-prefix" => format!("[function] {line}"),
        "function/output-in-ascii" => line.replace(|c: char| !c.is_ascii(), "?"),
        _ => line.into(),
    }
}

/// The dependency, as it lies where the build installed it.
pub(crate) fn dependency(scene: &Scene<'_>) -> Result<(), Failure> {
    let place = format!("{}/installed/tiny/about", scene.code.path);
    let about = std::fs::read_to_string(scene.server.configuration.sandbox.below(&place))
        .map_err(|error| Failure::new(format!("{place}: {error}")))?;
    let member = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    scene.answer(json!({ "name": member("name"), "version": member("version") }));
    Ok(())
}

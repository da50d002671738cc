//! Steps that answer or print.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::{Failure, Scene, Step};
use crate::reference::residue::lock;
use crate::reference::response::Manner;

/// `res.send(text)`, the text repeated.
pub(crate) fn send(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let times = if step.has("times") { step.integer("times")? } else { 1 };
    let text = step.text("text")?.repeat(usize::try_from(times).unwrap_or_default());
    if scene.left_running && scene.server.configuration.fault.is("function/late-answer-ends-the-server") {
        std::process::exit(1);
    }
    scene.output.send(&text, &step.manner());
    Ok(())
}

/// `res.bytes` of the decoded bytes.
pub(crate) fn bytes(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let bytes = BASE64.decode(step.text("base64")?).map_err(|error| Failure::new(error.to_string()))?;
    scene.output.bytes(&bytes, &step.manner());
    Ok(())
}

/// `res.json` of a value that the encoder refuses: the names of members must be text.
pub(crate) fn unencodable(scene: &Scene) {
    scene.output.json(&BTreeMap::from([((1, 2), 3)]), &Manner::default());
}

/// `res.json` of a number that is none. The encoder writes `null`.
pub(crate) fn nan(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let (which, number) = match step.text("which")? {
        "nan" => ("NaN", f64::NAN),
        "infinity" => ("Infinity", f64::INFINITY),
        "-infinity" => ("-Infinity", f64::NEG_INFINITY),
        other => return Err(Failure::new(format!("the probe has no number {other:?}"))),
    };
    match scene.server.configuration.fault.name() {
        "function/nan-written" if number.is_nan() => scene.output.raw_json("{\"value\":NaN}"),
        "function/infinity-written" if number.is_infinite() => {
            scene.output.raw_json(&format!("{{\"value\":{which}}}"));
        }
        _ => scene.output.json(&json!({ "value": number }), &Manner::default()),
    }
    Ok(())
}

/// Prints a line, as this language prints.
pub(crate) fn print(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let (server, mut line) = (&scene.server, said(scene, step.text("text")?));
    let fault = &server.configuration.fault;
    let cut = if step.is("to", "stderr") { "function/long-errors-cut" } else { "function/long-output-cut" };
    if fault.is(cut) {
        line.truncate(64 * 1024);
    }
    if step.is("to", "stderr") {
        if !fault.is("function/errors-held-back") {
            eprintln!("{line}");
        }
        return Ok(());
    }
    match fault.name() {
        "function/output-held-back" => lock(&server.residue.lines).push(line),
        "function/output-with-the-next-request" => {
            let earlier = std::mem::replace(&mut *lock(&server.residue.lines), vec![line]);
            earlier.iter().for_each(|line| println!("{line}"));
        }
        _ => println!("{line}"),
    }
    Ok(())
}

fn said(scene: &Scene, line: &str) -> String {
    match scene.server.configuration.fault.name() {
        "function/output-with-a-prefix" => format!("[function] {line}"),
        "function/output-in-ascii" => line.replace(|c: char| !c.is_ascii(), "?"),
        _ => line.into(),
    }
}

/// Notes the dependency, as the build installed it.
pub(crate) fn dependency(scene: &mut Scene) -> Result<(), Failure> {
    let place = format!("{}/installed/tiny/about", scene.code.path);
    let about = std::fs::read_to_string(scene.server.configuration.sandbox.below(&place))
        .map_err(|error| Failure::new(format!("{place}: {error}")))?;
    for name in ["name", "version"] {
        let value = about.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        scene.note(name, json!(value));
    }
    Ok(())
}

//! What the probe sees of the container, prints into it, and starts in it.

use std::collections::BTreeMap;
use std::fs;
use std::process::{self, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use open_runtimes::{Response, Value, json};

pub(crate) fn act(action: &str, payload: &Value, res: &Response) {
    let nonce = &payload["nonce"];
    match action {
        "print" => {
            lines(&payload["stdout"]).for_each(|line| println!("{line}"));
            lines(&payload["stderr"]).for_each(|line| eprintln!("{line}"));
            res.json(json!({ "nonce": nonce }));
        }
        "environment" => {
            let variables: BTreeMap<_, _> = std::env::vars_os()
                .map(|(name, value)| {
                    (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
                })
                .collect();
            res.json(json!({ "nonce": nonce, "variables": variables, "processes": environments() }));
        }
        "list" => {
            let mut names = entries(crate::text(payload, "folder"));
            names.sort();
            res.json(json!({ "nonce": nonce, "names": names }));
        }
        "kill" => {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {}", process::id())]).status();
        }
        "orphans" => {
            for _ in 0..payload["count"].as_u64().unwrap_or_default() {
                let mut shell = Command::new("sh");
                shell.args(["-c", "sleep 0.05 &"]).stdin(Stdio::null()).stdout(Stdio::null());
                shell.stderr(Stdio::null()).status().expect("a shell");
            }
            res.json(json!({ "nonce": nonce }));
        }
        "dependency" => {
            assert_eq!(BASE64.encode("two"), "dHdv", "the dependency does not do what it is for");
            res.json(json!({ "nonce": nonce, "name": "base64", "version": locked_version("base64") }));
        }
        action => panic!("the probe has no action {action:?}"),
    }
}

fn lines(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Of each process that this one may look at.
fn environments() -> BTreeMap<String, String> {
    let processes =
        entries("/proc").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    let read = |id: String| {
        let bytes = fs::read(format!("/proc/{id}/environ")).ok()?;
        Some((id, String::from_utf8_lossy(&bytes).replace('\0', "\n")))
    };
    processes.filter_map(read).collect()
}

/// A crate does not carry its version into the program; cargo notes which one it took.
fn locked_version(name: &str) -> &'static str {
    let lock = include_str!("../../Cargo.lock");
    let (_, rest) =
        lock.split_once(&format!("name = \"{name}\"\nversion = \"")).expect("the dependency in the lock");
    rest.split('"').next().unwrap_or_default()
}

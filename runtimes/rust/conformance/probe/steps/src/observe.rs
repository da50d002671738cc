//! What the probe sees of the container, prints into it, and starts in it.

use std::collections::BTreeMap;
use std::fs;
use std::process::{self, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use open_runtimes::{Value, json};

use crate::Call;
use crate::step::{integer, text};

pub(crate) fn take(name: &str, step: &Value, call: &mut Call) {
    match name {
        "print" if step["to"] == "stderr" => eprintln!("{}", text(step, "text")),
        "print" => println!("{}", text(step, "text")),
        "environ" => {
            call.notes["variables"] = json!(variables());
            call.notes["processes"] = json!(environments());
        }
        "list" => {
            let mut names = entries(text(step, "folder"));
            names.sort();
            call.notes["names"] = json!(names);
        }
        "kill" => {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {}", process::id())]).status();
        }
        "orphans" => {
            for _ in 0..integer(&step["times"]) {
                let mut shell = Command::new("sh");
                shell.args(["-c", "sleep 0.05 &"]).stdin(Stdio::null()).stdout(Stdio::null());
                shell.stderr(Stdio::null()).status().expect("a shell");
            }
        }
        "dependency" => {
            assert_eq!(BASE64.encode("two"), "dHdv", "the dependency does not do what it is for");
            call.notes["name"] = json!("base64");
            call.notes["version"] = json!(locked_version("base64"));
        }
        name => panic!("the probe has no step {name:?}"),
    }
}

fn variables() -> BTreeMap<String, String> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
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

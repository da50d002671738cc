//! A day of the platform, with the real program on a real engine: up, deploy, call, log, break, roll back, remove, and
//! nothing left.

mod platform;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use platform::{Platform, RUNTIME, engine, left, scratch};
use serde_json::json;

/// What the functions here answer: their version, what they got, and what they can do to where they run.
fn function(version: u32) -> String {
    format!(
        r#"const {{ readFileSync, writeFileSync }} = require('node:fs');
const refused = (write) => {{ try {{ write(); return false; }} catch {{ return true; }} }};
module.exports = async (req, res) => {{
  console.log(`called ${{req.headers[':path']}} \x1b[2J`);
  if (req.payload.wait) await new Promise((done) => setTimeout(done, req.payload.wait));
  if (req.payload.fail) throw new Error('on purpose');
  const status = readFileSync('/proc/self/status', 'utf8');
  res.json({{
    version: {version},
    payload: req.payload,
    greeting: req.env.GREETING ?? null,
    method: req.headers[':method'],
    path: req.headers[':path'],
    user: process.getuid(),
    capabilities: /CapEff:\s*(\w+)/.exec(status)[1],
    locked: [() => writeFileSync('/x', ''), () => writeFileSync('/usr/code/x', '')].every(refused),
    secrets: Object.keys(process.env).filter((name) => /KEY|TOKEN|GREETING/.test(name)),
  }});
}};
"#
    )
}

fn write(folder: &Path, name: &str, content: &str) {
    std::fs::create_dir_all(folder).expect("made");
    std::fs::write(folder.join(name), content).expect("written");
}

/// A request by hand: the status, and the whole answer.
fn ask(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request.replace('\n', "\r\n").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_from_up_to_nothing_left() {
    let engine = engine().await;
    let (data, source) = (scratch("data"), scratch("source"));
    let mut platform = Platform::up(&data);

    // A second one on the folder is refused.
    let second = platform.run(&["up"]);
    assert_eq!(second.code, Some(3), "{second:?}");
    assert!(second.errors.contains("in use by another `open-runtimes up`"), "{second:?}");

    // Deploy, with the runtime recognised but for its version, and call.
    write(&source, "index.js", &function(1));
    let folder = source.to_str().expect("a plain path");
    let deploy = ["deploy", folder, "--name", "day", "--runtime", RUNTIME, "--timeout-ms", "5000"];
    let printed = platform.does(&deploy);
    assert!(
        printed.contains("build.sh: ") && printed.contains("deployment 1 of day answers at"),
        "{printed}"
    );
    let answer = platform.call("day", r#"{"name": "Ada"}"#);
    let expected = json!({
        "version": 1, "payload": {"name": "Ada"}, "greeting": null, "method": "POST", "path": "/", "user": 65532,
        "capabilities": "0000000000000000", "locked": true, "secrets": [],
    });
    assert_eq!(answer, expected);
    let called = platform.does(&["call", "day", "-X", "GET", "--path", "/a%2Fb?c", "--include"]);
    assert!(
        called.contains("x-open-runtimes-start: warm") && called.contains("server-timing: queue;dur="),
        "{called}"
    );
    assert!(called.contains(r#""method":"GET","path":"/a%2Fb?c""#), "{called}");

    // A function that fails, and one that takes too long, have each a word.
    let failed = platform.run(&["call", "day", r#"{"fail": true}"#]);
    assert_eq!(failed.code, Some(1));
    assert!(
        failed.out.contains("urn:open-runtimes:function-error") && failed.out.contains("on purpose"),
        "{failed:?}"
    );
    assert!(!failed.out.contains("index.js"), "the stack is for the log: {failed:?}");
    let late = platform.run(&["call", "day", r#"{"wait": 60000}"#]);
    assert!(late.out.contains("urn:open-runtimes:run-timeout"), "{late:?}");

    // What it printed, with nothing in it that a terminal would act on.
    let log = platform.does(&["logs", "day"]);
    assert!(log.contains(r"called /a%2Fb?c \u{1b}[2J") && log.contains("Error: on purpose"), "{log}");

    // An environment whose values are never shown.
    platform.does(&["env", "set", "day", "GREETING=a secret"]);
    assert_eq!(platform.call("day", "{}")["greeting"], "a secret");
    assert_eq!(platform.does(&["env", "list", "day"]), "GREETING\n");

    // A new deployment takes over; the same source again is not built again.
    write(&source, "index.js", &function(2));
    platform.does(&deploy);
    assert_eq!(platform.call("day", "{}")["version"], 2);
    assert!(platform.does(&deploy).contains("was built on the same image before"));

    // A build that fails changes nothing.
    write(&source, "package.json", "{ this is no JSON");
    let broken = platform.run(&deploy);
    assert_eq!(broken.code, Some(1), "{broken:?}");
    assert!(
        broken.out.contains("package.json is no JSON object") && broken.errors.contains("changed nothing"),
        "{broken:?}"
    );
    assert_eq!(platform.call("day", "{}")["version"], 2);
    let deployments = platform.does(&["deployments", "day"]);
    assert!(deployments.contains("failed") && deployments.contains("answers"), "{deployments}");

    // Back to the first: its code, and the environment of today.
    let rolled_back = platform.does(&["rollback", "day", "--to", "1"]);
    assert!(rolled_back.contains("deployment 1 of day answers again"), "{rolled_back}");
    let answer = platform.call("day", "{}");
    assert_eq!((&answer["version"], &answer["greeting"]), (&json!(1), &json!("a secret")));
    platform.does(&["env", "unset", "day", "GREETING"]);
    assert_eq!(platform.call("day", "{}")["greeting"], json!(null));

    // Killed, and started again: what it left is removed, and what it knew it still knows.
    let killed = platform.id();
    platform.end("KILL");
    assert!(!left(&engine, killed).await.containers.is_empty(), "a killed platform leaves something behind");
    let kept = scratch("kept");
    std::fs::rename(&data, &kept).expect("moved");
    drop(platform);
    let mut platform = Platform::up(&kept);
    assert!(left(&engine, killed).await.is_empty(), "the next one removes it");
    assert_eq!(platform.call("day", "{}")["version"], 1);

    // Removed, with all that was its own.
    platform.does(&["rm", "day"]);
    assert_eq!(platform.does(&["ls", "--json"]), "[]\n");
    assert_eq!(platform.run(&["call", "day"]).code, Some(1));
    for folder in ["sources", "packages", "builds"] {
        let left = std::fs::read_dir(kept.join(folder)).expect("it is there").count();
        assert_eq!(left, 0, "in {folder}");
    }
    let id = platform.id();
    assert_eq!(platform.end("TERM"), Some(0));
    let left = left(&engine, id).await;
    assert!(left.is_empty(), "there are {left:?}");
    let _ = std::fs::remove_dir_all(&source);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_ports_let_in_what_is_theirs() {
    engine().await;
    let platform = Platform::up(&scratch("ports"));
    let (functions, control) = platform.addresses();
    let token = std::fs::read_to_string(platform.data.join("token")).expect("it is there");
    let get = |path: &str, host: &str, more: &str| {
        format!("GET {path} HTTP/1.1\nHost: {host}\n{more}Connection: close\n\n")
    };
    let authorised = format!("Authorization: Bearer {token}\n");
    let cases = [
        (&functions, get("/healthz", &functions, ""), 200, "ok"),
        (&functions, get("/v1/functions", &functions, &authorised), 404, "control API has a port of its own"),
        (&functions, get("/function/nothing", &functions, ""), 404, "urn:open-runtimes:no-function"),
        (&functions, get("/function/nothing", &functions, "Upgrade: websocket\n"), 501, "no-upgrade"),
        (&control, get("/healthz", &control, ""), 200, "ok"),
        (&control, get("/v1/functions", &control, &authorised), 200, "[]"),
        (&control, get("/v1/functions", &control, ""), 401, "www-authenticate: Bearer"),
        (&control, get("/v1/functions", "evil.example", &authorised), 421, "urn:open-runtimes:unknown-host"),
        (&control, get("/function/nothing", &control, &authorised), 404, "on a port of their own"),
        (&control, get("/v1/builds/..%2Ftoken/log", &control, &authorised), 404, "no-build"),
        (&control, get("/v1/builds/../token/log", &control, &authorised), 404, "no-such-path"),
    ];
    for (address, request, status, says) in cases {
        let (seen, answer) = ask(address, &request);
        assert!(seen == status && answer.contains(says), "{request}\n{answer}");
        assert!(!answer.to_lowercase().contains("access-control-"), "no other site is let in: {answer}");
    }

    // A source that is not what it says, or too large, is not kept.
    let put = |digest: &str, length: &str, body: &str| {
        let head = format!("PUT /v1/sources/{digest} HTTP/1.1\nHost: {control}\n{authorised}");
        format!("{head}Content-Type: application/gzip\nContent-Length: {length}\nConnection: close\n\n{body}")
    };
    let digest = "0".repeat(64);
    assert_eq!(ask(&control, &put(&digest, "3", "abc")).0, 422);
    assert_eq!(ask(&control, &put(&digest, "99999999999", "")).0, 413);
    assert_eq!(ask(&control, &put("..%2Ftoken", "3", "abc")).0, 400);
    assert_eq!(std::fs::read_dir(platform.data.join("sources")).expect("it is there").count(), 0);

    // What is asked for wrongly is told in words that say what to do.
    let unknown = platform.run(&["deployments", "nothing"]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    let empty = scratch("empty");
    std::fs::create_dir_all(&empty).expect("made");
    let unrecognised = platform.run(&["deploy", empty.to_str().expect("a path"), "--name", "empty"]);
    assert!(
        unrecognised.code == Some(2) && unrecognised.errors.contains("--runtime node:24"),
        "{unrecognised:?}"
    );
    let no_image = ["deploy", empty.to_str().expect("a path"), "--name", "empty", "--runtime", "node:1"];
    let no_image = platform.run(&no_image);
    assert!(no_image.errors.contains("cargo run -p conformance -- build node:1"), "{no_image:?}");
    std::fs::remove_dir_all(&empty).expect("removed");
}

#[test]
fn without_a_platform_each_command_says_how_to_start_one() {
    let nowhere = scratch("nowhere");
    for arguments in [&["ls"][..], &["call", "x"], &["logs", "x"], &["rm", "x"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_open-runtimes"));
        let output = command.args(arguments).arg("--data").arg(&nowhere).output().expect("it starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{errors}");
        assert!(errors.contains("open-runtimes up"), "{errors}");
    }
}

#[test]
fn another_address_than_loopbacks_is_asked_about() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_open-runtimes"));
    let up = command.args(["up", "--functions", "0.0.0.0:0", "--data"]).arg(scratch("open"));
    let output = up.output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && errors.contains("--public"), "{errors}");
}

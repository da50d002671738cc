//! Answers that are the same in every language, to the letter: one snapshot for all, so that a difference
//! between siblings is a diff. A trial a version, named `node:24/answers`.

use std::fmt::Write;
use std::process::ExitCode;
use std::sync::Arc;

use conformance::backend::{CheckResult, Spec};
use conformance::contract::steps::{self, Step};
use conformance::contract::{Check, Level, Requirement};
use conformance::fixture::ServerContext;
use conformance::plan::{self, Exceptions, Plan, Planned, Selection, Standing};
use conformance::report::{Verdict, explain};
use conformance::run::{self, Run, Terminal};
use conformance::wire::{Request, Response};
use libtest_mimic::{Arguments, Failed, Trial};
use protocol::{CHALLENGE, DEFAULT_MAX_BODY, ERROR, RuntimeId, limit};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtime = run::threads().expect("an asynchronous runtime");
    let root = plan::repository().expect("the repository is found");
    let plan = plan::discover(&root)
        .and_then(|runtimes| Plan::of(&runtimes, plan::today()))
        .expect("the runtimes are found");
    let named: Vec<String> = arguments.filter.iter().cloned().collect();
    let named = Selection::of(&named);
    let standing =
        |(id, spec): (&RuntimeId, &Arc<Spec>)| (id.clone(), Standing::of(spec.base.release, named.names(id)));
    let versions: Vec<(RuntimeId, Standing)> = plan.versions.iter().map(standing).collect();
    let folder = std::env::temp_dir().join(format!("conformance-siblings-{}", std::process::id()));
    let run = Arc::new(Run::new_in(&root, plan, Arc::new(Terminal::new(false)), &folder).expect("a run"));
    let requirement: &'static Requirement = Box::leak(Box::new(Requirement::must(
        "answers",
        "The same in every language.",
        Check::Shared(|s| Box::pin(answers(s))),
    )));
    assert_eq!(requirement.level, Level::Must);
    let trials = versions.into_iter().map(|(id, standing)| {
        let (run, handle) = (run.clone(), runtime.handle().clone());
        let planned = Planned {
            runtime: id,
            requirement,
            exceptions: Arc::new(Exceptions { standing, ..Exceptions::default() }),
        };
        Trial::test(planned.name(), move || {
            let outcome = handle.block_on(run.check(&planned));
            match outcome.verdict {
                Verdict::Passed => Ok(()),
                _ if outcome.is_warning() => {
                    eprintln!("warning: {}\n{}", outcome.name(), explain(&outcome));
                    Ok(())
                }
                _ => Err(Failed::from(explain(&outcome))),
            }
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let cleaned = runtime.block_on(run.clean_up());
    let _ = std::fs::remove_dir_all(&folder);
    cleaned.expect("nothing is left");
    conclusion.exit_code()
}

async fn answers(s: &ServerContext) -> CheckResult {
    let mut said = String::new();
    let post = |body: &Value| s.request().json(body);
    let act = |steps: [Step; 1]| post(&json!({ "payload": steps::payload(steps) }));
    let requests = [
        ("no key", Request::post()),
        ("a wrong key", Request::post().header(CHALLENGE, "wrong")),
        ("GET", s.request().method("GET")),
        ("DELETE", s.request().method("DELETE")),
        ("too large", s.request().unframed().header("Content-Length", (DEFAULT_MAX_BODY + 1).to_string())),
        ("no JSON", s.request().body("{")),
        ("no UTF-8", s.request().body(b"\xff".as_slice())),
        ("no object", s.request().body("[]")),
        ("too deep", s.request().body("[".repeat(limit::BRACKETS + 1))),
        ("path is a number", post(&json!({ "path": 1 }))),
        ("path is empty", post(&json!({ "path": "" }))),
        ("path is relative", post(&json!({ "path": "usr/code" }))),
        ("path has a NUL", post(&json!({ "path": "/usr/\u{0}" }))),
        ("file is a list", post(&json!({ "file": [] }))),
        ("file is empty", post(&json!({ "file": "" }))),
        ("file is absolute", post(&json!({ "file": "/etc/hostname" }))),
        ("file leaves path", post(&json!({ "file": "../x" }))),
        ("env is a list", post(&json!({ "env": [] }))),
        ("env has a number", post(&json!({ "env": { "a": 1 } }))),
        ("headers is a text", post(&json!({ "headers": "a" }))),
        ("headers has a null", post(&json!({ "headers": { "a": null } }))),
        ("no such file", post(&json!({ "file": "no-such-file" }))),
        ("the function fails", act([Step::throw("on purpose\nand more")])),
        ("the function is silent", act([Step::pass()])),
        ("a status out of range", act([Step::send("").status(600)])),
        ("a header of the runtime's", act([Step::send("").headers(json!({ "Date": "x" }))])),
        ("send", act([Step::send("é😀")])),
        ("json", act([Step::json(json!({ "a b": [1, 2.5, null, "é\"\\\n\u{1}/"] }))])),
        ("bytes", act([Step::bytes([0, 1, 2])])),
        ("no content", act([Step::send("").status(204)])),
        ("echo of a rich body", post(&rich())),
    ];
    for (what, request) in requests {
        let mut connection = s.connect().await?;
        connection.send(&request).await?;
        let answer = connection.receive().await?;
        let _ = writeln!(said, "── {what}\n{}", shown(&answer));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("answers", said);
    });
    Ok(())
}

fn rich() -> Value {
    json!({
        "payload": {
            "text": "é 漢字 😀 \u{0} \t\n \" \\ /", "numbers": [0, -1, 1.5, 9_007_199_254_740_991_i64],
            "empty": [{}, [], "", null], "nested": { "a": { "b": [true, false] } }
        },
        "env": { "A": "1", "b c": "" },
        "headers": { "X-One": "1", "x-one": "2" }
    })
}

/// Status, the headers that the contract speaks of, and the body: JSON by its value, without what is each
/// language's own.
fn shown(answer: &Response) -> String {
    let mut out = format!("{}\n", answer.status);
    for name in ["Allow", "Content-Type", ERROR] {
        for value in answer.all(name) {
            let _ = writeln!(out, "{name}: {value}");
        }
    }
    let body = match answer.json() {
        Some(Value::Object(mut members)) => {
            for own in ["stack", "load", "count", "file"] {
                members.entry(own).and_modify(|value| *value = json!("…"));
            }
            json!(members).to_string()
        }
        Some(other) => other.to_string(),
        None => String::from_utf8_lossy(&answer.body).escape_debug().to_string(),
    };
    out + &body
}

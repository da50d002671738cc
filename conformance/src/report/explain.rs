//! A failed result, explained.

use std::fmt::Write;

use super::outcome::{Outcome, Verdict};

/// What is wrong and how to see it again: the requirement, expected and actual, the wire, the log, the
/// command.
pub fn explain(outcome: &Outcome) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} {}: {}", outcome.level, outcome.id, outcome.sentence);
    match &outcome.verdict {
        Verdict::Failed { expected, actual } => {
            let _ = writeln!(out, "expected  {expected}\nactual    {actual}");
        }
        Verdict::Blocked { by, reason } => {
            let _ = writeln!(out, "blocked by {by}: {reason}");
        }
        Verdict::Fault { reason } => {
            let _ = writeln!(out, "could not check, the harness failed: {reason}");
        }
        Verdict::Expected { reason, until, actual } => {
            let _ = writeln!(out, "a failure that is expected until {until}: {reason}\nactual    {actual}");
        }
        Verdict::NotApplicable { reason } => {
            let _ = writeln!(out, "not applicable: {reason}");
        }
        Verdict::Passed => {}
    }
    for (what, text) in [("on the wire", &outcome.wire), ("the container's log ends with", &outcome.log)] {
        if !text.is_empty() {
            let _ = writeln!(out, "{what}\n{}", indented(text));
        }
    }
    if matches!(outcome.verdict, Verdict::Failed { .. } | Verdict::Fault { .. }) {
        let _ = writeln!(out, "again     cargo run -p conformance -- check {}", outcome.name());
    }
    out
}

fn indented(text: &str) -> String {
    text.trim_end()
        .lines()
        .map(|line| format!("  {}", line.trim_start_matches("  ")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The lines that one would add to each manifest to expect these failures until `until`, with a word on
/// what they are; nothing if nothing failed.
pub fn expectations(outcomes: &[Outcome], until: &str) -> String {
    let mut out = String::new();
    for outcome in outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Failed { .. })) {
        let (name, version) = outcome.runtime.split_once(':').unwrap_or((&outcome.runtime, ""));
        if out.is_empty() {
            out += "# to expect these failures while they are mended, add and fill in:\n";
        }
        let _ = writeln!(
            out,
            "\n# runtimes/{name}/runtime.toml\n[expected.\"{}\"]\n\
             reason = \"why it fails, and what is done about it\"\nuntil = \"{until}\"\nversions = [\"{version}\"]",
            outcome.id
        );
    }
    out
}

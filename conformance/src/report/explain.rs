//! A red result, explained.

use std::fmt::Write;

use super::{Outcome, Verdict};

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
            let _ = writeln!(out, "not judged, the harness failed: {reason}");
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

//! The table at the end: runtimes × sections, and the cold starts.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::outcome::{Outcome, Tally};

/// The table of outcomes in the order of the plan: in each cell how many requirements are met of how many that apply, with a mark where a
/// MUST is red (`✗`), or a SHOULD warns or a failure is expected (`!`); below it the figures of the cold starts. A version from a release that still
/// changes is marked.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut sections: Vec<&str> = Vec::new();
    let mut runtimes: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        let section = section(outcome);
        if !sections.contains(&section) {
            sections.push(section);
        }
        let mark = if outcome.unstable { " (unstable)" } else { "" };
        runtimes.entry(format!("{}{mark}", outcome.runtime)).or_default().push(outcome);
    }

    let first = runtimes.keys().map(String::len).max().unwrap_or(0).max("runtime".len());
    let width = |section: &str| section.len().max(7);
    let mut out = format!("{:first$}", "runtime");
    for section in &sections {
        let _ = write!(out, "  {:>1$}", section, width(section));
    }
    out.push('\n');
    for (runtime, outcomes) in &runtimes {
        let _ = write!(out, "{runtime:first$}");
        for wanted in &sections {
            let cell = cell(outcomes.iter().copied().filter(|outcome| section(outcome) == *wanted));
            let _ = write!(out, "  {:>1$}", cell, width(wanted));
        }
        out.push('\n');
    }
    for (runtime, outcomes) in &runtimes {
        if let Some(line) = cold_start(outcomes) {
            let _ = writeln!(out, "{runtime:first$}  {line}");
        }
    }
    out
}

fn section(outcome: &Outcome) -> &str {
    outcome.id.split('/').next().unwrap_or_default()
}

fn cell<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> String {
    let tally = Tally::of(outcomes);
    let applicable = tally.total() - tally.not_applicable;
    if tally.total() == 0 {
        return "·".into();
    }
    let mark = match (tally.red(), tally.warnings + tally.expected) {
        (0, 0) => "✓",
        (0, _) => "!",
        _ => "✗",
    };
    format!("{}/{applicable} {mark}", tally.passed)
}

/// The cold starts of a runtime, if they were measured.
fn cold_start(outcomes: &[&Outcome]) -> Option<String> {
    let figure = |name: &str| outcomes.iter().find_map(|outcome| outcome.figures.get(name)?.as_f64());
    let mut parts = Vec::new();
    if let (Some(boot), Some(budget), Some(bare)) =
        (figure("boot_ms"), figure("boot_budget_ms"), figure("bare_boot_ms"))
    {
        parts.push(format!(
            "boot {boot:.1} of {budget:.0} ms ({:.2} × the bare server's {bare:.1})",
            boot / bare
        ));
    }
    if let (Some(warm), Some(budget)) = (figure("warm_ms"), figure("warm_budget_ms")) {
        parts.push(format!("warm +{warm:.3} of {budget:.0} ms"));
    }
    if let Some(start) = figure("engine_start_ms") {
        parts.push(format!("started by the engine and seen from outside {start:.0} ms"));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Level;
    use crate::report::Verdict;

    fn outcome(runtime: &str, id: &str, verdict: Verdict) -> Outcome {
        Outcome {
            runtime: runtime.into(),
            unstable: false,
            only_warns: false,
            id: id.into(),
            level: Level::Must,
            sentence: String::new(),
            verdict,
            seconds: 0.0,
            figures: serde_json::Map::new(),
            wire: String::new(),
            log: String::new(),
        }
    }

    #[test]
    fn a_row_a_runtime_and_a_column_a_section() {
        let broken = Verdict::Failed { expected: "a".into(), actual: "b".into() };
        let outcomes = [
            outcome("a:1", "server/port", Verdict::Passed),
            outcome("a:1", "auth/valid", broken),
            outcome("b:1", "auth/valid", Verdict::Passed),
            Outcome { unstable: true, ..outcome("b:2", "auth/valid", Verdict::Passed) },
        ];
        insta::assert_snapshot!("table", table(&outcomes));
    }
}

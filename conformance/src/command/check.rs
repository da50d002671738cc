//! `check`: build, start and check runtimes.

use clap::Args;
use futures_util::StreamExt;
use std::io::IsTerminal;

use super::exit::Exit;
use super::part::PartArguments;
use super::selected::prepared_part;
use crate::plan::in_a_month;
use crate::report::{Outcome, Verdict, expectations, explain, table};
use crate::run::{JOBS, Summary};

/// Build, start and check runtimes.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// What to check: `node`, `node:24`, `node:24/auth`, `node:24/auth/missing`; `auth` or
    /// `auth/missing` for every runtime; everything without any.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    #[command(flatten)]
    part: PartArguments,
    /// Checks at once.
    #[arg(long, default_value_t = JOBS, value_parser = positive)]
    jobs: usize,
    /// Show each line that a build prints.
    #[arg(long, short)]
    verbose: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| "a positive number is needed".to_string())
}

impl Check {
    pub(super) async fn run(self) -> Exit {
        let run = match prepared_part(&self.names, self.part.asked_for(), self.verbose) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        run.build_ahead();
        let total = run.planned().len();
        let checks = run.planned().iter().map(|planned| run.check(planned));
        let mut outcomes = futures_util::stream::iter(checks).buffer_unordered(self.jobs);
        let mut number = 0;
        while let Some(outcome) = outcomes.next().await {
            number += 1;
            println!("{}", line(number, total, &outcome));
        }
        drop(outcomes);
        conclude(&run.finish(total).await)
    }
}

fn line(number: usize, total: usize, outcome: &Outcome) -> String {
    let width = total.to_string().len();
    let (word, colour) = match &outcome.verdict {
        Verdict::Passed => ("ok", "32"),
        Verdict::NotApplicable { .. } => ("n/a", "36"),
        Verdict::Expected { .. } => ("expected", "36"),
        _ if outcome.is_warning() => ("warn", "33"),
        Verdict::Failed { .. } => ("FAILED", "31"),
        Verdict::Blocked { .. } => ("BLOCKED", "31"),
        Verdict::Fault { .. } => ("ERROR", "35"),
    };
    let why = match &outcome.verdict {
        Verdict::NotApplicable { reason } => format!("  {reason}"),
        Verdict::Expected { reason, until, .. } => format!("  until {until}: {reason}"),
        Verdict::Blocked { by, .. } => format!("  by {by}"),
        _ => String::new(),
    };
    let word = paint(&format!("{word:7}"), colour);
    format!("{number:>width$}/{total}  {word}  {}  {:.1} s{why}", outcome.name(), outcome.seconds)
}

fn paint(text: &str, colour: &str) -> String {
    let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stdout().is_terminal();
    if plain { text.to_string() } else { format!("\x1b[{colour}m{text}\x1b[0m") }
}

/// Prints what came of a run.
fn conclude(summary: &Summary) -> Exit {
    let not_passed = summary.outcomes.iter().filter(|outcome| outcome.is_failure() || outcome.is_warning());
    for outcome in not_passed.filter(|outcome| !matches!(outcome.verdict, Verdict::Blocked { .. })) {
        println!("\n── {}\n{}", outcome.name(), explain(outcome).trim_end());
    }
    let expect = expectations(&summary.outcomes, &in_a_month().to_string());
    if !expect.is_empty() {
        println!("\n{expect}");
    }
    println!("\n{}", table(&summary.outcomes));
    let tally = summary.tally;
    println!(
        "{} passed, {} failed, {} blocked, {} harness errors, {} warnings, {} expected failures, {} not applicable, in {}; {}",
        tally.passed,
        tally.failed,
        tally.blocked,
        tally.faults,
        tally.warnings,
        tally.expected,
        tally.not_applicable,
        summary.times(),
        summary.report.display()
    );
    if !summary.faults.is_empty() {
        return Exit::Fault(summary.faults.join("; "));
    }
    match (tally.failed, tally.red()) {
        (0, 0) => Exit::Passed,
        (0, _) => could_not_check(summary),
        _ => Exit::Failed,
    }
}

/// Nothing failed, but not everything could be checked: the harness, the engine or an image is the cause.
fn could_not_check(summary: &Summary) -> Exit {
    let mut causes: Vec<&str> = summary
        .outcomes
        .iter()
        .filter_map(|outcome| match &outcome.verdict {
            Verdict::Blocked { by, .. } => Some(by.as_str()),
            Verdict::Fault { .. } => Some("the harness"),
            _ => None,
        })
        .collect();
    causes.sort_unstable();
    causes.dedup();
    Exit::Fault(format!("could not check everything, because of: {}", causes.join(", ")))
}

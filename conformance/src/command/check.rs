//! `check`: build, start and check runtimes.

use clap::Args;
use futures_util::StreamExt;
use std::io::IsTerminal;

use super::exit::Exit;
use super::part::PartArguments;
use super::selected::prepared_part;
use crate::contract;
use crate::plan::in_a_month;
use crate::report::{Outcome, Verdict, expectations, explain, table};
use crate::run::{HARNESS, JOBS, Order, SHUFFLE, Summary};

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
    /// Give each check a server of its own, also those that share one otherwise.
    #[arg(long)]
    alone: bool,
    /// Shuffle the checks. The seed is printed; with it (`--shuffle=SEED`) they come in that order again.
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, default_missing_value = "any")]
    shuffle: Option<String>,
    /// Show each line that a build prints.
    #[arg(long, short)]
    verbose: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| "a positive number is needed".to_string())
}

impl Check {
    pub(super) async fn run(self) -> Exit {
        let order = match self.order() {
            Ok(order) => order,
            Err(why) => return Exit::Usage(why),
        };
        let run = match prepared_part(&self.names, self.part.asked_for(), self.verbose, order) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        run.build_ahead();
        let total = run.planned().len();
        let checks = run.in_order().into_iter().map(|planned| run.check(planned));
        let mut outcomes = futures_util::stream::iter(checks).buffer_unordered(self.jobs);
        let mut number = 0;
        while let Some(outcome) = outcomes.next().await {
            number += 1;
            println!("{}", line(number, total, &outcome));
        }
        drop(outcomes);
        conclude(&run.finish(total).await)
    }

    /// What the flags ask for, else the environment.
    fn order(&self) -> Result<Order, String> {
        let environment = Order::from_environment().map_err(|why| format!("{SHUFFLE}: {why}"))?;
        let flags =
            Order::asked(self.alone, self.shuffle.as_deref()).map_err(|why| format!("--shuffle: {why}"))?;
        Ok(Order { alone: flags.alone || environment.alone, seed: flags.seed.or(environment.seed) })
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
        (0, _) if blocked_by_a_requirement(&summary.outcomes) => Exit::Failed,
        (0, _) => could_not_check(summary),
        _ => Exit::Failed,
    }
}

/// Whether something was not judged because of a requirement that is not met, which was not selected itself.
fn blocked_by_a_requirement(outcomes: &[Outcome]) -> bool {
    let by_a_requirement = |outcome: &Outcome| matches!(&outcome.verdict, Verdict::Blocked { by, .. } if contract::find(by).is_some());
    outcomes.iter().any(|outcome| outcome.is_failure() && by_a_requirement(outcome))
}

/// Nothing failed, but not everything could be checked: the harness, the engine or an image is the cause.
fn could_not_check(summary: &Summary) -> Exit {
    let mut causes: Vec<&str> = summary
        .outcomes
        .iter()
        .filter_map(|outcome| match &outcome.verdict {
            Verdict::Blocked { by, .. } => Some(by.as_str()),
            Verdict::Fault { .. } => Some(HARNESS),
            _ => None,
        })
        .collect();
    causes.sort_unstable();
    causes.dedup();
    Exit::Fault(format!("could not check everything, because of: {}", causes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Level;

    fn blocked(by: &str) -> Outcome {
        Outcome {
            runtime: "node:24".into(),
            unstable: false,
            only_warns: false,
            id: "auth/missing".into(),
            level: Level::Must,
            sentence: String::new(),
            verdict: Verdict::Blocked { by: by.into(), reason: "a reason".into() },
            seconds: 0.0,
            figures: Default::default(),
            wire: String::new(),
            log: String::new(),
        }
    }

    /// That `server/port` fails is the runtime's failure, whether or not it was selected too.
    #[test]
    fn what_blocks_decides_whose_failure_it_is() {
        assert!(blocked_by_a_requirement(&[blocked("the engine"), blocked("server/port")]));
        for by in [HARNESS, "the container engine", "the image of node:24", "a package registry"] {
            assert!(!blocked_by_a_requirement(&[blocked(by)]), "{by}");
        }
    }
}

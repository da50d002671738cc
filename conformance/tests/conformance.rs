//! The gate: one trial per runtime version and requirement, named `node:24/auth/missing`.

use std::process::ExitCode;
use std::sync::Arc;

use conformance::plan::{self, Part, Plan, Selection};
use conformance::report::{Outcome, Verdict, expectations, explain, table};
use conformance::run::{self, JOBS, Order, Run, SHUFFLE, Terminal};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(JOBS);
    match gate(&arguments) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(3)
        }
    }
}

fn gate(arguments: &Arguments) -> Result<ExitCode, String> {
    let runtime = run::threads().map_err(|error| error.to_string())?;
    let root = plan::repository().expect("the repository is found");
    let plan = plan::discover(&root)
        .and_then(|runtimes| Plan::of(&runtimes, plan::today()))
        .map_err(|error| error.to_string())?;
    let named: Vec<String> = arguments.filter.iter().cloned().collect();
    let part = Part::asked_for().map_err(|error| error.to_string())?;
    let plan = plan.naming(&Selection::of(&named)).part(part).map_err(|error| error.to_string())?;
    let order = Order::from_environment().map_err(|why| format!("{SHUFFLE}: {why}"))?;
    let run = Arc::new(Run::new(&root, plan, Arc::new(Terminal::new(false)))?.ordered(order));
    let trials: Vec<Trial> = run
        .in_order()
        .into_iter()
        .cloned()
        .map(|planned| {
            let (run, handle, name) = (run.clone(), runtime.handle().clone(), planned.name());
            let level = planned.requirement.level.to_string();
            let absent = planned.not_applicable().is_some();
            let trial = Trial::ignorable_test(name, move || said(&handle.block_on(run.check(&planned))));
            trial.with_kind(level).with_ignored_flag(absent)
        })
        .collect();

    if arguments.list {
        return Ok(libtest_mimic::run(arguments, trials).exit_code());
    }
    runtime.block_on(async {
        run.clean_up_on_interrupt();
        // With a filter it is not known here which versions it leaves.
        if arguments.filter.is_none() && arguments.skip.is_empty() {
            run.build_ahead();
        }
    });
    let conclusion = libtest_mimic::run(arguments, trials);
    let absent = run.planned().iter().filter(|planned| planned.not_applicable().is_some()).count();
    let reported = (conclusion.num_passed + conclusion.num_failed + conclusion.num_ignored) as usize;
    let selected = reported - absent.min(conclusion.num_ignored as usize);
    let summary = runtime.block_on(run.finish(selected));
    for outcome in summary.outcomes.iter().filter(|outcome| outcome.is_warning()) {
        eprintln!("warning: {}\n{}", outcome.name(), explain(outcome));
    }
    eprintln!("{}", expectations(&summary.outcomes, &plan::in_a_month().to_string()));
    eprintln!("{}\n{}; {}", table(&summary.outcomes), summary.times(), summary.report.display());
    // With all of it skipped that is what was asked for: `ci/test --harness` does so.
    if reported == 0 && arguments.skip.is_empty() {
        return Err("nothing was selected: `cargo test -p conformance --test conformance -- --list` shows every trial; \
                    other tests are chosen by their target, such as `--lib` or `--test sandboxes`"
            .into());
    }
    if !summary.faults.is_empty() {
        return Err(summary.faults.join("; "));
    }
    Ok(conclusion.exit_code())
}

/// The outcome in the words of a test: what only warns passes, and what does not apply is ignored.
fn said(outcome: &Outcome) -> Result<Completion, Failed> {
    match &outcome.verdict {
        Verdict::NotApplicable { reason } => Ok(Completion::ignored_with(reason)),
        _ if outcome.is_failure() => Err(explain(outcome).into()),
        _ => Ok(Completion::Completed),
    }
}

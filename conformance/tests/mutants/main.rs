//! The harness proves itself: each broken server is caught by the requirement that it breaks, the
//! reference by none.
//!
//! This program is also the reference, if its environment says so.

mod asked;
mod backend;
#[path = "../extent/mod.rs"]
mod extent;
mod faults;
mod matrix;
mod reference;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use conformance::contract::Requirement;
use faults::Mutant;
use libtest_mimic::{Arguments, Trial};
use matrix::Matrix;
use table::Table;

/// Mutants at once: they wait more than they compute.
const MUTANTS: usize = 32;

fn main() -> ExitCode {
    if let Some(mode) = reference::Mode::from_environment() {
        return reference::run(mode);
    }
    match test() {
        Ok(code) => code,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(3)
        }
    }
}

fn test() -> Result<ExitCode, String> {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(MUTANTS);
    let runtime = conformance::run::threads().map_err(|error| error.to_string())?;
    let (matrix, table) = (Arc::new(Matrix::new()?), Arc::new(Table::default()));
    let whole = extent::is_whole();
    let judged = |name: &'static str, mutant: Option<&'static Mutant>| {
        let (matrix, table, handle) = (matrix.clone(), table.clone(), runtime.handle().clone());
        let red = mutant.map(Mutant::red).unwrap_or_default();
        Trial::test(name, move || {
            let asked =
                |requirement: &Requirement| whole || mutant.is_none_or(|mutant| mutant.concerns(requirement));
            let outcomes = handle.block_on(matrix.judge(mutant.map_or("", |mutant| mutant.name), asked))?;
            table.keep(name, &outcomes);
            let compared = matrix::compare(&red, &outcomes);
            let meant = mutant.map_or("keeps the whole contract".into(), Mutant::meant);
            compared.map_err(|wrong| format!("{meant}\n{wrong}").into())
        })
    };
    let mut trials = vec![
        Trial::test("each fault is asked for", || asked::compare().map_err(Into::into)),
        judged("reference", None),
    ];
    trials.extend(faults::mutants().map(|mutant| judged(mutant.name, Some(mutant))));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        let (path, summary) = table.write(&conformance::run::results(
            &conformance::plan::repository().expect("the repository is found"),
        ))?;
        eprintln!("{summary}{}", path.display());
    }
    Ok(conclusion.exit_code())
}

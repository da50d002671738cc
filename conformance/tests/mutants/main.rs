//! The harness proves itself: each broken server is caught by the requirement that it breaks, the
//! reference by none.
//!
//! This program is also the reference, where its environment says so.

mod asked;
mod faults;
mod matrix;
mod place;
mod reference;
mod table;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

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
    let judged = |name: &'static str, fault: &'static str, meant: String, red: BTreeSet<&'static str>| {
        let (matrix, table, handle) = (matrix.clone(), table.clone(), runtime.handle().clone());
        Trial::test(name, move || {
            let outcomes = handle.block_on(matrix.judge(fault))?;
            table.keep(name, &outcomes);
            let compared = matrix::compare(&red, &outcomes);
            compared.map_err(|wrong| format!("{meant}\n{wrong}").into())
        })
    };
    let mut trials = vec![
        Trial::test("each fault is asked for", || asked::compare().map_err(Into::into)),
        judged("reference", "", "keeps the whole contract".into(), BTreeSet::new()),
    ];
    trials.extend(
        faults::mutants().map(|mutant| judged(mutant.name, mutant.name, mutant.meant(), mutant.red())),
    );
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        let (path, summary) = table.write(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("../conformance"))?;
        eprintln!("{summary}{}", path.display());
    }
    Ok(conclusion.exit_code())
}

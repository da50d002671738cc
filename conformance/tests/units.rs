//! The unit tests of each language, run in a container of each version's image: a trial for those of the runtime,
//! named `node:24/units`, and one for each example, `go:1.27/units/example` and `go:1.27/units/markdown`. And trials
//! that show that one can fail, `units/failing-command`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use conformance::backend::{CheckError, CheckResult};
use conformance::docker::{Containers, Session};
use conformance::plan::{self, Plan, Runtime, Selection, Standing};
use conformance::run::{self, Run, Terminal};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Handle;

/// Containers at once: a compiler or an interpreter is busy in each.
const JOBS: usize = 2;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(JOBS);
    let threads = run::threads().expect("an asynchronous runtime");
    let root = plan::repository().expect("the repository is found");
    let runtimes = plan::discover(&root).expect("the runtimes are found");
    let owner = run::owner(&format!("units-{}", std::process::id()));
    let session = Arc::new(Session::new(&root, owner, 1.0, Arc::new(Terminal::new(false))));
    let folder = std::env::temp_dir().join(format!("conformance-units-{}", std::process::id()));
    let run = Arc::new(Run::over(Vec::new(), Vec::new(), session.clone(), &folder).expect("a run"));
    let named: Vec<String> = arguments.filter.iter().cloned().collect();
    let trials = trials(&runtimes, &Selection::of(&named), &session, threads.handle());
    if !arguments.list {
        threads.block_on(async { run.clean_up_on_interrupt() });
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let cleaned = threads.block_on(run.clean_up());
    let _ = std::fs::remove_dir_all(&folder);
    cleaned.expect("nothing is left");
    conclusion.exit_code()
}

/// A command to run over a folder in containers of one version.
struct Units {
    containers: Arc<Containers>,
    folder: PathBuf,
    command: Vec<String>,
    passed: String,
}

impl Units {
    fn trial(
        self,
        name: String,
        handle: Handle,
        verdict: fn(CheckResult<usize>) -> Result<(), Failed>,
    ) -> Trial {
        Trial::test(name, move || {
            verdict(handle.block_on(self.containers.run_units(&self.folder, &self.command, &self.passed)))
        })
    }
}

fn trials(runtimes: &[Runtime], named: &Selection, session: &Arc<Session>, handle: &Handle) -> Vec<Trial> {
    let plan = Plan::of(runtimes, plan::today()).expect("a plan");
    let mut trials = Vec::new();
    for spec in plan.versions.values() {
        let containers = Arc::new(Containers::new((**spec).clone(), session.clone()));
        if trials.is_empty() {
            trials = failing(&containers, &spec.folder, handle);
        }
        let runtime = runtimes.iter().find(|runtime| runtime.folder == spec.folder);
        let Some(units) = runtime.and_then(|runtime| runtime.language.units.as_ref()) else { continue };
        let of = |folder: &Path, command: &[String]| Units {
            containers: containers.clone(),
            folder: folder.to_path_buf(),
            command: command.to_vec(),
            passed: units.passed.clone(),
        };
        let name = format!("{}/units", spec.id);
        let only_warns = Standing::of(spec.base.release, named.names(&spec.id)).only_warns();
        let said = if only_warns { warned } else { said };
        let example = if units.packaged { in_package(&units.example) } else { units.example.clone() };
        for folder in &spec.examples {
            trials.push(of(folder, &example).trial(
                format!("{name}/{}", called(folder)),
                handle.clone(),
                said,
            ));
        }
        trials.push(of(&spec.folder, &units.command).trial(name, handle.clone(), said));
    }
    trials
}

/// Runs the command after it in the package of `/usr/code`.
const IN_PACKAGE: [&str; 4] = [
    "sh",
    "-c",
    "build.sh /usr/code /tmp/code.tar.gz >&2 && mkdir /tmp/package && cd /tmp/package && \
     tar -xzf /tmp/code.tar.gz && exec \"$@\"",
    "in-package",
];

fn in_package(command: &[String]) -> Vec<String> {
    [IN_PACKAGE.map(String::from).as_slice(), command].concat()
}

/// The name of an example: `example` for the runtime's own, `markdown` for `examples/markdown/go`.
fn called(example: &Path) -> String {
    let own = example.ends_with("example");
    let named = if own { Some(example) } else { example.parent() };
    named.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

fn said(result: CheckResult<usize>) -> Result<(), Failed> {
    result.map(|_| ()).map_err(|error| match error {
        CheckError::Broken { expected, actual } => format!("expected {expected}\ngot {actual}").into(),
        CheckError::Missing(missing) => format!("{} is missing: {}", missing.what, missing.message).into(),
        CheckError::Fault(why) | CheckError::NotApplicable(why) => why.into(),
    })
}

/// The same of a version from an unstable release, which was not selected by its name.
fn warned(result: CheckResult<usize>) -> Result<(), Failed> {
    if let Err(failed) = said(result) {
        eprintln!("warning: units of an unstable version: {}", failed.message().unwrap_or_default());
    }
    Ok(())
}

/// Trials that a wrong trial would pass: each names what must be reported.
fn failing(containers: &Arc<Containers>, folder: &Path, handle: &Handle) -> Vec<Trial> {
    let units = |script: &str| Units {
        containers: containers.clone(),
        folder: folder.to_path_buf(),
        command: ["sh", "-c", script].map(String::from).to_vec(),
        passed: "passed: ".into(),
    };
    let trial = |name: &str, script: &str, verdict| {
        units(script).trial(format!("units/{name}"), handle.clone(), verdict)
    };
    vec![
        trial("failing-command", "echo passed: one; echo the reason >&2; exit 3", |result| match result {
            Err(CheckError::Broken { actual, .. })
                if actual.contains("exit code 3") && actual.contains("the reason") =>
            {
                Ok(())
            }
            other => Err(format!("a command that fails was reported as {other:?}").into()),
        }),
        trial("no-tests", "echo 0 tests", |result| match result {
            Err(CheckError::Broken { actual, .. }) if actual.contains("no test ran") => Ok(()),
            other => Err(format!("a command without tests was reported as {other:?}").into()),
        }),
        trial(
            "folders",
            "ls runtime.toml conformance/language.toml example ../../conformance/cases/*.json && echo passed: all && \
             touch here && test $(id -u) != 0",
            |result| match result {
                Ok(1) => Ok(()),
                other => Err(format!("{other:?}").into()),
            },
        ),
    ]
}

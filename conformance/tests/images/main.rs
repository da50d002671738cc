//! Broken images: what only an engine can show. Each is a copy of a sound runtime with one fault, and goes
//! red at the requirements that its fault breaks; the rest of its section stays green, or is blocked by one of
//! those. A trial a mutant, named by its fault.

#[path = "../extent/mod.rs"]
mod extent;
mod faults;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use conformance::backend::Spec;
use conformance::docker::{Containers, Session};
use conformance::fixture::Runtime;
use conformance::plan::{self, Plan, Planned, Selection};
use conformance::report::{Outcome, Verdict, explain};
use conformance::run::{self, Run, Terminal};
use faults::{Change, MUTANTS, Mutant, PAIR, SOUND, lines};
use futures_util::StreamExt;
use libtest_mimic::{Arguments, Trial};

/// What needs an engine: sections, and what one container is asked for several servers. The rest is broken without
/// one, in the test `mutants`.
const ASKED: [&str; 6] = ["hardening", "auth/unset", "server/configuration", "build", "layout", "cold-start"];
/// Checks at once of one mutant, and mutants at once.
const JOBS: usize = 3;
const AT_ONCE: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let runtime = run::threads().expect("an asynchronous runtime");
    let root = plan::repository().expect("the repository is found");
    let runtimes = plan::discover(&root).expect("the runtimes are found");
    let pair = format!("{PAIR}/layout");
    let asked = ASKED.map(|asked| format!("{SOUND}/{asked}"));
    let selection = Selection::of(&[asked.as_slice(), &[pair]].concat());
    let plan =
        Plan::of(&runtimes, plan::today()).and_then(|plan| plan.select(&selection)).expect("it is there");
    let plan = Arc::new(plan);
    let built = Arc::new(Mutex::new(Vec::new()));
    let trials = MUTANTS.iter().map(|mutant| {
        let (plan, handle, root, built) =
            (plan.clone(), runtime.handle().clone(), root.clone(), built.clone());
        Trial::test(mutant.name, move || {
            handle
                .block_on(judge(&root, &plan, mutant, &built))
                .and_then(|outcomes| compare(mutant, &outcomes))
                .map_err(Into::into)
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // Not before: with an image go those of its steps that no other image depends on, and another build may be about
    // to go on from one.
    for (session, spec) in built.lock().expect("no trial holds it").drain(..) {
        runtime.block_on(remove(&session, &spec));
    }
    conclusion.exit_code()
}

/// If the fault is that there is no image, there is none to remove.
async fn remove(session: &Session, spec: &Spec) {
    let Some(engine) = session.engine_if_used() else { return };
    for image in spec.serving.iter().map(|serving| &serving.image).chain([&spec.image]) {
        let _ = engine.remove_image(image).await;
    }
}

/// Runtimes whose images were built, and whose engine has those.
type Built = Mutex<Vec<(Arc<Session>, Spec)>>;

/// What comes of a mutant, at the requirements that are asked of it.
async fn judge(root: &Path, plan: &Plan, mutant: &Mutant, built: &Built) -> Result<Vec<Outcome>, String> {
    let name = mutant.name.replace('/', "-");
    let folder = std::env::temp_dir().join(format!("conformance-images-{}-{name}", std::process::id()));
    let sound = plan
        .versions
        .values()
        .find(|spec| spec.id.is_named(mutant.sound))
        .ok_or("the sound runtime is gone")?;
    let spec = break_copy(sound, mutant, &folder, &name).map_err(|error| format!("{name}: {error}"))?;
    let owner = run::owner(&format!("{}-{name}", std::process::id()));
    let session = Arc::new(Session::new(root, owner, 1.0, Arc::new(Terminal::new(false))));
    let containers = Containers::new(spec.clone(), session.clone());
    let place = match mutant.change {
        Change::Container(tamper) => containers.tampered_with(tamper),
        _ => containers,
    };
    let runtime = Arc::new(Runtime::at(Box::new(place), spec.clone(), session.clone()));
    let whole = extent::is_whole();
    let section = mutant.breaks.split('/').next();
    let asked = |planned: &&Planned| {
        let requirement = planned.requirement;
        let of_it = planned.runtime == spec.id;
        let red = requirement.id == mutant.breaks || mutant.also.contains(&requirement.id);
        of_it && (red || whole && Some(requirement.section()) == section)
    };
    let planned: Vec<Planned> = plan.planned.iter().filter(asked).cloned().collect();
    let run = Arc::new(Run::over(vec![runtime], planned, session.clone(), &folder.join("journal"))?);
    let checks = run.planned().iter().map(|planned| run.check(planned));
    let outcomes: Vec<Outcome> = futures_util::stream::iter(checks).buffer_unordered(JOBS).collect().await;
    let summary = run.finish(outcomes.len()).await;
    if spec.image != sound.image {
        built.lock().expect("no trial holds it").push((session, spec));
    }
    let _ = std::fs::remove_dir_all(&folder);
    if summary.faults.is_empty() { Ok(outcomes) } else { Err(summary.faults.join("; ")) }
}

/// A copy of the sound runtime's folder with the fault in it, and what is then known of it.
fn break_copy(sound: &Spec, mutant: &Mutant, folder: &Path, name: &str) -> std::io::Result<Spec> {
    let copy = folder.join("runtime");
    copy_folder(&sound.folder, &copy)?;
    let mut spec = Spec { folder: copy.clone(), examples: vec![copy.join("example")], ..sound.clone() };
    match mutant.change {
        Change::Container(_) => return Ok(spec),
        Change::Image(change) => {
            let path = copy.join("Dockerfile");
            let own_user = if change.starts_with("USER") { "" } else { "USER 65532:65532\n" };
            let text = std::fs::read_to_string(&path)? + &format!("\nUSER 0\n{}\n{own_user}", lines(change));
            std::fs::write(path, text)?;
        }
        Change::Text(file, from, to) => {
            let text = std::fs::read_to_string(copy.join(file))?;
            assert!(text.contains(from), "{file} has no {from:?}");
            std::fs::write(copy.join(file), text.replacen(from, to, 1))?;
        }
        Change::Without(file) => std::fs::remove_file(copy.join(file))?,
    }
    // Of this process, since with the tag the image goes, and another may be checking the same mutant.
    spec.image = format!("open-runtimes/mutant:{}-{name}", std::process::id());
    if let Some(serving) = &mut spec.serving {
        serving.image = format!("{}-{}", spec.image, serving.target);
    }
    Ok(spec)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Exactly the ids that the mutant names are red; others are green, or blocked by one of those.
fn compare(mutant: &Mutant, outcomes: &[Outcome]) -> Result<(), String> {
    let wanted: BTreeSet<&str> = mutant.also.iter().copied().chain([mutant.breaks]).collect();
    let red: BTreeSet<&str> = outcomes
        .iter()
        .filter(|outcome| matches!(outcome.verdict, Verdict::Failed { .. } | Verdict::Fault { .. }))
        .map(|outcome| outcome.id.as_str())
        .collect();
    if red == wanted {
        return Ok(());
    }
    let explained: Vec<String> = outcomes
        .iter()
        .filter(|outcome| red.contains(outcome.id.as_str()) != wanted.contains(outcome.id.as_str()))
        .map(explain)
        .collect();
    let Mutant { clause, why, .. } = mutant;
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    Err(format!(
        "{clause:?} is broken: red should be {wanted:?}{why}, and is {red:?}\n{}",
        explained.join("\n")
    ))
}

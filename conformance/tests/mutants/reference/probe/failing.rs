//! Steps that fail, and work left running.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Rest, Scene, Step, run};

/// How a function failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The error's own text.
    pub(crate) message: String,
    /// The whole: the text, and where it was raised.
    pub(crate) stack: String,
    /// Whether it came after an await.
    pub(crate) later: bool,
}

impl Failure {
    /// A failure that the probe did not mean.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Failure { stack: format!("Error: {message}"), message, later: false }
    }
}

/// Fails with the step's message.
pub(crate) fn deliberate(scene: &Scene, step: &Step) -> Result<(), Failure> {
    let message = step.text("text")?.to_string();
    let stack = format!("Error: {message}\n    at deliberate ({}/{})", scene.code.path, scene.code.name);
    Err(Failure { message, stack, later: scene.awaited })
}

/// Leaves the rest of the list running: as a task, or in a thread of its own.
pub(crate) fn spawn(mut scene: Scene, step: &Step, rest: Rest) -> Result<(), Failure> {
    let time = Duration::from_millis(step.integer("ms")?);
    let server = scene.server.clone();
    scene.left_running = true;
    let work = async move {
        tokio::time::sleep(time).await;
        let Err(failure) = run(scene, rest).await else { return };
        eprintln!("{}", failure.stack);
        match server.configuration.fault.name() {
            "function/stray-failure-ends-the-server" => std::process::exit(1),
            "function/stray-failure-ends-calls-to-come" => server.residue.spent.store(true, Ordering::SeqCst),
            _ => {}
        }
    };
    if step.is("way", "block") {
        let tokio = Handle::current();
        std::thread::spawn(move || tokio.block_on(work));
    } else {
        tokio::spawn(work);
    }
    Ok(())
}

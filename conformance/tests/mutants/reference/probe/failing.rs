//! Actions that fail.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Scene;
use crate::reference::response::Manner;

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

/// Fails with the payload's message.
pub(crate) fn deliberate(scene: &Scene<'_>, later: bool) -> Result<(), Failure> {
    let message = scene.needed("message")?;
    let stack = format!("Error: {message}\n    at deliberate ({}/{})", scene.code.path, scene.code.name);
    Err(Failure { message, stack, later })
}

/// Answers, and leaves work running that fails.
pub(crate) fn stray(scene: &Scene<'_>) {
    scene.output.send(&scene.text("text").unwrap_or_default(), &Manner::default());
    let failure = deliberate(scene, true);
    let server = scene.server.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Err(failure) = failure {
            eprintln!("{}", failure.stack);
        }
        match server.configuration.fault.name() {
            "function/stray-failure-ends-the-server" => std::process::exit(1),
            "function/stray-failure-ends-calls-to-come" => server.residue.spent.store(true, Ordering::SeqCst),
            _ => {}
        }
    });
}

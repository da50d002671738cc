//! The probe: an interpreter of the steps in a payload, as `conformance/PROBE.md` lists them.

mod barrier;
mod failing;
mod processes;
mod step;
mod talking;

pub(crate) use failing::Failure;
pub(crate) use processes::{PROCESSES, adopt_orphans, child_with_the_key};
pub(crate) use step::Step;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::code::{Code, Kin};
use super::parse::Input;
use super::residue::lock;
use super::response::{Manner, Response};
use super::serve::Server;

/// The steps that are still to be taken.
type Rest = VecDeque<Step>;

/// What a call's steps work with.
pub(crate) struct Scene {
    /// The server that they are taken in.
    server: Arc<Server>,
    /// The file that takes them.
    code: Arc<Code>,
    /// What it was called with.
    input: Input,
    /// What it answers through.
    output: Response,
    /// How often the file was called, this call included.
    count: u64,
    /// What steps noted for `answer`.
    notes: Map<String, Value>,
    /// Whether a step has awaited.
    awaited: bool,
    /// Whether the handler is over, and this is what it left running.
    left_running: bool,
}

/// Acts as the payload asks. An error is the function's failure.
pub(crate) async fn act(
    server: &Arc<Server>,
    code: &Arc<Code>,
    input: Input,
    output: &Response,
) -> Result<(), Failure> {
    if server.residue.spent.load(Ordering::SeqCst) {
        return Err(Failure::new("the function ended its process"));
    }
    let scene = Scene {
        server: server.clone(),
        code: code.clone(),
        count: code.count(),
        notes: [("nonce".to_string(), input.payload["nonce"].clone())].into_iter().collect(),
        input,
        output: output.clone(),
        awaited: false,
        left_running: false,
    };
    let given = |name: &str| scene.input.payload.get(name).filter(|_| code.kin == Kin::Probe);
    match (given("steps"), given("value")) {
        (Some(steps), _) => {
            let steps = Step::list(steps)?;
            run(scene, steps).await
        }
        (None, Some(value)) => {
            scene.output.json(value, &Manner::default());
            Ok(())
        }
        (None, None) => {
            scene.echo();
            Ok(())
        }
    }
}

/// Takes steps one after another. `spawn` leaves the rest of them running.
fn run(mut scene: Scene, mut steps: Rest) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>> {
    Box::pin(async move {
        while let Some(step) = steps.pop_front() {
            if step.is("do", "spawn") {
                return failing::spawn(scene, &step, steps);
            }
            scene.take(&step).await?;
        }
        Ok(())
    })
}

impl Scene {
    async fn take(&mut self, step: &Step) -> Result<(), Failure> {
        match step.text("do")? {
            "echo" => self.echo(),
            "answer" => self.output.json(&self.notes, &Manner::default()),
            "send" => talking::send(self, step)?,
            "json" => self.output.json(step.needed("value")?, &step.manner()),
            "bytes" => talking::bytes(self, step)?,
            "unencodable" => talking::unencodable(self),
            "nan" => talking::nan(self, step)?,
            "throw" => failing::deliberate(self, step)?,
            "sleep" => {
                tokio::time::sleep(Duration::from_millis(step.integer("ms")?)).await;
                self.awaited = true;
            }
            "pass" => {}
            "print" => talking::print(self, step)?,
            "set" => self.set(step.text("name")?, step.text("text")?),
            "environ" => processes::environ(self),
            "meet" => barrier::meet(self, step).await?,
            "list" => barrier::list(self, step)?,
            "exit" => processes::exit(self, step).await?,
            "kill" => processes::kill(self),
            "orphans" => processes::orphans(step).await?,
            "dependency" => talking::dependency(self)?,
            other => return Err(Failure::new(format!("the probe has no step {other:?}"))),
        }
        Ok(())
    }

    /// Keeps something for `answer`.
    fn note(&mut self, name: &str, value: Value) {
        self.notes.insert(name.into(), value);
    }

    fn echo(&self) {
        let Input { payload, env, headers } = &self.input;
        self.output.json(
            &json!({
                "file": self.code.name, "load": self.code.mark, "count": self.count,
                "payload": payload, "env": env, "headers": headers
            }),
            &Manner::default(),
        );
    }

    fn set(&mut self, name: &str, text: &str) {
        let absent = self.input.env.keys().all(|known| known == name);
        let write = |map: &mut Map<String, Value>| drop(map.insert(name.into(), text.into()));
        self.input.payload.as_object_mut().map(write);
        write(&mut self.input.env);
        write(&mut self.input.headers);
        match self.server.configuration.fault.name() {
            "function/default-object-shared" if absent => write(&mut lock(&self.server.residue.default_env)),
            "function/written-values-kept" => write(&mut lock(&self.server.residue.headers)),
            _ => {}
        }
    }
}

//! The probe: one behaviour per action, as the languages' README lists them.

mod barrier;
mod failing;
mod processes;
mod talking;

pub(crate) use failing::Failure;
pub(crate) use processes::{PROCESSES, adopt_orphans, child_with_the_key};

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::code::{Code, Kin};
use super::parse::Input;
use super::residue::lock;
use super::response::{Manner, Response};
use super::serve::Server;

/// What an action works with.
pub(crate) struct Scene<'a> {
    /// The server that it runs in.
    pub(crate) server: &'a Arc<Server>,
    /// The file that acts.
    pub(crate) code: &'a Code,
    /// What it was called with.
    pub(crate) input: Input,
    /// What it answers through.
    pub(crate) output: &'a Response,
}

/// Acts as the payload asks. An error is the function's failure.
pub(crate) async fn act(
    server: &Arc<Server>,
    code: &Code,
    input: Input,
    output: &Response,
) -> Result<(), Failure> {
    if server.residue.spent.load(Ordering::SeqCst) {
        return Err(Failure::new("the function ended its process"));
    }
    let count = code.count();
    let scene = Scene { server, code, input, output };
    let action = scene.text("action").unwrap_or_else(|| "echo".into());
    if code.kin == Kin::Plain {
        scene.echo(count);
        return Ok(());
    }
    match action.as_str() {
        "echo" => scene.echo(count),
        "mutate" => scene.mutate(count),
        "send" => talking::send(&scene),
        "json" => scene.output.json(&scene.member("value"), &scene.manner()),
        "bytes" => talking::bytes(&scene)?,
        "unencodable" => talking::unencodable(&scene),
        "not-a-number" => talking::not_a_number(&scene),
        "silent" => {}
        "twice" => talking::twice(&scene),
        "answer-late" => talking::answer_late(&scene),
        "print" => talking::print(&scene),
        "throw" => failing::deliberate(&scene, false)?,
        "throw-later" => {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            failing::deliberate(&scene, true)?;
        }
        "send-then-throw" => {
            talking::send(&scene);
            failing::deliberate(&scene, false)?;
        }
        "stray" => failing::stray(&scene),
        "meet" => barrier::meet(&scene).await?,
        "list" => barrier::list(&scene),
        "environment" => processes::environment(&scene),
        "exit" => processes::exit(&scene).await,
        "kill" => processes::kill(&scene),
        "orphans" => processes::orphans(&scene).await?,
        "dependency" => talking::dependency(&scene)?,
        other => return Err(Failure::new(format!("the probe has no action {other:?}"))),
    }
    Ok(())
}

impl Scene<'_> {
    /// A member of the payload; null where there is none.
    pub(crate) fn member(&self, name: &str) -> Value {
        self.input.payload.get(name).cloned().unwrap_or_default()
    }

    /// A member of the payload that is text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.input.payload.get(name)?.as_str().map(Into::into)
    }

    /// A member of the payload that must be text.
    pub(crate) fn needed(&self, name: &str) -> Result<String, Failure> {
        self.text(name).ok_or_else(|| Failure::new(format!("the payload has no text {name:?}")))
    }

    /// The status and the headers that the payload gives.
    pub(crate) fn manner(&self) -> Manner {
        let given = |name: &str| self.input.payload.get(name).cloned();
        Manner { status: given("status"), headers: given("headers") }
    }

    /// Answers with an object of the probe's own, which carries the nonce.
    pub(crate) fn answer(&self, mut members: Value) {
        members["nonce"] = self.member("nonce");
        self.output.json(&members, &Manner::default());
    }

    fn echo(&self, count: u64) {
        let Input { payload, env, headers } = &self.input;
        self.output.json(
            &json!({
                "file": self.code.name, "load": self.code.mark, "count": count,
                "payload": payload, "env": env, "headers": headers
            }),
            &Manner::default(),
        );
    }

    fn mutate(mut self, count: u64) {
        let nonce = self.member("nonce");
        let write = |map: &mut Map<String, Value>| drop(map.insert("mutated".into(), nonce.clone()));
        let absent = self.input.env.keys().all(|name| name == "mutated");
        self.input.payload.as_object_mut().map(write);
        write(&mut self.input.env);
        write(&mut self.input.headers);
        match self.server.configuration.fault.name() {
            "function/default-object-shared" if absent => write(&mut lock(&self.server.residue.default_env)),
            "function/written-values-kept" => write(&mut lock(&self.server.residue.headers)),
            _ => {}
        }
        self.echo(count);
    }
}

//! What one check talks to.

use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::target::backend::Instance;
use crate::target::launch::last_json;
use crate::target::ready::boot;
use crate::target::{
    CheckError, CheckResult, Ended, Launch, Runtime, Server, Spec, Start, Started, Variable,
};
use crate::wire::Transcript;
use engine::{Exit, Log};

/// How long a server that must refuse may take to end. Ten at once on two busy cores need 6 s.
const REFUSAL: Duration = Duration::from_secs(30);
/// How long a container may take that times boots.
const BOOTS: Duration = Duration::from_secs(90);

/// What one check talks to: a runtime, the server it was given, and whatever else it starts. Where it
/// was given one, it is used as that [`Server`].
#[derive(Debug)]
pub struct Context {
    runtime: Arc<Runtime>,
    server: Option<Server>,
    transcript: Transcript,
    started: Mutex<Vec<Arc<dyn Instance>>>,
    notes: Mutex<Vec<(String, Value)>>,
}

impl Context {
    /// A context without a server.
    pub fn empty(runtime: Arc<Runtime>) -> Self {
        Context {
            runtime,
            server: None,
            transcript: Transcript::default(),
            started: Mutex::default(),
            notes: Mutex::default(),
        }
    }

    /// A context with the server that all share.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn sharing(runtime: Arc<Runtime>) -> CheckResult<Self> {
        let shared = runtime.shared().await?;
        let mut context = Context::empty(runtime);
        context.server = Some(shared.writing_to(context.transcript.clone()));
        Ok(context)
    }

    /// Gives it a server of its own.
    ///
    /// # Errors
    /// It does not come up.
    pub async fn own(&mut self) -> CheckResult {
        self.server = Some(self.serve(Launch::default()).await?);
        Ok(())
    }

    /// What is known of the runtime.
    pub fn spec(&self) -> &Spec {
        &self.runtime.spec
    }

    /// The runtime itself: its image, packages and builds.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    async fn prepare(&self, launch: &Launch) -> CheckResult<Arc<dyn Instance>> {
        let instance = self.runtime.prepare(launch).await?;
        self.started.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(instance.clone());
        Ok(instance)
    }

    /// Starts another server.
    ///
    /// # Errors
    /// It neither answers nor ends.
    pub async fn start(&self, launch: Launch) -> CheckResult<Started> {
        let instance = self.prepare(&launch).await?;
        boot(instance, self.runtime.session().key(), self.transcript.clone()).await
    }

    /// Starts another server that must serve.
    ///
    /// # Errors
    /// It ends instead.
    pub async fn serve(&self, launch: Launch) -> CheckResult<Server> {
        match self.start(launch).await? {
            Started::Serving(server) => Ok(server),
            Started::Ended(ended) => Err(CheckError::broken(
                "a server that answers",
                format!("the container ended: {}", ended.summary()),
            )),
        }
    }

    /// Starts another server that must refuse to serve.
    ///
    /// # Errors
    /// It answers instead; `expected` says what it should have refused.
    pub async fn refuse(&self, launch: Launch, expected: &str) -> CheckResult<Ended> {
        match self.start(launch).await? {
            Started::Ended(ended) => Ok(ended),
            Started::Serving(_) => Err(answered(expected)),
        }
    }

    /// Starts servers that must refuse to serve, each with one variable, one after another: in one container
    /// where the agent can do that, which takes a fraction of the time that many take.
    ///
    /// # Errors
    /// One answers instead; what comes with its variable says what it should have refused.
    pub async fn refuse_each(&self, refusals: &[(Variable, String)]) -> CheckResult<Vec<Ended>> {
        let mut ends = Vec::new();
        if !self.runtime.has_agent() {
            for (variable, expected) in refusals {
                ends.push(self.refuse(Launch::default().with(variable), expected).await?);
            }
            return Ok(ends);
        }
        let words = refusals.iter().map(|(variable, _)| format!("{}={}", variable.name, variable.value));
        let words =
            [vec!["refusals".to_string()], words.collect(), vec!["--".into(), "launch.sh".into()]].concat();
        let limit = REFUSAL * u32::try_from(refusals.len()).unwrap_or(u32::MAX);
        let found = self.agent(Launch::default(), words, limit).await?;
        for (number, (_, expected)) in refusals.iter().enumerate() {
            let end = &found["ends"][number];
            let Some(code) = end["code"].as_i64() else { return Err(answered(expected)) };
            let printed = |stream: &str| end[stream].as_str().unwrap_or_default().to_string();
            let errors = printed("errors");
            let log = Log { all: printed("output") + &errors, errors };
            ends.push(Ended { exit: Exit { code, out_of_memory: false }, log });
        }
        Ok(ends)
    }

    /// Runs the agent with these words, in a container as locked as a serving one, and takes the JSON
    /// that it found.
    ///
    /// # Errors
    /// It does not end in time, or not well; or the engine fails.
    pub async fn agent(&self, launch: Launch, words: Vec<String>, limit: Duration) -> CheckResult<Value> {
        let instance = self.prepare(&launch.started(Start::Agent(words))).await?;
        instance.start().await?;
        let exit = instance.wait(limit).await?;
        let log = instance.log().await?;
        let Some(exit) = exit else {
            return Err(CheckError::broken(
                format!("an end within {} s", limit.as_secs()),
                format!("it still ran; it printed: {}", log.all.trim()),
            ));
        };
        let ended = Ended { exit, log };
        last_json(&ended.log.all)
            .filter(|_| ended.exit.code == 0)
            .ok_or_else(|| CheckError::broken("a server that the agent can judge", ended.summary()))
    }

    /// Times up to that many boots of a command, until one is within the budget: at least one, in milliseconds.
    ///
    /// # Errors
    /// As [`Context::agent`].
    pub async fn boots(
        &self,
        launch: Launch,
        most: u32,
        budget: f64,
        command: &[String],
    ) -> CheckResult<Vec<f64>> {
        let how = ["boot".into(), most.to_string(), budget.to_string(), "--".into()];
        let found = self.agent(launch, [&how, command].concat(), BOOTS).await?;
        let boots: Vec<f64> =
            found["boots"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        if boots.is_empty() {
            return Err(CheckError::Fault("the stopwatch timed no boot".into()));
        }
        Ok(boots)
    }

    /// Keeps a figure for the report.
    pub fn note(&self, name: &str, value: impl Into<Value>) {
        self.notes.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((name.into(), value.into()));
    }

    /// The figures kept so far.
    pub fn notes(&self) -> Vec<(String, Value)> {
        self.notes.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The server it was given, where it was.
    pub fn given(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// What was said on the wire.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The end of what its servers printed: of the last it started, else of the one it was given.
    pub async fn log_tail(&self, lines: usize) -> String {
        let last = {
            let started = self.started.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            started.last().or(self.server.as_ref().map(Server::instance)).cloned()
        };
        let Some(instance) = last else { return String::new() };
        let log = instance.log().await.unwrap_or_default().all;
        let kept: Vec<&str> = log.lines().rev().take(lines).collect();
        kept.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Removes what it started.
    ///
    /// # Errors
    /// The engine refuses.
    pub async fn clear(&self) -> CheckResult {
        let started =
            std::mem::take(&mut *self.started.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        for instance in started {
            instance.remove().await?;
        }
        Ok(())
    }
}

fn answered(expected: &str) -> CheckError {
    CheckError::broken(expected, "the server came up and answered")
}

impl Deref for Context {
    type Target = Server;

    /// # Panics
    /// Where it was given no server: then the requirement's fixture is wrong.
    fn deref(&self) -> &Server {
        self.server.as_ref().expect("a check that talks to a server is at Fixture::Shared or Fixture::Own")
    }
}

//! What the probe is told to do: a list of steps in the payload. `conformance/PROBE.md` says what each does.

use std::future::Future;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::expect::{Expect, member, nonce, same};
use crate::backend::{CheckResult, Waiting};
use crate::fixture::Server;
use crate::wire::Response;

/// Every step that a probe has, by the name that it has in a payload.
pub const NAMES: [&str; 20] = [
    "echo",
    "answer",
    "send",
    "json",
    "bytes",
    "unencodable",
    "nan",
    "throw",
    "sleep",
    "spawn",
    "pass",
    "print",
    "set",
    "environ",
    "meet",
    "list",
    "exit",
    "kill",
    "orphans",
    "dependency",
];

/// One step, as the payload spells it.
#[derive(Clone, Debug)]
pub struct Step(Value);

impl Step {
    fn named(name: &str) -> Self {
        Step(json!({ "do": name }))
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    /// Answers as a payload without steps does.
    pub fn echo() -> Self {
        Self::named("echo")
    }

    /// Answers the nonce and what earlier steps noted.
    pub fn answer() -> Self {
        Self::named("answer")
    }

    /// Answers with text.
    pub fn send(text: impl Into<String>) -> Self {
        Self::named("send").with("text", text.into())
    }

    /// Answers with JSON.
    pub fn json(value: Value) -> Self {
        Self::named("json").with("value", value)
    }

    /// Answers with bytes.
    pub fn bytes(bytes: impl AsRef<[u8]>) -> Self {
        Self::named("bytes").with("base64", BASE64.encode(bytes))
    }

    /// An answer's status, as it is to be handed on, integer or not.
    pub fn status(self, status: impl Into<Value>) -> Self {
        self.with("status", status)
    }

    /// An answer's headers: an object of strings and of lists of strings.
    pub fn headers(self, headers: Value) -> Self {
        self.with("headers", headers)
    }

    /// How often a `send` repeats its text, and how many `orphans` there are.
    pub fn times(self, times: usize) -> Self {
        self.with("times", times)
    }

    /// Answers with a value that no JSON encoder takes.
    pub fn unencodable() -> Self {
        Self::named("unencodable")
    }

    /// Answers with a number that JSON does not have: `nan`, `infinity` or `-infinity`.
    pub fn nan(which: &str) -> Self {
        Self::named("nan").with("which", which)
    }

    /// Fails with that message.
    pub fn throw(message: impl Into<String>) -> Self {
        Self::named("throw").with("text", message.into())
    }

    /// Awaits that many milliseconds before the next step.
    pub fn sleep(ms: u32) -> Self {
        Self::named("sleep").with("ms", ms)
    }

    /// Leaves the rest of the list running, which begins that many milliseconds later.
    pub fn spawn(ms: u32) -> Self {
        Self::named("spawn").with("ms", ms)
    }

    /// Does nothing.
    pub fn pass() -> Self {
        Self::named("pass")
    }

    /// Prints a line to standard output.
    pub fn print(line: impl Into<String>) -> Self {
        Self::named("print").with("text", line.into())
    }

    /// Prints a line to standard error.
    pub fn complain(line: impl Into<String>) -> Self {
        Self::print(line).with("to", "stderr")
    }

    /// Writes text under that name into `payload`, `env` and `headers`.
    pub fn set(name: &str, text: &str) -> Self {
        Self::named("set").with("name", name).with("text", text)
    }

    /// Notes `variables` and `processes`: its environment, and that of each process that it may read.
    pub fn environ() -> Self {
        Self::named("environ")
    }

    /// Comes into a folder under that name, and waits there until that many have.
    pub fn meet(folder: &str, name: &str, until: usize) -> Self {
        Self::named("meet").with("folder", folder).with("name", name).with("until", until)
    }

    /// How a `meet` or a `spawn` waits, if the language has both ways.
    pub fn way(self, way: Waiting) -> Self {
        self.with("way", way.name())
    }

    /// Notes `names`: those in a folder.
    pub fn list(folder: &str) -> Self {
        Self::named("list").with("folder", folder)
    }

    /// Ends the process with that code.
    pub fn exit(code: i32) -> Self {
        Self::named("exit").with("code", code)
    }

    /// Ends its own process with SIGKILL.
    pub fn kill() -> Self {
        Self::named("kill")
    }

    /// Starts that many processes that outlive their parent.
    pub fn orphans(count: u32) -> Self {
        Self::named("orphans").with("times", count)
    }

    /// Notes `name` and `version` of the dependency, having used it.
    pub fn dependency() -> Self {
        Self::named("dependency")
    }
}

/// The payload of these steps, with a nonce of its own.
pub fn payload(steps: impl IntoIterator<Item = Step>) -> Value {
    payload_named(&nonce(), steps)
}

/// The payload of these steps, with that nonce.
pub fn payload_named(nonce: &str, steps: impl IntoIterator<Item = Step>) -> Value {
    let steps: Vec<Value> = steps.into_iter().map(|step| step.0).collect();
    json!({ "steps": steps, "nonce": nonce })
}

/// A server whose function is the probe.
pub trait Probe {
    /// Calls the probe with these steps.
    ///
    /// # Errors
    /// No whole answer.
    fn run(
        &self,
        steps: impl IntoIterator<Item = Step> + Send,
    ) -> impl Future<Output = CheckResult<Response>> + Send;

    /// Calls the probe with these steps and returns what they noted, with the nonce checked.
    ///
    /// # Errors
    /// No whole answer, or another than the notes of this call.
    fn observe(
        &self,
        steps: impl IntoIterator<Item = Step> + Send,
    ) -> impl Future<Output = CheckResult<Value>> + Send;
}

impl Probe for Server {
    async fn run(&self, steps: impl IntoIterator<Item = Step> + Send) -> CheckResult<Response> {
        self.act(payload(steps)).await
    }

    async fn observe(&self, steps: impl IntoIterator<Item = Step> + Send) -> CheckResult<Value> {
        let nonce = nonce();
        let steps = steps.into_iter().chain([Step::answer()]);
        let value = self.act(payload_named(&nonce, steps)).await?.value()?;
        same("the nonce", &json!(nonce), member(&value, "nonce")?)?;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_steps_is_what_the_probe_reads() {
        let steps = [Step::complain("x"), Step::send("y").status(200.5).times(2)];
        let expected = json!({ "nonce": "n", "steps": [
            { "do": "print", "text": "x", "to": "stderr" },
            { "do": "send", "text": "y", "status": 200.5, "times": 2 },
        ] });
        assert_eq!(payload_named("n", steps), expected);
    }

    /// One row a step, in this order: what is written here is what the languages are written from.
    #[test]
    fn the_document_lists_each_step() {
        let document = include_str!("../../PROBE.md");
        let (_, table) = document.split_once("| step | ").expect("the table of steps");
        let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
        let named: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
        assert_eq!(named, NAMES);
    }
}

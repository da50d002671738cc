//! The probe: takes the steps of a payload one after another, as `conformance/PROBE.md` lists them. The handlers that
//! share it cover both kinds: one that is awaited, and one that has a thread to itself.

mod observe;
mod step;
mod wait;

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use open_runtimes::{Request, Response, Value, json};

/// One file of the probe, with a load mark and a count of its own.
pub struct Probe {
    file: &'static str,
    load: OnceLock<String>,
    count: AtomicU64,
}

/// What a step works with: the handler's arguments, the notes for `answer`, and what `echo` tells besides.
pub(crate) struct Call {
    req: Request,
    res: Response,
    notes: Value,
    file: &'static str,
    load: String,
    count: u64,
}

impl Probe {
    pub const fn new(file: &'static str) -> Self {
        Probe { file, load: OnceLock::new(), count: AtomicU64::new(0) }
    }

    pub async fn act(&self, req: Request, res: Response) {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let load = self.load.get_or_init(|| RandomState::new().hash_one(self.file).to_string()).clone();
        let notes = json!({ "nonce": req.payload.get("nonce") });
        let call = Call { req, res, notes, file: self.file, load, count };
        let payload = call.req.payload.as_object();
        let steps = payload.and_then(|payload| payload.get("steps")).and_then(Value::as_array).cloned();
        match (steps, payload.and_then(|payload| payload.get("value"))) {
            (Some(steps), _) => run(steps, call).await,
            (None, Some(value)) => call.res.json(value),
            (None, None) => call.echo(),
        }
    }
}

impl Call {
    pub(crate) fn echo(&self) {
        let Request { payload, env, headers } = &self.req;
        self.res.json(json!({
            "file": self.file, "load": self.load, "count": self.count,
            "payload": payload, "env": env, "headers": headers,
        }));
    }
}

async fn run(steps: Vec<Value>, mut call: Call) {
    let mut rest = steps.into_iter();
    while let Some(step) = rest.next() {
        match step::name(&step) {
            "sleep" => wait::pause(step::milliseconds(&step)).await,
            "meet" => wait::meet(&step).await,
            "spawn" => return wait::spawn(&step, rest.collect(), call),
            name => step::take(name, &step, &mut call),
        }
    }
}

//! A platform that a test starts: the real program, on the real engine, in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use conformance::plan::{self, Plan, Selection};
use conformance::run::{Run, Terminal};
use engine::{Engine, Leftovers, Owner, Program};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_open-runtimes");
/// The runtime that functions here are for.
pub(crate) const RUNTIME: &str = "node:24";
/// How long a platform may take to be ready, on a busy machine.
const READY: Duration = Duration::from_secs(60);

/// The engine, with the image that functions need: made from the repository if it is not there.
pub(crate) async fn engine() -> Engine {
    let remedy = "  This test needs a container engine: `ci/engine` installs and starts one.";
    let program = Program { labels: "org.open-runtimes.platform", remedy };
    let engine = Engine::connect(Owner::this_process(program, "session-test")).await;
    let engine = engine.unwrap_or_else(|error| panic!("{error}"));
    let image = format!("open-runtimes/{RUNTIME}");
    if engine.image(&image).await.expect("the engine answers").is_none() {
        let root = plan::repository().expect("the repository is found");
        let runtimes = plan::discover(&root).expect("the runtimes are found");
        let plan = Plan::of(&runtimes, plan::today())
            .and_then(|plan| plan.select(&Selection::of(&[RUNTIME.into()])));
        let folder = scratch("images");
        let run = Run::new_in(&root, plan.expect("it is a runtime"), Arc::new(Terminal::new(false)), &folder);
        run.expect("a run")
            .build_images()
            .await
            .unwrap_or_else(|why| panic!("{image} cannot be made: {why}"));
        let _ = std::fs::remove_dir_all(&folder);
    }
    engine
}

/// A folder that is not there yet.
pub(crate) fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("open-runtimes-test-{name}-{:016x}", rand::random::<u64>()))
}

/// A platform that runs.
pub(crate) struct Platform {
    pub(crate) data: PathBuf,
    up: Child,
}

/// How a command ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Done { code: output.status.code(), out: text(&output.stdout), errors: text(&output.stderr) }
    }
}

impl Platform {
    /// Starts one over that folder, and waits until it is ready.
    pub(crate) fn up(data: &Path) -> Self {
        let addresses = data.join("addresses.json");
        let _ = std::fs::remove_file(&addresses);
        let up = Command::new(PROGRAM)
            .args(["up", "--functions", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut platform = Platform { data: data.into(), up };
        let begun = Instant::now();
        while !addresses.exists() {
            let ended = platform.up.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "up ended: {ended:?}");
            assert!(begun.elapsed() < READY, "up is not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        platform
    }

    /// Runs a command against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).arg("--data").arg(&self.data);
        Done::from(command.output().expect("it starts"))
    }

    /// The same, which must do what was asked; what it printed.
    #[track_caller]
    pub(crate) fn does(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
        done.out
    }

    /// The answer to a call, in JSON.
    #[track_caller]
    pub(crate) fn call(&self, function: &str, payload: &str) -> serde_json::Value {
        let answer = self.does(&["call", function, payload]);
        serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer:?} is no JSON"))
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.up.id()
    }

    /// Sends it a signal, and waits until it has ended.
    pub(crate) fn end(&mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([format!("-{signal}"), self.id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
        self.up.wait().expect("it ends").code()
    }

    /// Where it listens: functions, control.
    pub(crate) fn addresses(&self) -> (String, String) {
        let text = std::fs::read_to_string(self.data.join("addresses.json")).expect("it is there");
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let address = |name: &str| value[name].as_str().expect("an address").to_string();
        (address("functions"), address("control"))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // Of a test that failed; what it leaves in the engine, the next `up` removes.
        let _ = self.up.kill();
        let _ = self.up.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// What a process has in the engine.
pub(crate) async fn left(engine: &Engine, process: u32) -> Leftovers {
    engine.of_process(process).await.expect("the engine answers")
}

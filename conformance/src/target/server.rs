//! A server that serves: requests to it, signals, its log, its inside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::target::backend::Instance;
use crate::target::ready::first_answer;
use crate::target::{CheckError, CheckResult, Started};
use crate::wire::{Client, Connection, Request, Response, Transcript};
use engine::Exit;

/// How long a server may take to end once told to. Twice what the contract allows, so that one that is
/// late is told from one that never ends.
const END: Duration = Duration::from_secs(10);
/// How long what must come is waited for: a line in the log, a file, a count.
const EVENTUALLY: Duration = Duration::from_secs(15);
/// Between looks.
const LOOK: Duration = Duration::from_millis(20);

/// Signals that a server must understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM.
    Terminate,
    /// SIGINT.
    Interrupt,
}

impl Signal {
    /// The signal's name.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Terminate => "SIGTERM",
            Signal::Interrupt => "SIGINT",
        }
    }
}

/// Looks again and again until it sees what must come.
///
/// # Errors
/// It does not come: `expected`, and what was seen last.
pub async fn eventually<T, F>(expected: &str, look: impl FnMut() -> F) -> CheckResult<T>
where
    F: Future<Output = CheckResult<Result<T, String>>>,
{
    within(EVENTUALLY, expected, look).await
}

/// The same for what may take another time.
///
/// # Errors
/// As [`eventually`].
pub async fn within<T, F>(limit: Duration, expected: &str, mut look: impl FnMut() -> F) -> CheckResult<T>
where
    F: Future<Output = CheckResult<Result<T, String>>>,
{
    let begun = tokio::time::Instant::now();
    loop {
        match look().await? {
            Ok(seen) => return Ok(seen),
            Err(actual) if begun.elapsed() > limit => {
                let seconds = limit.as_secs();
                return Err(CheckError::broken(expected, format!("{actual}, even after {seconds} s")));
            }
            Err(_) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// A server that serves. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server {
    instance: Arc<dyn Instance>,
    address: SocketAddr,
    key: String,
    transcript: Transcript,
}

impl Server {
    pub(super) fn new(
        instance: Arc<dyn Instance>,
        address: SocketAddr,
        key: &str,
        transcript: Transcript,
    ) -> Self {
        Server { instance, address, key: key.into(), transcript }
    }

    pub(super) fn writing_to(self, transcript: Transcript) -> Self {
        Server { transcript, ..self }
    }

    /// The right key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// A POST to `/` with the right key.
    pub fn request(&self) -> Request {
        Request::post().header(protocol::CHALLENGE, &self.key)
    }

    /// Sends a request through the stock client.
    ///
    /// # Errors
    /// No whole answer.
    pub async fn send(&self, request: &Request) -> CheckResult<Response> {
        Ok(Client::new(self.address, self.transcript.clone()).send(request).await?)
    }

    /// Sends a body with the right key.
    ///
    /// # Errors
    /// No whole answer.
    pub async fn post(&self, body: &Value) -> CheckResult<Response> {
        self.send(&self.request().json(body)).await
    }

    /// Sends a payload with the right key.
    ///
    /// # Errors
    /// No whole answer.
    pub async fn act(&self, payload: Value) -> CheckResult<Response> {
        self.post(&json!({ "payload": payload })).await
    }

    /// A new connection.
    ///
    /// # Errors
    /// Nothing accepts it.
    pub async fn connect(&self) -> CheckResult<Connection> {
        Ok(Connection::open(self.address, self.transcript.clone()).await?)
    }

    /// Sends a signal to its first process.
    ///
    /// # Errors
    /// It does not run.
    pub async fn signal(&self, signal: Signal) -> CheckResult {
        self.instance.signal(signal).await
    }

    /// How it ended, or `None` while it runs.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn ended(&self) -> CheckResult<Option<Exit>> {
        self.instance.ended().await
    }

    /// Waits for its end; `None` where it does not come.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn end(&self) -> CheckResult<Option<Exit>> {
        self.instance.wait(END).await
    }

    /// From the last signal to its end, by the engine's own times.
    ///
    /// # Errors
    /// The engine has no record of both.
    pub async fn signal_to_end(&self) -> CheckResult<Duration> {
        self.instance.signal_to_end().await
    }

    /// All that it printed so far.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn log(&self) -> CheckResult<String> {
        Ok(self.instance.log().await?.all)
    }

    /// What it printed to standard error so far.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn errors(&self) -> CheckResult<String> {
        Ok(self.instance.log().await?.errors)
    }

    /// Restarts it as `docker restart` does, and waits for its first answer.
    ///
    /// # Errors
    /// The engine refuses, or it does not answer.
    pub async fn restart(&mut self) -> CheckResult {
        self.instance.restart().await?;
        match first_answer(self.instance.clone(), &self.key, self.transcript.clone()).await? {
            Started::Serving(server) => *self = server,
            Started::Ended(ended) => {
                return Err(CheckError::broken("an answer after the restart", ended.summary()));
            }
        }
        Ok(())
    }

    /// What it runs on.
    pub fn instance(&self) -> &Arc<dyn Instance> {
        &self.instance
    }
}

//! A server that serves: requests to it, signals, its log, its inside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::target::place::Machine;
use crate::target::ready::first_answer;
use crate::target::{Checked, Started, Trouble};
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
pub async fn eventually<T, F>(expected: &str, look: impl FnMut() -> F) -> Checked<T>
where
    F: Future<Output = Checked<Result<T, String>>>,
{
    within(EVENTUALLY, expected, look).await
}

/// The same for what may take another time.
///
/// # Errors
/// As [`eventually`].
pub async fn within<T, F>(limit: Duration, expected: &str, mut look: impl FnMut() -> F) -> Checked<T>
where
    F: Future<Output = Checked<Result<T, String>>>,
{
    let begun = tokio::time::Instant::now();
    loop {
        match look().await? {
            Ok(seen) => return Ok(seen),
            Err(actual) if begun.elapsed() > limit => {
                let seconds = limit.as_secs();
                return Err(Trouble::broken(expected, format!("{actual}, even after {seconds} s")));
            }
            Err(_) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// A server that serves. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server {
    machine: Arc<dyn Machine>,
    address: SocketAddr,
    key: String,
    transcript: Transcript,
}

impl Server {
    pub(super) fn new(
        machine: Arc<dyn Machine>,
        address: SocketAddr,
        key: &str,
        transcript: Transcript,
    ) -> Self {
        Server { machine, address, key: key.into(), transcript }
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
    pub async fn send(&self, request: &Request) -> Checked<Response> {
        Ok(Client::new(self.address, self.transcript.clone()).send(request).await?)
    }

    /// Sends a body with the right key.
    ///
    /// # Errors
    /// No whole answer.
    pub async fn post(&self, body: &Value) -> Checked<Response> {
        self.send(&self.request().json(body)).await
    }

    /// Sends a payload with the right key.
    ///
    /// # Errors
    /// No whole answer.
    pub async fn act(&self, payload: Value) -> Checked<Response> {
        self.post(&json!({ "payload": payload })).await
    }

    /// A new connection.
    ///
    /// # Errors
    /// Nothing accepts it.
    pub async fn connect(&self) -> Checked<Connection> {
        Ok(Connection::open(self.address, self.transcript.clone()).await?)
    }

    /// Sends a signal to its first process.
    ///
    /// # Errors
    /// It does not run.
    pub async fn signal(&self, signal: Signal) -> Checked {
        self.machine.signal(signal).await
    }

    /// How it ended, or `None` while it runs.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn ended(&self) -> Checked<Option<Exit>> {
        self.machine.ended().await
    }

    /// Waits for its end; `None` where it does not come.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn end(&self) -> Checked<Option<Exit>> {
        self.machine.wait(END).await
    }

    /// From the last signal to its end, by the engine's own times.
    ///
    /// # Errors
    /// The engine has no record of both.
    pub async fn signal_to_end(&self) -> Checked<Duration> {
        self.machine.signal_to_end().await
    }

    /// All that it printed so far.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn log(&self) -> Checked<String> {
        Ok(self.machine.log().await?.all)
    }

    /// What it printed to standard error so far.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn errors(&self) -> Checked<String> {
        Ok(self.machine.log().await?.errors)
    }

    /// Restarts it as `docker restart` does, and waits for its first answer.
    ///
    /// # Errors
    /// The engine refuses, or it does not answer.
    pub async fn restart(&mut self) -> Checked {
        self.machine.restart().await?;
        match first_answer(self.machine.clone(), &self.key, self.transcript.clone()).await? {
            Started::Serving(server) => *self = server,
            Started::Ended(ended) => {
                return Err(Trouble::broken("an answer after the restart", ended.summary()));
            }
        }
        Ok(())
    }

    /// What it runs on.
    pub fn machine(&self) -> &Arc<dyn Machine> {
        &self.machine
    }
}

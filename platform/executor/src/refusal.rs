//! Why a call got no answer of its function.

use std::time::Duration;

use hyper::StatusCode;
use thiserror::Error;

use crate::{CallError, Problem};

/// Why a call got no answer of its function. Each budget that may run out has a word of its own.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such function.
    #[error("there is no function {0}; `open-runtimes ls` shows those that there are")]
    NoFunction(String),
    /// As many calls as may wait do.
    #[error("{waiting} calls of this function wait already, and no more may; try again soon")]
    QueueFull {
        /// How many wait.
        waiting: u32,
    },
    /// The bodies of other calls fill what may be held.
    #[error("the bodies of other calls fill the memory that bodies may take; try again soon")]
    Bodies,
    /// No instance became free in time.
    #[error("every instance stayed busy for {} s; try again soon, or allow more instances", .0.as_secs_f32())]
    QueueTimeout(Duration),
    /// The machine's memory is promised to other instances.
    #[error(
        "{wanted} MiB for an instance are not there: {promised} of {most} MiB are promised to others; try again soon"
    )]
    Memory {
        /// What an instance needs, in MiB.
        wanted: u64,
        /// What is promised.
        promised: u64,
        /// What there is.
        most: u64,
    },
    /// An instance could not be started.
    #[error("an instance could not be started: {0}")]
    Start(String),
    /// An instance was started and not ready in time.
    #[error("an instance was started and not ready within {} s; its log may say why", .0.as_secs_f32())]
    StartTimeout(Duration),
    /// The function ran for too long.
    #[error("the function ran for longer than its {} ms, and was ended", .0.as_millis())]
    RunTimeout(Duration),
    /// The instance ended, or closed the connection, with the call inside.
    #[error("the instance ended while it ran the call{}; its log may say why", if *.out_of_memory { ": its memory ran out" } else { "" })]
    Ended {
        /// Whether its memory ran out.
        out_of_memory: bool,
    },
    /// The function failed, or did not answer as it must. Its log has the whole.
    #[error("{message}")]
    Function {
        /// The kind, as the runtime names it.
        kind: &'static str,
        /// Its status.
        status: u16,
        /// The message, one line.
        message: String,
    },
    /// What the instance answered cannot be handed on.
    #[error("the instance's answer cannot be handed on: {0}")]
    BadAnswer(String),
    /// The call is not one that a function could get.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The executor is being stopped.
    #[error("this platform is being stopped; try again soon")]
    Stopping,
}

impl Refusal {
    /// As a client sees it.
    pub fn problem(&self) -> Problem {
        let problem = |status, kind| Problem::new(status, kind, self.to_string());
        match self {
            Refusal::NoFunction(_) => problem(StatusCode::NOT_FOUND, "no-function"),
            Refusal::QueueFull { .. } => problem(StatusCode::TOO_MANY_REQUESTS, "queue-full").again_after(1),
            Refusal::Bodies => problem(StatusCode::SERVICE_UNAVAILABLE, "bodies-full").again_after(1),
            Refusal::QueueTimeout(_) => {
                problem(StatusCode::SERVICE_UNAVAILABLE, "queue-timeout").again_after(1)
            }
            Refusal::Memory { .. } => problem(StatusCode::SERVICE_UNAVAILABLE, "no-memory").again_after(5),
            Refusal::Start(_) => problem(StatusCode::SERVICE_UNAVAILABLE, "start-failed").again_after(5),
            Refusal::StartTimeout(_) => {
                problem(StatusCode::SERVICE_UNAVAILABLE, "start-timeout").again_after(5)
            }
            Refusal::RunTimeout(_) => problem(StatusCode::GATEWAY_TIMEOUT, "run-timeout"),
            Refusal::Ended { out_of_memory: true } => problem(StatusCode::BAD_GATEWAY, "out-of-memory"),
            Refusal::Ended { .. } => problem(StatusCode::BAD_GATEWAY, "instance-ended"),
            Refusal::Function { kind, status, .. } => {
                problem(StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY), kind)
            }
            Refusal::BadAnswer(_) => problem(StatusCode::BAD_GATEWAY, "bad-answer"),
            Refusal::Call(error) => problem(error.status(), error.kind()),
            Refusal::Stopping => problem(StatusCode::SERVICE_UNAVAILABLE, "stopping").again_after(5),
        }
    }
}

//! How a call ends. The first outcome counts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The function answered.
    Answered(Answer),
    /// It answered with what cannot be sent.
    Invalid,
    /// It panicked or returned an error.
    Failed(Failure),
    /// It finished without an answer.
    Silent,
}

/// What the function answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status; the runtime accepts 200 to 599.
    pub status: u16,
    /// The headers, one entry for each line.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a function failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The error's own text.
    pub message: String,
    /// The whole, with all there is to say about where it came from.
    pub stack: String,
}

impl Outcome {
    /// The answer, for a test that expects one.
    ///
    /// # Panics
    /// The call ended otherwise.
    #[track_caller]
    pub fn answer(self) -> Answer {
        match self {
            Outcome::Answered(answer) => answer,
            other => panic!("an answer was expected, and not {other:?}"),
        }
    }
}

impl Answer {
    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }
}

/// The outcome of one call, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Settling(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Open,
    Settled(Outcome),
    Closed,
}

impl Settling {
    /// Takes the first outcome, and says on stderr that a later one came too late.
    pub(crate) fn settle(&self, outcome: Outcome) {
        let mut state = self.state();
        match *state {
            State::Open => *state = State::Settled(outcome),
            _ => eprintln!("The function had already answered or failed: only the first outcome counts."),
        }
    }

    /// The handler has finished: nothing counts any more.
    pub(crate) fn close(&self) -> Outcome {
        match std::mem::replace(&mut *self.state(), State::Closed) {
            State::Settled(outcome) => outcome,
            _ => Outcome::Silent,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

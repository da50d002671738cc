//! One requirement: what it asks, what it depends on, and how it is checked.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;

use crate::backend::CheckResult;
use crate::contract::sentence::Sentence;
use crate::fixture::{Context, ServerContext};

/// A check under way.
pub type CheckFuture<'a> = Pin<Box<dyn Future<Output = CheckResult> + Send + 'a>>;

/// A check of a server that it is given.
pub type ServerCheck = for<'a> fn(&'a ServerContext) -> CheckFuture<'a>;

/// A check that starts what it needs.
pub type ContextCheck = for<'a> fn(&'a Context) -> CheckFuture<'a>;

/// A check: a conversation that ends in a verdict, by the fixture that it begins with.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// With a server that it shares with other checks.
    Shared(ServerCheck),
    /// With a server of its own, which it may kill.
    Own(ServerCheck),
    /// Without a server: it starts what it needs.
    Empty(ContextCheck),
    /// Without a server, and with nothing else of the run in flight: it measures time.
    Exclusive(ContextCheck),
}

impl Check {
    /// Whether it must run alone.
    pub fn is_exclusive(self) -> bool {
        matches!(self, Check::Exclusive(_))
    }
}

/// How much hangs on a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Broken, it fails the run.
    Must,
    /// Broken, it warns.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
        })
    }
}

/// How long a check may take. Each wait on a runtime has a shorter limit of its own, so a timeout that
/// fires is the harness's fault. The slowest with this one, `server/keep-alive`, needs 11 s, and 30 s with
/// both cores kept busy.
const CHECK: Duration = Duration::from_secs(120);
/// The same for one that starts several servers in turn: `auth/unset`, for which nothing runs inside, starts
/// seven and needs 4 s, and 20 s with both cores kept busy.
pub(super) const LAUNCHES: Duration = Duration::from_secs(300);
/// The same for one that runs builds, with their downloads: `layout/scripts` needs 20 s if the package
/// is a compiled crate, and a build alone is given up after 600 s.
pub(super) const BUILDS: Duration = Duration::from_secs(1500);

/// A requirement of the contract.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// `section/name`.
    pub id: &'static str,
    /// Its level.
    pub level: Level,
    /// What it asks, with its clauses.
    pub sentence: Sentence,
    /// Whether it comes straight from the Open Runtimes document, and not from making that precise.
    pub from_document: bool,
    /// The requirements without which it cannot be judged.
    pub depends_on: &'static [&'static str],
    /// The capability of a language without which it does not apply.
    pub capability: Option<&'static str>,
    /// The steps of the probe that a language may lack, and without which it does not apply.
    pub steps: &'static [&'static str],
    /// How long its check may take.
    pub timeout: Duration,
    /// Its check.
    pub check: Check,
}

impl Requirement {
    /// A requirement that must be met.
    ///
    /// The clauses of the sentence stand in brackets, as [`Sentence`] says.
    pub const fn must(id: &'static str, sentence: &'static str, check: Check) -> Self {
        Requirement {
            id,
            level: Level::Must,
            sentence: Sentence::new(sentence),
            from_document: false,
            depends_on: &[],
            capability: None,
            steps: &[],
            timeout: CHECK,
            check,
        }
    }

    /// A requirement that should be met.
    pub const fn should(id: &'static str, sentence: &'static str, check: Check) -> Self {
        Requirement { level: Level::Should, ..Self::must(id, sentence, check) }
    }

    /// It comes straight from the Open Runtimes document: ● in the contract.
    pub const fn from_document(self) -> Self {
        Requirement { from_document: true, ..self }
    }

    /// It cannot be judged while one of these is broken.
    pub const fn depends_on(self, depends_on: &'static [&'static str]) -> Self {
        Requirement { depends_on, ..self }
    }

    /// It applies to languages with this capability only.
    pub const fn needs(self, capability: &'static str) -> Self {
        Requirement { capability: Some(capability), ..self }
    }

    /// It applies only to languages whose probe has these steps.
    pub const fn steps(self, steps: &'static [&'static str]) -> Self {
        Requirement { steps, ..self }
    }

    /// How long its check may take, if the default is too short.
    pub const fn timeout(self, timeout: Duration) -> Self {
        Requirement { timeout, ..self }
    }

    /// The section it is filed under.
    pub fn section(&self) -> &'static str {
        self.id.split('/').next().unwrap_or(self.id)
    }
}

/// Makes a [`Check`] of an `async fn(&ServerContext) -> CheckResult` with the shared server; or, with the name of a
/// fixture before it, of an `async fn` of what that fixture gives.
macro_rules! check {
    ($name:path) => {
        check!(Shared, $name)
    };
    ($fixture:ident, $name:path) => {
        $crate::contract::requirement::Check::$fixture(|s| Box::pin($name(s)))
    };
}
pub(super) use check;

//! How the command ends. Every exit code is a variant.

use std::process::ExitCode;

/// How the command ends when it did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 1: the code failed: a build, a start, a call.
    Failed(String),
    /// 2: the request is not valid.
    Usage(String),
    /// 3: the platform or the engine failed.
    Fault(String),
    /// 4: no platform answers.
    NoPlatform(String),
}

impl Exit {
    /// Tells why on standard error, and turns into the code.
    pub(crate) fn tell(self) -> ExitCode {
        let (code, why) = match self {
            Exit::Failed(why) => (1, why),
            Exit::Usage(why) => (2, why),
            Exit::Fault(why) => (3, why),
            Exit::NoPlatform(why) => (4, why),
        };
        if !why.is_empty() {
            eprintln!("error: {why}");
        }
        ExitCode::from(code)
    }
}

/// The platform's or the engine's fault, whatever it was.
pub(crate) fn fault(error: impl std::fmt::Display) -> Exit {
    Exit::Fault(error.to_string())
}

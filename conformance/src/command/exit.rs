//! How the command ends. Every exit code is a variant.

use std::process::ExitCode;

/// How the command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: all MUST requirements pass.
    Passed,
    /// 1: a MUST requirement fails or is blocked.
    Failed,
    /// 2: the request is not valid.
    Usage(String),
    /// 3: the harness or the engine failed.
    Fault(String),
}

impl From<Exit> for ExitCode {
    /// Tells why on standard error, and turns into the code.
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Passed => ExitCode::from(0),
            Exit::Failed => ExitCode::from(1),
            Exit::Usage(why) => {
                eprintln!("error: {why}");
                ExitCode::from(2)
            }
            Exit::Fault(why) => {
                eprintln!("error: {why}");
                ExitCode::from(3)
            }
        }
    }
}

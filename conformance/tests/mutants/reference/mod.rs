//! The reference: a server that keeps the whole contract and acts the probe itself, or does one thing
//! wrong. It reads in the order of a request: configuration, authorise, parse, code, call, response,
//! exchange, shutdown.

mod authorise;
mod builder;
mod call;
mod code;
mod configuration;
mod exchange;
mod fault;
mod http;
mod json;
mod launcher;
mod parse;
mod probe;
mod residue;
mod response;
mod runtime_error;
mod sandbox;
mod serve;
mod shutdown;

use std::process::ExitCode;

pub(crate) use configuration::DEFAULT_MAX_BODY;
pub(crate) use probe::PROCESSES;

use configuration::Configuration;
use fault::Fault;
use serve::tell_port;

/// The environment variable with the folder that takes the place of `/`.
pub(crate) const ROOT: &str = "REFERENCE_ROOT";
/// The environment variable with the file that tells the port.
pub(crate) const PORT_FILE: &str = "REFERENCE_PORT_FILE";
/// The environment variable with the name of the fault.
pub(crate) const FAULT: &str = "REFERENCE_FAULT";
/// The environment variable that makes this program the reference.
pub(crate) const MODE: &str = "REFERENCE_MODE";

/// What the program does as the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What `launch.sh` does.
    Launch,
    /// What `build.sh` does.
    Build,
    /// What `deploy.sh` does.
    Deploy,
    /// What the launcher starts.
    Server,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Launch, Mode::Build, Mode::Deploy, Mode::Server];

    /// The value of the variable.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Launch => "serve",
            Mode::Build => "build",
            Mode::Deploy => "deploy",
            Mode::Server => "handed-over",
        }
    }

    /// The mode that the environment asks for, if any.
    pub(crate) fn from_environment() -> Option<Self> {
        let name = std::env::var(MODE).ok()?;
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// Does what the mode says. What goes wrong is told on standard error, and the exit code is 1.
pub(crate) fn run(mode: Mode) -> ExitCode {
    // It ends with the process that started it, even if that was killed.
    let bound = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    if let Err(error) = bound {
        eprintln!("It would outlive whoever started it: {error}.");
        return ExitCode::FAILURE;
    }
    let done = match mode {
        Mode::Launch => launcher::launch(),
        Mode::Build => builder::run(),
        Mode::Deploy => launcher::deploy(),
        Mode::Server => Configuration::read().and_then(serve::run),
    };
    let Err(message) = done else { return ExitCode::SUCCESS };
    let fault = Fault::from_environment();
    if fault.is("server/variable-named-on-stdout") && mode == Mode::Server {
        println!("{message}");
    } else {
        eprintln!("{message}");
    }
    let unnoticed = fault.is("server/configuration-exits-with-zero") && mode == Mode::Server;
    if unnoticed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

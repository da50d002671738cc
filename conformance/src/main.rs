//! The command.

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::command::main()
}

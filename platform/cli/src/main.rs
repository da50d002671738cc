//! `open-runtimes`: the command, and the platform on one machine.

mod api;
mod client;
mod command;
mod exit;
mod server;
mod text;

fn main() -> std::process::ExitCode {
    command::main()
}

//! The command line, and a file for each command.

mod bench;
mod call;
mod deploy;
mod env;
mod history;
mod lists;
mod logs;
mod remove;
mod up;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use crate::client::{Client, data_folder};
use crate::exit::{Exit, fault};

const AFTER_HELP: &str = "\
Examples:
  open-runtimes up                                  the platform, until Ctrl-C
  open-runtimes deploy ./hello                      a folder becomes the function `hello`
  open-runtimes call hello '{\"name\": \"Ada\"}'        its answer
  open-runtimes logs -f hello                       what it prints
  open-runtimes rollback hello                      the deployment before answers again
  open-runtimes env set hello GREETING=Hi           from the next call on
  open-runtimes rm hello                            with all that is its own

Exit codes:
  0    done
  1    the code failed: a build, a start, or the call's answer is 400 or more
  2    the request is not valid: an unknown name, a bad option
  3    the platform or the engine failed, and says how
  4    no platform answers

Environment:
  OPEN_RUNTIMES_DATA  the data folder, if it is not ~/.local/state/open-runtimes
  DOCKER_HOST         the engine, if it is not the one that `docker` uses";

/// Folders become functions that answer.
#[derive(Debug, Parser)]
#[command(name = "open-runtimes", version, after_help = AFTER_HELP)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// The folder in which the platform keeps its state.
    #[arg(long, global = true, value_name = "FOLDER", env = "OPEN_RUNTIMES_DATA")]
    data: Option<PathBuf>,
    /// Print JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
}

impl Common {
    fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(data_folder)
    }

    fn client(&self) -> Result<Client, Exit> {
        Client::of(&self.data())
    }

    /// Prints a value as JSON if that was asked for, else what `text` makes of it.
    fn show<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Exit> {
        if self.json {
            println!("{}", serde_json::to_string(value).map_err(fault)?);
        } else {
            print!("{}", text(value));
        }
        Ok(())
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the platform on this machine, until it is interrupted.
    Up(up::Up),
    /// Make a folder a function, or a new deployment of one.
    Deploy(deploy::Deploy),
    /// Call a function.
    Call(call::Call),
    /// List the functions.
    Ls,
    /// List the instances.
    Ps,
    /// Show what a function printed.
    Logs(logs::Logs),
    /// List the deployments of a function.
    Deployments(history::Deployments),
    /// Have an earlier deployment of a function answer again: its code and its limits. The environment stays as it is.
    Rollback(history::Rollback),
    /// Change or list the environment of a function.
    #[command(subcommand)]
    Env(env::Env),
    /// Remove a function with all that is its own.
    Rm(remove::Remove),
    /// Measure what a call costs.
    Bench(bench::Bench),
}

/// Runs the command that the process was started with.
pub(crate) fn main() -> ExitCode {
    let Arguments { common, command } = Arguments::parse();
    let threads = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(threads) => threads,
        Err(error) => return Exit::Fault(format!("no asynchronous runtime: {error}")).tell(),
    };
    let done = threads.block_on(async {
        match command {
            Command::Up(up) => up.run(&common).await,
            Command::Deploy(deploy) => deploy.run(&common).await,
            Command::Call(call) => call.run(&common).await,
            Command::Ls => lists::functions(&common).await,
            Command::Ps => lists::instances(&common).await,
            Command::Logs(logs) => logs.run(&common).await,
            Command::Deployments(deployments) => deployments.run(&common).await,
            Command::Rollback(rollback) => rollback.run(&common).await,
            Command::Env(env) => env.run(&common).await,
            Command::Rm(remove) => remove.run(&common).await,
            Command::Bench(bench) => bench.run(&common).await,
        }
    });
    done.map_or_else(Exit::tell, |()| ExitCode::SUCCESS)
}

/// A table with a head, each column as wide as it must be.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
    }
    text
}

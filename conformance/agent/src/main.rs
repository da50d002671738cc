//! The program that the harness puts into a container's `/tmp`: a stopwatch, the null server, a load,
//! and what can only be seen from inside. Standard library only, so that it compiles to one static file
//! anywhere. What it finds it prints as one line of JSON, the last.

#[allow(unsafe_code)]
mod inotify;
mod load;
mod look;
mod null;
mod proc;
mod process;
mod refusals;
mod stopwatch;
mod watch;

use std::env::args;
use std::process::ExitCode;

use agent::{Json, Touched};

const USAGE: &str = "\
agent boot BOOTS BUDGET_MS -- COMMAND…  time boots, until one is within the budget
agent warm -- COMMAND…                  time requests against the null server's
agent load SECONDS -- COMMAND…          measure memory, latency and throughput
agent once -- COMMAND…                  start, wait for the first answer, stop
agent refusals VARIABLE… -- COMMAND…    start once with each variable, and tell how it ended
agent watch FILE -- COMMAND…            run, and tell what was seen of FILE and of the key
agent look                              tell of processes and limits
agent touch FILE                        make an empty file";

fn main() -> ExitCode {
    let arguments: Vec<String> = args().skip(1).collect();
    let split = arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
    let command = arguments.get(split + 1..).unwrap_or_default();
    let words: Vec<&str> = arguments[..split].iter().map(String::as_str).collect();
    let done = match (words.as_slice(), command) {
        (["boot", boots, budget], [_, ..]) => match (boots.parse(), budget.parse()) {
            (Ok(boots), Ok(budget)) => stopwatch::boot(boots, budget, command).map(|boots| boots.json()),
            _ => Err(format!("BOOTS and BUDGET_MS must be numbers\n{USAGE}")),
        },
        (["warm"], [_, ..]) => stopwatch::warm(command).map(|warm| warm.json()),
        (["load", seconds], [_, ..]) => match seconds.parse() {
            Ok(seconds) => load::load(seconds, command).map(|load| load.json()),
            Err(_) => Err(format!("SECONDS must be a number\n{USAGE}")),
        },
        (["once"], [_, ..]) => stopwatch::once(command).map(|boots| boots.json()),
        (["refusals", variables @ ..], [_, ..]) => {
            refusals::refusals(variables, command).map(|ends| ends.json())
        }
        (["watch", file], [_, ..]) => return watch::watch(file, command),
        (["look"], []) => look::look().map(|look| look.json()),
        (["touch", file], []) => std::fs::write(file, "")
            .map(|()| Touched { touched: file.to_string() }.json())
            .map_err(|error| format!("{file}: {error}")),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("agent: {why}");
            ExitCode::FAILURE
        }
    }
}

//! The stopwatch: how soon a server answers after its start, and how soon once it is warm.

use std::time::{Duration, Instant};

use agent::{Boots, Round, Warm};

use crate::null;
use crate::process::{Line, PORT, Server};

/// The folder in which code is unpacked: emptied before each boot, since unpacking is part of it.
const CODE: &str = "/usr/code";
/// Rounds of `warm`; the best counts.
const ROUNDS: usize = 5;
/// Requests to either server in a round, and how many of them follow each other in a block.
const REQUESTS: usize = 200;
const BLOCK: usize = 20;

/// Boots up to that many times, fewer if one is within the budget.
pub(crate) fn boot(boots: usize, budget: f64, command: &[String]) -> Result<Boots, String> {
    let mut times: Vec<f64> = Vec::new();
    while times.len() < boots && times.last().is_none_or(|last| *last > budget) {
        empty(CODE);
        let mut server = Server::start(command)?;
        times.push(server.first_answer()?.as_secs_f64() * 1000.0);
        server.stop()?;
    }
    Ok(Boots { boots: times })
}

/// Starts, waits for the first right answer, stops.
pub(crate) fn once(command: &[String]) -> Result<Boots, String> {
    let mut server = Server::start(command)?;
    let time = server.first_answer()?;
    server.stop()?;
    Ok(Boots { boots: vec![time.as_secs_f64() * 1000.0] })
}

/// Times requests one after another on one connection to the server and one to the null server, in
/// blocks that alternate, so that a busy moment falls on both.
pub(crate) fn warm(command: &[String]) -> Result<Warm, String> {
    null::serve()?;
    let mut server = Server::start(command)?;
    server.first_answer()?;
    let mut to_server = Line::open(PORT).ok_or("the server accepts no second connection")?;
    let mut to_null = Line::open(null::PORT).ok_or("the null server accepts no connection")?;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let (mut own, mut null) = (Vec::new(), Vec::new());
        for block in 0..REQUESTS / BLOCK {
            for request in 0..BLOCK {
                own.push(timed(&mut to_server, server.key(), &format!("w{round}-{block}-{request}"))?);
            }
            for request in 0..BLOCK {
                null.push(timed(&mut to_null, server.key(), &format!("w{round}-{block}-{request}"))?);
            }
        }
        rounds.push(Round { runtime_us: median(own), null_us: median(null) });
    }
    server.stop()?;
    Ok(Warm { rounds })
}

fn timed(line: &mut Line, key: &str, nonce: &str) -> Result<Duration, String> {
    let begun = Instant::now();
    line.ask(key, nonce).ok_or("a request on a kept connection got no right answer")?;
    Ok(begun.elapsed())
}

/// In microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000_000.0
}

fn empty(folder: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        // What cannot be removed will be overwritten, or the boot will say so.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let _ = if is_folder {
            std::fs::remove_dir_all(entry.path())
        } else {
            std::fs::remove_file(entry.path())
        };
    }
}

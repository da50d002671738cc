//! Load: how many requests a server answers, how soon, and the memory it needs while idle.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use agent::Load;

use crate::proc;
use crate::process::{Line, PORT, Server};

/// Connections at once.
const CONNECTIONS: usize = 16;
/// What a server does before it is measured: code is compiled, pools are filled.
const WARM_UP: Duration = Duration::from_secs(2);
/// From the first answer to the look at its memory.
const REST: Duration = Duration::from_millis(500);

/// Starts a command and measures: memory when idle, latency on one connection, throughput over sixteen.
pub(crate) fn load(seconds: u64, command: &[String]) -> Result<Load, String> {
    let mut server = Server::start(command)?;
    server.first_answer()?;
    thread::sleep(REST);
    let idle_kib = memory()?;
    let key = server.key().to_string();
    drive(&key, CONNECTIONS, WARM_UP)?;
    let mut alone = drive(&key, 1, Duration::from_secs(seconds))?;
    alone.sort();
    let begun = Instant::now();
    let many = drive(&key, CONNECTIONS, Duration::from_secs(seconds))?;
    let rate = many.len() as f64 / begun.elapsed().as_secs_f64();
    server.stop()?;
    let latency = |share: usize| alone[(alone.len() - 1) * share / 100].as_secs_f64() * 1_000_000.0;
    Ok(Load {
        requests_per_second: rate.round(),
        latency_us: latency(50),
        latency_99_us: latency(99),
        idle_kib,
    })
}

/// One request after another on each of that many connections; the time of each.
fn drive(key: &str, connections: usize, time: Duration) -> Result<Vec<Duration>, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..connections)
        .map(|number| {
            let (key, stop) = (key.to_string(), stop.clone());
            thread::spawn(move || client(number, &key, &stop))
        })
        .collect();
    thread::sleep(time);
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.join().map_err(|_| "a client panicked")??);
    }
    Ok(times)
}

fn client(number: usize, key: &str, stop: &AtomicBool) -> Result<Vec<Duration>, String> {
    let mut line = Line::open(PORT).ok_or("the server accepts no connection")?;
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let nonce = format!("l{number}-{}", times.len());
        line.ask(key, &nonce).ok_or("a request under load got no right answer")?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// The memory of all processes here but this one, in KiB, shared pages divided among those who share.
fn memory() -> Result<u64, String> {
    let mut sum = 0;
    for id in proc::others()? {
        let path = format!("/proc/{id}/smaps_rollup");
        let text =
            proc::read(id, || fs::read_to_string(&path)).map_err(|error| format!("{path}: {error}"))?;
        let Some(text) = text else { continue };
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        sum += kib.ok_or_else(|| format!("{path} has no Pss"))?;
    }
    Ok(sum)
}

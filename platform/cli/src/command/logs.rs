//! `logs`: what a function printed.

use clap::Args;
use executor::Entry;
use function::Name;
use serde::Deserialize;

use super::Common;
use crate::exit::Exit;
use crate::text::escaped;

/// Show what a function printed: the time, the instance, and the line.
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The function.
    function: Name,
    /// Go on with what it prints from now on.
    #[arg(long, short)]
    follow: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Entry(Entry),
    Dropped { dropped: u64 },
}

impl Logs {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let follow = if self.follow { "?follow" } else { "" };
        let path = format!("/v1/functions/{}/logs{follow}", self.function);
        let mut unfinished = Vec::new();
        let client = common.client()?;
        client
            .follow(&path, |piece| {
                unfinished.extend_from_slice(piece);
                while let Some(end) = unfinished.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = unfinished.drain(..=end).collect();
                    show(&line, common.json);
                }
            })
            .await
    }
}

fn show(line: &[u8], json: bool) {
    if json {
        print!("{}", String::from_utf8_lossy(line));
        return;
    }
    match serde_json::from_slice(line) {
        Ok(Line::Entry(entry)) => {
            let sign = if entry.is_error { '!' } else { '|' };
            println!("{} {} {sign} {}", clock(entry.time), entry.instance, escaped(&entry.text));
        }
        Ok(Line::Dropped { dropped }) => {
            println!("({dropped} lines were dropped: a function's log is kept up to 1 MiB)")
        }
        Err(_) => {}
    }
}

/// The time of day, UTC, of milliseconds since 1970.
fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_shown() {
        assert_eq!(clock(0), "00:00:00.000");
        assert_eq!(clock(1_795_000_000_123), "11:06:40.123");
    }
}

//! What the instances of a function print: the last of it, within a budget.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::instance::Member;

/// The bytes of text that are kept for a function.
const BUDGET: usize = 1024 * 1024;

/// A line. Where it comes from is in fields, which a function cannot print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1 on.
    pub number: u64,
    /// When it was read, in milliseconds since 1970.
    pub time: u64,
    /// The instance that printed it.
    pub instance: String,
    /// The deployment that it serves.
    pub deployment: u32,
    /// Whether it was printed on standard error.
    pub is_error: bool,
    /// The line.
    pub text: String,
}

/// The log of a function.
#[derive(Debug)]
pub struct Log {
    lines: Mutex<Lines>,
    newest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<Entry>,
    bytes: usize,
    last: u64,
}

impl Default for Log {
    fn default() -> Self {
        Log { lines: Mutex::default(), newest: watch::Sender::new(0) }
    }
}

impl Log {
    /// The lines after that number, and how many between were dropped because there was no room.
    pub fn after(&self, number: u64) -> (Vec<Entry>, u64) {
        let lines = self.lines();
        let oldest = lines.kept.front().map_or(lines.last + 1, |entry| entry.number);
        let dropped = oldest.saturating_sub(number + 1);
        (lines.kept.iter().filter(|entry| entry.number > number).cloned().collect(), dropped)
    }

    /// Tells the number of the newest line whenever there is one.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Takes in what an instance prints, until it ends.
    pub(crate) fn follow(self: &Arc<Self>, member: &Member, deployment: u32) {
        let (log, instance) = (self.clone(), member.instance.id().to_string());
        let mut lines = member.instance.lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next().await {
                log.add(&instance, deployment, line.is_error, line.text);
            }
        });
    }

    fn add(&self, instance: &str, deployment: u32, is_error: bool, text: String) {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = u64::try_from(since.as_millis()).unwrap_or_default();
        let mut lines = self.lines();
        lines.last += 1;
        let number = lines.last;
        lines.bytes += text.len();
        lines.kept.push_back(Entry { number, time, instance: instance.into(), deployment, is_error, text });
        while lines.bytes > BUDGET
            && let Some(oldest) = lines.kept.pop_front()
        {
            lines.bytes -= oldest.text.len();
        }
        drop(lines);
        self.newest.send_replace(number);
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_its_end_and_counts_what_it_dropped() {
        let log = Log::default();
        for number in 0..5 {
            log.add("i", 1, false, format!("{number}").repeat(BUDGET / 4));
        }
        let (entries, dropped) = log.after(0);
        assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert_eq!(dropped, 1);
        let (entries, dropped) = log.after(4);
        assert_eq!((entries.len(), dropped), (1, 0));
        assert_eq!(log.after(5), (Vec::new(), 0));
    }

    #[test]
    fn whoever_watches_hears_of_a_new_line() {
        let log = Log::default();
        let mut watch = log.watch();
        assert!(!watch.has_changed().expect("it is there"));
        log.add("i", 1, true, "x".into());
        assert_eq!(*watch.borrow_and_update(), 1);
    }
}

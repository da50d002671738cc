//! What was said on the wire, kept for the day a check turns red.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// Entries kept: a check of hundreds of exchanges is explained by its last ones.
const ENTRIES: usize = 12;
/// Bytes kept of each entry; the rest is counted.
const BYTES: usize = 1200;

/// The last exchanges of one check. Clones write to the same transcript.
#[derive(Clone, Debug, Default)]
pub struct Transcript(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    entries: std::collections::VecDeque<Entry>,
    dropped: usize,
}

#[derive(Debug)]
struct Entry {
    mark: char,
    connection: u32,
    kept: Vec<u8>,
    total: usize,
}

impl Transcript {
    /// Bytes that went out on the connection of that number.
    pub(super) fn sent(&self, connection: u32, bytes: &[u8]) {
        self.add('>', connection, bytes);
    }

    /// Bytes that came in on the connection of that number.
    pub(super) fn received(&self, connection: u32, bytes: &[u8]) {
        self.add('<', connection, bytes);
    }

    /// What happened to a connection without bytes.
    pub(super) fn noted(&self, connection: u32, note: &str) {
        self.add('*', connection, note.as_bytes());
    }

    fn add(&self, mark: char, connection: u32, bytes: &[u8]) {
        let mut log = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(last) = log.entries.back_mut()
            && last.mark == mark
            && last.connection == connection
        {
            let sandbox = BYTES.saturating_sub(last.kept.len()).min(bytes.len());
            last.kept.extend_from_slice(&bytes[..sandbox]);
            last.total += bytes.len();
            return;
        }
        let kept = bytes[..bytes.len().min(BYTES)].to_vec();
        log.entries.push_back(Entry { mark, connection, kept, total: bytes.len() });
        if log.entries.len() > ENTRIES {
            log.entries.pop_front();
            log.dropped += 1;
        }
    }

    /// The transcript as text, a mark before each line, with `secret` blacked out.
    pub fn render(&self, secret: &str) -> String {
        let log = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut out = String::new();
        if log.dropped > 0 {
            let _ = writeln!(out, "  … {} earlier", log.dropped);
        }
        for entry in &log.entries {
            let text = String::from_utf8_lossy(&entry.kept).replace(secret, "<the key>");
            for line in text.trim_end_matches("\r\n").split("\r\n") {
                let line: String = line.chars().map(|c| if c.is_control() { '·' } else { c }).collect();
                let _ = writeln!(out, "  {} {} {line}", entry.connection, entry.mark);
            }
            if entry.total > entry.kept.len() {
                let rest = entry.total - entry.kept.len();
                let _ = writeln!(out, "  {} {} … and {rest} bytes more", entry.connection, entry.mark);
            }
        }
        out
    }
}

//! Word of what is going on, on standard error.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use crate::docker::Progress;

/// Longest line of a build that is shown, in characters.
const WIDTH: usize = 110;

/// Tells on standard error what takes long, with the time since the start.
#[derive(Debug)]
pub struct Terminal {
    begun: Instant,
    verbose: bool,
    /// The step that each build is at, until it is known whether the engine's cache has it.
    steps: Mutex<BTreeMap<String, String>>,
}

impl Terminal {
    /// `verbose` shows each line of a build, else only the steps that are not in the engine's cache.
    pub fn new(verbose: bool) -> Self {
        Terminal { begun: Instant::now(), verbose, steps: Mutex::default() }
    }

    fn line(&self, text: &str) {
        eprintln!("{:>6.1} s  {text}", self.begun.elapsed().as_secs_f64());
    }
}

impl Progress for Terminal {
    fn say(&self, line: &str) {
        self.line(line);
    }

    fn detail(&self, line: &str) {
        if self.verbose {
            return self.line(line);
        }
        let (build, text) = line.split_once(": ").unwrap_or(("", line));
        let mut steps = self.steps.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if text.starts_with("Step ") {
            steps.insert(build.into(), line.chars().take(WIDTH).collect());
        } else if text.contains("---> Running in")
            && let Some(step) = steps.remove(build)
        {
            self.line(&step);
        }
    }
}

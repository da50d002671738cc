//! Word of what is going on, on standard error.

use std::time::Instant;

use crate::target::Progress;

/// Longest line of a build that is shown, in characters.
const WIDTH: usize = 110;

/// Tells on standard error what takes long, with the time since the start.
#[derive(Debug)]
pub struct Terminal {
    begun: Instant,
    verbose: bool,
}

impl Terminal {
    /// `verbose` shows each line of a build, else only its steps.
    pub fn new(verbose: bool) -> Self {
        Terminal { begun: Instant::now(), verbose }
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
            self.line(line);
        } else if line.contains(": Step ") {
            self.line(&line.chars().take(WIDTH).collect::<String>());
        }
    }
}

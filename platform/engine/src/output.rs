//! What a container prints, line by line while it runs.

use std::collections::VecDeque;

use bollard::container::LogOutput;
use bollard::query_parameters::LogsOptionsBuilder;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use crate::{Container, Error};

/// The bytes after which a line without an end is taken for one.
const LONGEST: usize = 16 * 1024;

/// A line that a container printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// Whether it was printed on standard error.
    pub is_error: bool,
    /// The line without its end, bytes beyond UTF-8 replaced.
    pub text: String,
}

/// The lines of a container, from its first on, until it has ended.
pub struct Lines {
    stream: BoxStream<'static, Result<LogOutput, bollard::errors::Error>>,
    container: String,
    cut: Cut,
}

impl Container {
    /// The lines that it prints, from its first on, until it has ended.
    pub fn lines(&self) -> Lines {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).follow(true).build();
        let stream = self.engine.docker.logs(&self.id, Some(options)).boxed();
        Lines { stream, container: self.name().into(), cut: Cut::default() }
    }
}

impl Lines {
    /// The next line, or `None` after the last.
    ///
    /// # Errors
    /// The engine no longer answers.
    pub async fn next(&mut self) -> Result<Option<Printed>, Error> {
        loop {
            if let Some(line) = self.cut.ready.pop_front() {
                return Ok(Some(line));
            }
            match self.stream.next().await {
                Some(Ok(part)) => {
                    let is_error = matches!(part, LogOutput::StdErr { .. });
                    self.cut.take(is_error, part.as_ref());
                }
                Some(Err(error)) => {
                    return Err(Error::refused(
                        format!("follow the log of container {}", self.container),
                        error,
                    ));
                }
                None => {
                    self.cut.finish();
                    return Ok(self.cut.ready.pop_front());
                }
            }
        }
    }
}

/// Cuts what comes into lines: a part may hold several, and a line may come in several parts.
#[derive(Default)]
struct Cut {
    unfinished: [Vec<u8>; 2],
    ready: VecDeque<Printed>,
}

impl Cut {
    fn take(&mut self, is_error: bool, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let unfinished = &mut self.unfinished[usize::from(is_error)];
            unfinished.extend_from_slice(piece);
            if unfinished.ends_with(b"\n") || unfinished.len() >= LONGEST {
                self.end(is_error);
            }
        }
    }

    fn end(&mut self, is_error: bool) {
        let bytes = std::mem::take(&mut self.unfinished[usize::from(is_error)]);
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text).to_string();
        self.ready.push_back(Printed { is_error, text });
    }

    fn finish(&mut self) {
        for is_error in [false, true] {
            if !self.unfinished[usize::from(is_error)].is_empty() {
                self.end(is_error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(parts: &[(bool, &[u8])]) -> Vec<(bool, String)> {
        let mut cut = Cut::default();
        for (is_error, bytes) in parts {
            cut.take(*is_error, bytes);
        }
        cut.finish();
        cut.ready.into_iter().map(|line| (line.is_error, line.text)).collect()
    }

    #[test]
    fn a_line_may_come_in_parts_and_a_part_may_hold_several() {
        let parts: [(bool, &[u8]); 4] =
            [(false, b"a\nb"), (true, b"oops\r\n"), (false, b"c\n\n"), (false, b"end")];
        let seen = lines(&parts);
        let seen: Vec<(bool, &str)> =
            seen.iter().map(|(is_error, text)| (*is_error, text.as_str())).collect();
        assert_eq!(seen, [(false, "a"), (true, "oops"), (false, "bc"), (false, ""), (false, "end")]);
    }

    #[test]
    fn a_line_without_an_end_does_not_grow_for_ever() {
        let seen = lines(&[(false, &vec![b'x'; LONGEST + 10]), (false, b"y\n")]);
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[1].1, "y");
    }
}

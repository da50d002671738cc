//! Reads along with hyper, which takes some things that another reader could take for another message. What is not
//! read in one way only is refused here. And hyper sees of a head no more than it needs: no target, which counts for
//! nothing and which it would parse, and of the fields those that this server asks for.

use crate::head::{BLANK, CONTENT, Framing, HEXADECIMAL, field_end, find, is_beginning, past, reduce};

/// The most that is kept of a head, and of the fields behind a chunked body.
const LARGEST_HEAD: usize = 64 * 1024;
/// The most that is kept of a line between chunks.
const LARGEST_LINE: usize = 4 * 1024;

/// What hyper refuses wherever it is, in a head as well as between chunks.
pub(crate) const POISON: &[u8] = b"\0\r\n\r\n";

/// Something that could be read in two ways.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsound;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Head,
    Body,
    Size,
    Chunk,
    BehindChunk,
    Trailers,
}

/// How far the bytes of a connection were looked at.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    stage: Stage,
    /// Of the body, or of the chunk.
    left: u64,
    /// Of a head that is not whole.
    seen: usize,
    /// Of the trailers.
    spent: usize,
}

/// What came of a look: how many bytes may pass, and how many there are with those that more have to come for.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) passed: usize,
    pub(crate) size: usize,
    pub(crate) is_sound: bool,
}

/// Where the next byte is read, and where the next is written, which is never behind that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    at: usize,
    to: usize,
}

impl Place {
    /// Writes bytes that stand there, or behind.
    fn keep(&mut self, data: &mut [u8], from: usize, end: usize) {
        data.copy_within(from..end, self.to);
        self.to += end - from;
    }
}

impl Scanner {
    /// Takes what has come, and moves what may pass to its front. Once something is not sound, nothing behind it
    /// passes.
    pub(crate) fn scan(&mut self, data: &mut [u8]) -> Scanned {
        let mut place = Place::default();
        while place.at < data.len() {
            match self.step(data, place) {
                Ok(next) if next == place => break,
                Ok(next) => place = next,
                Err(Unsound) => return Scanned { passed: place.to, size: place.to, is_sound: false },
            }
        }
        let passed = place.to;
        place.keep(data, place.at, data.len());
        Scanned { passed, size: place.to, is_sound: true }
    }

    /// How much of a body may pass without being looked at.
    pub(crate) fn rest(&self) -> u64 {
        if matches!(self.stage, Stage::Body | Stage::Chunk) { self.left } else { 0 }
    }

    /// So much of a body has passed.
    pub(crate) fn pass(&mut self, count: usize) {
        self.left -= count as u64;
        match self.stage {
            Stage::Body if self.left == 0 => self.stage = Stage::Head,
            Stage::Chunk if self.left == 0 => self.stage = Stage::BehindChunk,
            _ => {}
        }
    }

    /// Takes one piece; the same place again if it is not whole.
    fn step(&mut self, data: &mut [u8], mut place: Place) -> Result<Place, Unsound> {
        match self.stage {
            Stage::Head => self.head(data, place),
            Stage::Body | Stage::Chunk => {
                let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(data.len() - place.at);
                place.keep(data, place.at, place.at + count);
                place.at += count;
                self.pass(count);
                Ok(place)
            }
            Stage::BehindChunk => {
                let behind = &data[place.at..data.len().min(place.at + 2)];
                if !b"\r\n".starts_with(behind) {
                    return Err(Unsound);
                }
                if behind.len() == 2 {
                    place.keep(data, place.at, place.at + 2);
                    place.at += 2;
                    self.stage = Stage::Size;
                }
                Ok(place)
            }
            Stage::Size | Stage::Trailers => self.line(data, place),
        }
    }

    fn head(&mut self, data: &mut [u8], mut place: Place) -> Result<Place, Unsound> {
        if data[place.at..].starts_with(b"\r\n") {
            place.at += 2; // an empty line before a request means nothing
            return Ok(place);
        }
        let known = place.at + self.seen.saturating_sub(3);
        let Some(end) = find(&data[known..], b"\r\n\r\n").map(|end| known + end + 2) else {
            let head = &data[place.at..];
            if head.len() > LARGEST_HEAD || !is_beginning(head, self.seen.saturating_sub(1)) {
                return Err(Unsound);
            }
            self.seen = head.len();
            return Ok(place);
        };
        self.seen = 0;
        if end - place.at > LARGEST_HEAD {
            return Err(Unsound);
        }
        let (to, framing) = reduce(data, place.at, end, place.to)?;
        match framing {
            Framing::Length(0) => {}
            Framing::Length(length) => (self.stage, self.left) = (Stage::Body, length),
            Framing::Chunks => self.stage = Stage::Size,
        }
        Ok(Place { at: end + 2, to })
    }

    /// A line between chunks, or one behind them.
    fn line(&mut self, data: &mut [u8], mut place: Place) -> Result<Place, Unsound> {
        let Some(length) = find(&data[place.at..], b"\r\n").filter(|length| *length <= LARGEST_LINE) else {
            return if data.len() - place.at > LARGEST_LINE { Err(Unsound) } else { Ok(place) };
        };
        let (start, end) = (place.at, place.at + length);
        place.at = end + 2;
        if self.stage == Stage::Trailers {
            self.spent += length;
            if length == 0 {
                place.keep(data, end, end + 2);
                self.stage = Stage::Head;
            } else if self.spent > LARGEST_HEAD || field_end(&data[..end], start) != Some(end) {
                return Err(Unsound); // one that is sound is dropped: hyper has no use for it
            }
            return Ok(place);
        }
        let (digits, size) = chunk_size(&data[start..end])?;
        // The digits that count are the last ones.
        let last = past(&HEXADECIMAL, data, start);
        place.keep(data, last - digits, last);
        place.keep(data, end, end + 2);
        (self.stage, self.left) = if size == 0 { (Stage::Trailers, 0) } else { (Stage::Chunk, size) };
        self.spent = 0;
        Ok(place)
    }
}

/// How many digits count in the line before a chunk, which may have extensions, and what they say.
fn chunk_size(line: &[u8]) -> Result<(usize, u64), Unsound> {
    let end = past(&HEXADECIMAL, line, 0);
    let zeros = line[..end].iter().take_while(|digit| **digit == b'0').count();
    let digits = (end - zeros).max(1);
    let behind = past(&BLANK, line, end);
    let is_extended = line.get(behind) == Some(&b';') && past(&CONTENT, line, behind) == line.len();
    if end == 0 || digits > 15 || (end < line.len() && !is_extended) {
        return Err(Unsound);
    }
    let size = line[..end]
        .iter()
        .fold(0, |size, digit| size << 4 | u64::from(char::from(*digit).to_digit(16).unwrap_or_default()));
    Ok((digits, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(bytes: &[u8], step: usize) -> (Vec<u8>, bool) {
        let (mut scanner, mut held, mut all) = (Scanner::default(), Vec::new(), Vec::new());
        for piece in bytes.chunks(step) {
            held.extend_from_slice(piece);
            let scanned = scanner.scan(&mut held);
            all.extend_from_slice(&held[..scanned.passed]);
            held = held[scanned.passed..scanned.size].to_vec();
            if !scanned.is_sound {
                return (all, false);
            }
        }
        (all, true)
    }

    #[test]
    fn no_more_passes_than_is_needed() {
        let head = "POST /%zz HTTP/1.1\r\nX-A: b\r\nhost: a\r\n";
        let requests = format!(
            "\r\n{head}Content-Length: 2\r\n\r\n{{}}{head}Transfer-Encoding: Chunked\r\n\r\n\
             0002;a=b\r\n{{}}\r\n0\r\nX-A: b\r\n\r\n{head}Expect: 100-continue\r\n\r\n"
        );
        let head = "POST / HTTP/1.1\r\nhost: a\r\n";
        let passed = format!(
            "{head}Content-Length: 2\r\n\r\n{{}}{head}Transfer-Encoding: Chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n\
             {head}Expect: 100-continue\r\n\r\n"
        );
        for step in [1, 7, requests.len()] {
            let (all, is_sound) = scanned(requests.as_bytes(), step);
            assert!(is_sound, "in steps of {step}");
            assert_eq!(String::from_utf8_lossy(&all), passed, "in steps of {step}");
        }
    }

    #[test]
    fn nothing_behind_what_is_refused_passes() {
        let sound = "POST / HTTP/1.1\r\nHost: a\r\n\r\n";
        for step in [1, 7, 1000] {
            let (all, is_sound) = scanned(format!("{sound}POST / HTTP/1.2\r\n\r\n{sound}").as_bytes(), step);
            assert!(!is_sound);
            assert_eq!(String::from_utf8_lossy(&all), sound);
        }
    }
}

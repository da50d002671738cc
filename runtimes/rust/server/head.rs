//! The head of a request, as far as it tells what is read and how far.

use crate::scanner::Unsound;

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After that many bytes.
    Length(u64),
    /// After the last chunk.
    Chunks,
}

/// A set of bytes. No line break is in any.
pub(crate) type Set = [bool; 256];

const TOKEN: Set = set_of(b"!!#'*+-.09AZ^z||~~");
const VISIBLE: Set = set_of(b"!~\x80\xff");
pub(crate) const CONTENT: Set = set_of(b"\t\t ~\x80\xff");
const NAME: Set = set_of(b"!!$.09;;==AZ__az~~");
const ADDRESS: Set = set_of(b"..09::AFaf");
const DECIMAL: Set = set_of(b"09");
pub(crate) const HEXADECIMAL: Set = set_of(b"09AFaf");
pub(crate) const BLANK: Set = set_of(b"  \t\t");

/// A set of ranges, each written as its first and its last byte.
const fn set_of(ranges: &[u8]) -> Set {
    let mut set = [false; 256];
    let mut range = 0;
    while range < ranges.len() {
        let mut byte = ranges[range] as usize;
        while byte <= ranges[range + 1] as usize {
            set[byte] = true;
            byte += 1;
        }
        range += 2;
    }
    set
}

/// The position of the first byte that is not in the set.
pub(crate) fn past(set: &Set, data: &[u8], at: usize) -> usize {
    let rest = data.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !set[usize::from(*byte)]).unwrap_or(rest.len())
}

/// Where the needle begins, which is line breaks.
pub(crate) fn find(data: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        from += data[from..].iter().position(|byte| *byte == needle[0])?;
        if data[from..].starts_with(needle) {
            return Some(from);
        }
        from += 1;
    }
}

/// Whether a head may still become whole: what of it was seen before is not looked at again.
pub(crate) fn is_beginning(head: &[u8], seen: usize) -> bool {
    let begins = head.first().is_none_or(|byte| *byte == b'\r' || TOKEN[usize::from(*byte)]);
    begins // or it is TLS, most likely
        && (seen..head.len()).all(|at| match head[at] {
            b'\n' => at > 0 && head[at - 1] == b'\r',
            b'\r' => head.get(at + 1).is_none_or(|next| *next == b'\n'),
            _ => true,
        })
}

/// Reads the lines that end before `end`, where an empty one follows, and writes what hyper is to see of them from
/// `to` on, which is not behind `at`. Gives back where that ends.
pub(crate) fn reduce(
    data: &mut [u8],
    mut at: usize,
    end: usize,
    mut to: usize,
) -> Result<(usize, Framing), Unsound> {
    let method = past(&TOKEN, data, at);
    let target = past(&VISIBLE, data, method + 1);
    let version = &data[target.min(end)..end.min(target + b" HTTP/1.1\r\n".len())];
    let is_current = version == b" HTTP/1.1\r\n";
    let has_version = is_current || version == b" HTTP/1.0\r\n";
    if method == at || data[method] != b' ' || target == method + 1 || !has_version {
        return Err(Unsound);
    }
    let line = target + version.len();
    let mut keep = |data: &mut [u8], from: usize, end: usize| {
        data.copy_within(from..end, to);
        to += end - from;
    };
    data[method + 1] = b'/';
    keep(data, at, method + 2);
    keep(data, target, line);
    at = line;
    let (mut hosts, mut framings, mut framing) = (0, 0, Framing::Length(0));
    while at < end {
        let close = field_end(data, at).filter(|close| data[*close..].starts_with(b"\r\n")).ok_or(Unsound)?;
        let (name, value) = split(&data[at..close]);
        let is_kept = match Field::of(name) {
            Some(Field::Host) if is_host(value) => {
                hosts += 1;
                true
            }
            Some(Field::Length) => {
                framings += 1;
                framing = Framing::Length(number(value).ok_or(Unsound)?);
                true
            }
            Some(Field::Coding) if is_current && value.eq_ignore_ascii_case(b"chunked") => {
                framings += 1;
                framing = Framing::Chunks;
                true
            }
            Some(Field::Host | Field::Coding) => return Err(Unsound),
            // A body that is there is not asked for.
            Some(Field::Expect) => data.len() == end + 2,
            Some(Field::Other) => true,
            None => false,
        };
        if is_kept {
            keep(data, at, close + 2);
        }
        at = close + 2;
    }
    if framings > 1 || hosts > 1 || (is_current && hosts == 0) {
        return Err(Unsound);
    }
    keep(data, end, end + 2);
    Ok((to, framing))
}

/// A field that somebody behind this has a use for.
enum Field {
    Host,
    Length,
    Coding,
    Expect,
    Other,
}

impl Field {
    fn of(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            4 if is("host") => Some(Field::Host),
            6 if is("expect") => Some(Field::Expect),
            10 if is("connection") => Some(Field::Other),
            14 if is("content-length") => Some(Field::Length),
            17 if is("transfer-encoding") => Some(Field::Coding),
            20 if is("x-internal-challenge") => Some(Field::Other),
            _ => None,
        }
    }
}

/// Where the line of a well-formed field ends that begins at that byte.
pub(crate) fn field_end(data: &[u8], at: usize) -> Option<usize> {
    let colon = past(&TOKEN, data, at);
    (colon > at && data.get(colon) == Some(&b':')).then(|| past(&CONTENT, data, colon + 1))
}

/// Name and value of a field.
fn split(field: &[u8]) -> (&[u8], &[u8]) {
    let colon = field.iter().position(|byte| *byte == b':').unwrap_or(field.len());
    let (name, value) = field.split_at(colon);
    let start = past(&BLANK, value, 1);
    let blanks = value.iter().rev().take_while(|byte| BLANK[usize::from(**byte)]).count();
    (name, value.get(start..value.len() - blanks).unwrap_or_default())
}

/// One name, or one address in brackets, with or without a port.
fn is_host(host: &[u8]) -> bool {
    let mut at = past(&NAME, host, 0);
    if host.first() == Some(&b'[') {
        at = past(&ADDRESS, host, 1);
        if at == 1 || host.get(at) != Some(&b']') {
            return false;
        }
        at += 1;
    }
    if host.get(at) == Some(&b':') {
        at = past(&DECIMAL, host, at + 1);
    }
    at == host.len()
}

/// A length. One of more digits is longer than any body.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = (1..=18).contains(&digits.len()) && past(&DECIMAL, digits, 0) == digits.len();
    is_number.then(|| digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0')))
}

//! The head of a request.

use super::super::fault::Fault;

/// What the HTTP layer itself refuses: a plain answer, and the end of the connection.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The status of the answer.
    pub(crate) status: u16,
    /// Why, in one line.
    pub(crate) why: &'static str,
}

/// Why a request is refused whose end is not told in one way.
pub(crate) const FRAMING: &str = "no single framing";

fn bad(why: &'static str) -> Refusal {
    Refusal { status: 400, why }
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After that many bytes.
    Length(usize),
    /// After the last chunk.
    Chunked,
}

/// The head of a request: its line and its header lines.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// The method.
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// Reads a head without the empty line that ends it.
    pub(crate) fn parse(bytes: &[u8], fault: &Fault) -> Result<Self, Refusal> {
        let mut lines =
            bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let line =
            std::str::from_utf8(lines.next().unwrap_or_default()).map_err(|_| bad("no request line"))?;
        let words: Vec<&str> = line.split(' ').collect();
        let [method, target, version] = words[..] else { return Err(bad("no request line")) };
        if version != "HTTP/1.1" && !fault.is("server/any-version-accepted") {
            return Err(bad("no HTTP/1.1"));
        }
        if !is_token(method.as_bytes()) || !target.starts_with('/') {
            return Err(bad("no request line"));
        }
        let mut headers = Vec::new();
        for line in lines {
            match header(line, fault) {
                Some(header) => headers.push(header),
                None if fault.is("server/line-without-a-colon-passed-over") => {}
                None => return Err(bad("no header line")),
            }
        }
        let head = Head { method: method.into(), target: target.into(), headers };
        head.has_a_sound_host(fault).then_some(head).ok_or(bad("no sound Host"))
    }

    /// The values of all header lines of that name, in any case.
    pub(crate) fn all(&self, name: &str) -> Vec<&[u8]> {
        self.values(|other| other.eq_ignore_ascii_case(name))
    }

    /// The values of all header lines whose name is spelt so.
    pub(crate) fn all_exactly(&self, name: &str) -> Vec<&[u8]> {
        self.values(|other| other == name)
    }

    fn values(&self, matches: impl Fn(&str) -> bool) -> Vec<&[u8]> {
        self.headers.iter().filter(|(name, _)| matches(name)).map(|(_, value)| value.as_slice()).collect()
    }

    /// Whether a header has that value, in any case.
    pub(crate) fn says(&self, name: &str, value: &str) -> bool {
        self.all(name).iter().any(|found| found.eq_ignore_ascii_case(value.as_bytes()))
    }

    /// The header lines, as sent.
    pub(crate) fn headers(&self) -> &[(String, Vec<u8>)] {
        &self.headers
    }

    /// How the end of the body is told. Two lengths, or both ways, are refused: who reads one and who reads
    /// the other would see two different requests.
    pub(crate) fn framing(&self, fault: &Fault) -> Result<Framing, Refusal> {
        let (lengths, encodings) = (self.all("Content-Length"), self.all("Transfer-Encoding"));
        match (lengths.as_slice(), encodings.as_slice()) {
            ([], [encoding]) if encoding.eq_ignore_ascii_case(b"chunked") => {
                if fault.is("server/chunked-refused") { Err(bad("no length")) } else { Ok(Framing::Chunked) }
            }
            ([], []) if fault.is("body/length-needed") => Err(bad("no length")),
            ([], []) => Ok(Framing::Length(0)),
            ([first, ..], []) if is_one(&lengths) || fault.is("server/two-lengths-accepted") => length(first),
            ([first, ..], [_]) if fault.is("server/length-beside-chunks-accepted") => length(first),
            ([_, ..], [_]) if fault.is("server/chunks-beside-a-length-accepted") => Ok(Framing::Chunked),
            _ => Err(bad(FRAMING)),
        }
    }

    fn has_a_sound_host(&self, fault: &Fault) -> bool {
        let hosts = self.all("Host");
        let bytes = || hosts.iter().flat_map(|host| host.iter());
        (hosts.len() == 1
            || hosts.is_empty() && fault.is("server/missing-host-accepted")
            || hosts.len() > 1 && fault.is("server/second-host-accepted"))
            && (bytes().all(|byte| *byte != b' ') || fault.is("server/host-with-a-space-accepted"))
            && (bytes().all(|byte| *byte != b'/') || fault.is("server/host-with-a-slash-accepted"))
    }
}

fn header(line: &[u8], fault: &Fault) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let is_sound = |byte: &u8| *byte == b'\t' || !byte.is_ascii_control();
    let sound =
        is_token(name) && (value.iter().all(is_sound) || fault.is("server/control-in-a-header-accepted"));
    sound.then(|| (String::from_utf8_lossy(name).into_owned(), value.to_vec()))
}

fn is_one(values: &[&[u8]]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

fn length(value: &[u8]) -> Result<Framing, Refusal> {
    let digits =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let length = digits.and_then(|text| text.parse().ok());
    length.map(Framing::Length).ok_or(bad("no length that is a number"))
}

/// Whether it is what HTTP calls a token: a method, the name of a header.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let is_sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_sound)
}

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
    /// Whether it is of HTTP/1.0.
    is_old: bool,
    headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// Reads a head without the empty line that ends it.
    pub(crate) fn parse(bytes: &[u8], fault: &Fault) -> Result<Self, Refusal> {
        let mut lines = lines(bytes);
        let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let words: Vec<&str> = line.split(' ').collect();
        let [method, target, version] = words[..] else { return Err(bad("no request line")) };
        let is_current = version == "HTTP/1.1"
            || fault.is("server/any-version-accepted")
            || (fault.is("server/other-protocols-accepted") && version.ends_with("/1.1"));
        let is_old = version == "HTTP/1.0" && !fault.is("server/http-1.0-refused");
        if !is_current && !is_old {
            return Err(bad("no HTTP/1.1"));
        }
        if !is_token(method.as_bytes()) || !is_target(target, fault) {
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
        if headers.len() > 100 && fault.is("server/hundred-fields-at-most") {
            return Err(bad("too many header lines"));
        }
        let head = Head { method: method.into(), target: target.into(), is_old, headers };
        head.has_a_sound_host(fault).then_some(head).ok_or(bad("no sound Host"))
    }

    /// Whether its connection ends with it.
    pub(crate) fn is_last(&self, fault: &Fault) -> bool {
        let values = self.all("Connection");
        let words = values.iter().flat_map(|value| value.split(|byte| *byte == b','));
        let says =
            |word: &str| words.clone().any(|said| said.trim_ascii().eq_ignore_ascii_case(word.as_bytes()));
        let closes = match fault.name() {
            "server/close-in-a-list-missed" => self.says("Connection", "close"),
            _ => says("close"),
        };
        closes || (self.is_old && !says("keep-alive") && !fault.is("server/http-1.0-kept-open"))
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
    pub(crate) fn framing(&self, is_first: bool, fault: &Fault) -> Result<Framing, Refusal> {
        let (lengths, encodings) = (self.all("Content-Length"), self.all("Transfer-Encoding"));
        match (lengths.as_slice(), encodings.as_slice()) {
            ([], [encoding]) if self.is_chunked(encoding, fault) => {
                if fault.is("server/chunked-refused") {
                    Err(bad("no length"))
                } else {
                    Ok(Framing::Chunked)
                }
            }
            ([], [one, two]) if one == two && fault.is("server/chunked-twice-accepted") => {
                Ok(Framing::Chunked)
            }
            ([], []) if fault.is("body/length-needed") => Err(bad("no length")),
            ([], []) => Ok(Framing::Length(0)),
            ([first, ..], []) if is_one(&lengths) || fault.is("server/two-lengths-accepted") => {
                length(first, fault)
            }
            ([first, ..], [_]) if fault.is("server/length-beside-chunks-accepted") => length(first, fault),
            ([_, ..], [_]) if fault.is("server/chunks-beside-a-length-accepted") => Ok(Framing::Chunked),
            ([_, ..], [_]) if fault.is("server/second-request-framed-in-two-ways") && !is_first => {
                Ok(Framing::Chunked)
            }
            _ => Err(bad(FRAMING)),
        }
    }

    fn is_chunked(&self, encoding: &[u8], fault: &Fault) -> bool {
        let last = encoding.rsplit(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
        let known = match fault.name() {
            "server/gzip-under-chunks-accepted" => last.eq_ignore_ascii_case(b"chunked"),
            "server/capital-chunked-refused" => encoding == b"chunked",
            _ => encoding.eq_ignore_ascii_case(b"chunked"),
        };
        known && (!self.is_old || fault.is("server/chunks-in-http-1.0-accepted"))
    }

    fn has_a_sound_host(&self, fault: &Fault) -> bool {
        let hosts = self.all("Host");
        let bytes = || hosts.iter().flat_map(|host| host.iter());
        (hosts.len() == 1
            || (hosts.is_empty() && (self.is_old || fault.is("server/missing-host-accepted")))
            || hosts.len() > 1 && fault.is("server/second-host-accepted"))
            && (bytes().all(|byte| *byte != b' ') || fault.is("server/host-with-a-space-accepted"))
            && (bytes().all(|byte| *byte != b'/') || fault.is("server/host-with-a-slash-accepted"))
            && (bytes().all(|byte| *byte != b'_') || !fault.is("server/host-with-an-underscore-refused"))
            && (hosts.iter().all(|host| is_host(host)) || fault.is("server/any-port-accepted"))
    }
}

/// The lines of a head, which end with CR LF: with anything else in them, one is no header.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = bytes.windows(2).position(|two| two == b"\r\n");
        rest = end.map(|end| &bytes[end + 2..]);
        Some(&bytes[..end.unwrap_or(bytes.len())])
    })
}

/// Any bytes that could not end it for another reader.
fn is_target(target: &str, fault: &Fault) -> bool {
    let refuses = match fault.name() {
        "server/absolute-target-refused" => !target.starts_with('/'),
        "server/broken-escape-refused" => target.contains("%z"),
        _ => false,
    };
    !refuses && !target.is_empty() && !target.contains(|c: char| c.is_ascii_control())
}

/// One name, or one address in brackets, with or without a port. What else it must not have is asked elsewhere.
fn is_host(host: &[u8]) -> bool {
    let is_name = |byte: &u8| !b":[]@".contains(byte);
    let name = match host {
        [b'[', rest @ ..] => rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|length| *length > 0)
            .map_or(usize::MAX, |at| at + 2),
        _ => host.iter().take_while(|byte| is_name(byte)).count(),
    };
    match host.get(name..) {
        Some([]) => true,
        Some([b':', port @ ..]) => port.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Name and value of a header line: of one in a head, or of one behind a chunked body.
pub(super) fn header(line: &[u8], fault: &Fault) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let name = if fault.is("server/space-before-a-colon-passed-over") { name.trim_ascii_end() } else { name };
    let is_sound = |byte: &u8| *byte == b'\t' || !byte.is_ascii_control();
    let sound = is_token(name)
        && (value.iter().all(is_sound)
            || fault.is("server/control-in-a-header-accepted") && !value.contains(&b'\r'));
    sound.then(|| (String::from_utf8_lossy(name).into_owned(), value.to_vec()))
}

fn is_one(values: &[&[u8]]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

fn length(value: &[u8], fault: &Fault) -> Result<Framing, Refusal> {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let digits = match fault.name() {
        "server/length-read-up-to-a-letter" => &text[..text.bytes().take_while(u8::is_ascii_digit).count()],
        "server/length-with-a-sign-accepted" => text.strip_prefix('+').unwrap_or(text),
        _ => text,
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.parse().ok().filter(|_| is_number);
    length.map(Framing::Length).ok_or(bad("no length that is a number"))
}

/// Whether it is what HTTP calls a token: a method, the name of a header.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let is_sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_sound)
}

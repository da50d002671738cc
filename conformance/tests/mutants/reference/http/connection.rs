//! One connection, read and written byte for byte.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::fault::Fault;
use super::super::shutdown::Stopping;
use super::head::header;
use super::{Framing, Head, Refusal};

/// The largest header block, in bytes.
const MAX_HEAD: usize = 64 * 1024;
/// How long one that got an early answer may go on sending, and how long it may be silent meanwhile.
const LINGER: Duration = Duration::from_secs(30);
const SILENCE: Duration = Duration::from_secs(2);

/// What came of reading a body.
#[derive(Debug)]
pub(crate) enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// More than the limit.
    TooLarge,
    /// The client went away.
    Gone,
    /// It breaks its own framing.
    Refused(Refusal),
}

const BAD: Refusal = Refusal { status: 400, why: CHUNKS };

/// Why a request is refused whose chunks are none.
pub(crate) const CHUNKS: &str = "no chunks";

/// Whether a line is a header.
fn is_sound(line: &[u8], fault: &Fault) -> bool {
    header(line, fault).is_some()
}

/// Whether a head has a line break that is none, and so never an end.
fn has_a_bare_break(head: &[u8]) -> bool {
    let is_bare = |pair: &[u8]| (pair[0] == b'\r') != (pair[1] == b'\n');
    head.first() == Some(&b'\n') || head.windows(2).any(is_bare)
}

/// The size of a chunk, which may have extensions behind a semicolon.
fn chunk_size(line: &[u8], fault: &Fault) -> Option<usize> {
    let line = std::str::from_utf8(line).ok()?;
    let (size, extension) = line.split_once(';').map_or((line, None), |(size, rest)| (size, Some(rest)));
    let is_sound = match fault.name() {
        "server/lf-in-an-extension-passed-over" => true,
        "server/extensions-refused" => extension.is_none(),
        _ => !extension.is_some_and(|text| text.contains(|c: char| c.is_ascii_control() && c != '\t')),
    };
    let digits = match fault.name() {
        "server/word-behind-a-chunk-size-passed-over" => size.split(' ').next().unwrap_or_default(),
        "server/chunk-size-with-a-sign-accepted" => size.strip_prefix('+').unwrap_or(size),
        "server/long-chunk-size-refused" if size.len() > 8 => "",
        _ => size,
    };
    let is_number = is_sound && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let radix = if fault.is("server/chunk-size-read-as-decimal") { 10 } else { 16 };
    is_number.then(|| usize::from_str_radix(digits, radix).ok()).flatten()
}

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
    scratch: Vec<u8>,
    last_head: Vec<u8>,
    /// Whether many others are open: a fault gives up early then.
    pub(crate) crowded: bool,
    /// Whether the request under way is its first.
    pub(crate) is_first: bool,
    /// Whether it came after the server was told to stop.
    late: bool,
    /// Whether no request is under way.
    idle: bool,
    stopping: Stopping,
    fault: Fault,
}

impl Connection {
    /// A connection of which nothing was read yet.
    pub(crate) fn new(stream: TcpStream, stopping: Stopping, fault: Fault) -> Self {
        Connection {
            stream,
            unread: Vec::new(),
            scratch: vec![0; 64 * 1024],
            last_head: Vec::new(),
            crowded: false,
            is_first: true,
            late: stopping.is_told(),
            idle: true,
            stopping,
            fault,
        }
    }

    /// The next head; `None` if the client is done, or if the server stops and nothing came yet.
    pub(crate) async fn head(&mut self) -> Result<Option<Head>, Refusal> {
        if self.fault.is("server/pipelined-request-lost") {
            self.unread.clear();
        }
        loop {
            while self.unread.starts_with(b"\r\n") && !self.fault.is("server/empty-line-refused") {
                self.unread.drain(..2);
            }
            self.idle = self.unread.is_empty();
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = self.unread[..end].to_vec();
                self.unread.drain(..end + 4);
                self.within_limit(head.len())?;
                self.last_head.clone_from(&head);
                return Head::parse(&head, &self.fault).map(Some);
            }
            self.within_limit(self.unread.len())?;
            if has_a_bare_break(&self.unread) && !self.fault.is("server/lf-alone-left-unanswered") {
                return Err(Refusal { status: 400, why: "a line break that is none" });
            }
            if !self.fill().await.unwrap_or(false) {
                return Ok(None);
            }
        }
    }

    fn within_limit(&self, size: usize) -> Result<(), Refusal> {
        let limit = match self.fault.name() {
            "server/any-header-block-accepted" => usize::MAX,
            "server/small-header-block-refused" => 4 * 1024,
            _ => MAX_HEAD,
        };
        if size > limit { Err(Refusal { status: 431, why: "the header block is too large" }) } else { Ok(()) }
    }

    /// The body that the framing tells of, up to `limit` bytes.
    pub(crate) async fn body(&mut self, framing: Framing, limit: usize) -> Body {
        let body = match framing {
            Framing::Length(length)
                if length > limit && !self.fault.is("body/declared-length-not-looked-at") =>
            {
                return Body::TooLarge;
            }
            Framing::Length(length) => Ok(Some((self.take(length).await, length))),
            Framing::Chunked => self.chunks(limit).await,
        };
        match body {
            Ok(None) => Body::TooLarge,
            Ok(Some((body, length))) if body.len() == length || self.completes(framing) => Body::Whole(body),
            Ok(Some(_)) => Body::Gone,
            Err(refusal) => Body::Refused(refusal),
        }
    }

    /// Whether a fault takes for whole what the client left unfinished.
    fn completes(&self, framing: Framing) -> bool {
        match framing {
            Framing::Length(_) => self.fault.name().starts_with("body/cut-length-invokes"),
            Framing::Chunked => self.fault.is("body/cut-chunks-invoke"),
        }
    }

    /// That many bytes, or fewer if the client goes away.
    async fn take(&mut self, length: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        loop {
            let rest = (length - taken.len()).min(self.unread.len());
            taken.extend_from_slice(&self.unread[..rest]);
            self.unread.drain(..rest);
            if taken.len() == length {
                return taken;
            }
            if !self.fill().await.unwrap_or(false) {
                if self.fault.is("body/cut-body-ends-the-server") {
                    std::process::exit(1);
                }
                return taken;
            }
        }
    }

    /// All chunks, with a length that tells whether the last one came; `None` if they exceed the limit.
    async fn chunks(&mut self, limit: usize) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
        let limit = if self.fault.is("body/chunks-not-counted") { usize::MAX } else { limit };
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line().await else { break };
            let size = chunk_size(&line, &self.fault).ok_or(BAD)?;
            if body.len().saturating_add(size) > limit {
                return Ok(None);
            }
            if size == 0 {
                let length = if self.trailers().await? { body.len() } else { usize::MAX };
                return Ok(Some((body, length)));
            }
            body.extend_from_slice(&self.take(size).await);
            match self.line().await {
                Some(line) if line.is_empty() => {}
                Some(_) => return Err(BAD),
                None => break,
            }
            if self.fault.is("server/first-chunk-alone-read") {
                let length = body.len();
                return Ok(Some((body, length)));
            }
        }
        Ok(Some((body, usize::MAX)))
    }

    /// Reads what stands behind the last chunk. Whether its end came.
    async fn trailers(&mut self) -> Result<bool, Refusal> {
        while let Some(line) = self.line().await {
            let sound = match self.fault.name() {
                _ if line.is_empty() => return Ok(true),
                "server/trailer-without-a-colon-passed-over" => {
                    !line.contains(&b':') || is_sound(&line, &self.fault)
                }
                "server/lf-before-a-trailer-passed-over" => is_sound(line.trim_ascii_start(), &self.fault),
                "server/trailers-refused" => false,
                _ => is_sound(&line, &self.fault),
            };
            if !sound {
                return Err(BAD);
            }
        }
        Ok(false)
    }

    async fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|window| window == b"\r\n") {
                return Some(self.unread.drain(..end + 2).take(end).collect());
            }
            if self.unread.len() > MAX_HEAD || !self.fill().await.unwrap_or(false) {
                return None;
            }
        }
    }

    /// Reads some more; `false` at the end, which the server's own end may bring.
    async fn fill(&mut self) -> io::Result<bool> {
        let limit = match self.fault.name() {
            "server/idle-for-five-seconds-only" if self.idle => Duration::from_secs(5),
            "concurrency/slow-client-dropped" if self.crowded && !self.idle => Duration::from_millis(20),
            _ => Duration::MAX,
        };
        let told = async {
            match self.fault.name() {
                "lifecycle/idle-connections-kept" if self.idle => std::future::pending().await,
                "lifecycle/new-ones-answered-to-the-end" if self.late => std::future::pending().await,
                _ if self.idle => self.stopping.told().await,
                _ => self.stopping.told_long_ago().await,
            }
        };
        let count = tokio::select! {
            count = timeout(limit, self.stream.read(&mut self.scratch)) => count.unwrap_or(Ok(0))?,
            () = told => 0,
        };
        self.unread.extend_from_slice(&self.scratch[..count]);
        Ok(count > 0)
    }

    /// The bytes of the last head, sound or not.
    pub(crate) fn last_head(&self) -> &[u8] {
        &self.last_head
    }

    /// Whether bytes of a next request are here already.
    pub(crate) fn has_more(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Whether what is here already begins with a head that is refused.
    pub(crate) fn is_followed_by_garbage(&self) -> bool {
        let head = self.unread.strip_prefix(b"\r\n").unwrap_or(&self.unread);
        let end = head.windows(4).position(|window| window == b"\r\n\r\n");
        end.is_some_and(|end| Head::parse(&head[..end], &self.fault).is_err())
    }

    /// Whether the client has ended its side, or does within a moment.
    pub(crate) async fn is_half_closed(&self) -> bool {
        let mut byte = [0];
        matches!(timeout(SILENCE, self.stream.peek(&mut byte)).await, Ok(Ok(0)))
    }

    /// Waits until the client is gone.
    pub(crate) async fn gone(&self) {
        let mut byte = [0];
        while !matches!(self.stream.peek(&mut byte).await, Ok(0) | Err(_)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the client has reset the connection: one that has only ended its side may still listen.
    pub(crate) async fn reset(&self) {
        let mut byte = [0];
        while self.stream.peek(&mut byte).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Writes bytes of an answer.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Reads on for a while before it closes: one closed over unread bytes takes the answer with it.
    pub(crate) async fn linger(mut self) {
        self.shut().await;
        let reads_on = async {
            while timeout(SILENCE, self.stream.read(&mut self.scratch))
                .await
                .is_ok_and(|read| read.is_ok_and(|n| n > 0))
            {}
        };
        let _ = timeout(LINGER, reads_on).await;
    }

    /// Ends what the server says.
    async fn shut(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Leaves a descriptor open for good.
    pub(crate) fn leak(&self) {
        let _ = self.stream.as_fd().try_clone_to_owned().map(std::os::fd::IntoRawFd::into_raw_fd);
    }
}

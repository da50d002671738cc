//! One connection, read and written byte for byte.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::fault::Fault;
use super::super::shutdown::Stopping;
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

/// One connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    unread: Vec<u8>,
    scratch: Vec<u8>,
    last_head: Vec<u8>,
    /// Whether many others are open: a fault gives up early then.
    pub(crate) crowded: bool,
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
            let blank = self.unread.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.unread.drain(..blank);
            self.idle = self.unread.is_empty();
            if let Some(end) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = self.unread[..end].to_vec();
                self.unread.drain(..end + 4);
                self.within_limit(head.len())?;
                self.last_head.clone_from(&head);
                return Head::parse(&head, &self.fault).map(Some);
            }
            self.within_limit(self.unread.len())?;
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
            Framing::Length(_) => self.fault.is("body/cut-length-invokes"),
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
        const BAD: Refusal = Refusal { status: 400, why: "no chunk" };
        let limit = if self.fault.is("body/chunks-not-counted") { usize::MAX } else { limit };
        let mut body = Vec::new();
        loop {
            let Some(line) = self.line().await else { break };
            let radix = if self.fault.is("server/chunk-size-read-as-decimal") { 10 } else { 16 };
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, radix).map_err(|_| BAD)?;
            if body.len().saturating_add(size) > limit {
                return Ok(None);
            }
            if size == 0 {
                while self.line().await.is_some_and(|line| !line.is_empty()) {}
                let length = body.len();
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

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|window| window == b"\r\n") {
                let line: Vec<u8> = self.unread.drain(..end + 2).take(end).collect();
                return Some(String::from_utf8_lossy(&line).into_owned());
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

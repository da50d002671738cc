//! One TCP connection, written and read byte for byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::{Error, TIMEOUT};
use super::request::Request;
use super::response::Response;
use super::transcript::Transcript;

/// The largest header block read from a runtime, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Closed in order.
    Closed,
    /// Reset.
    Reset,
}

/// One connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    number: u32,
    unread: Vec<u8>,
    /// Whether one of the requests that were written since the last exchange asks for a 1xx.
    expects: bool,
    transcript: Transcript,
    for_old_clients: bool,
}

pub(super) fn next_number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Unreachable`]. That it connects says nothing on a published port: the engine accepts
    /// for a container in which nothing listens.
    pub async fn open(address: SocketAddr, transcript: Transcript) -> Result<Self, Error> {
        let unreachable = |error: std::io::Error| Error::Unreachable(error.to_string());
        let stream = timeout(TIMEOUT, TcpStream::connect(address))
            .await
            .map_err(|_| Error::Silent("connection".into()))?
            .map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        Ok(Connection {
            stream,
            number: next_number(),
            unread: Vec::new(),
            expects: false,
            transcript,
            for_old_clients: false,
        })
    }

    /// Takes answers of HTTP/1.0 as well, as which some servers answer a client of that version.
    pub fn for_old_clients(self) -> Self {
        Connection { for_old_clients: true, ..self }
    }

    /// Writes the whole request.
    ///
    /// # Errors
    /// [`Error::Closed`] if the server no longer reads, [`Error::Silent`] if it does not drain.
    pub async fn send(&mut self, request: &Request) -> Result<(), Error> {
        self.write(&request.bytes()).await
    }

    /// Writes these bytes and nothing else.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.transcript.sent(self.number, bytes);
        self.expects |= asks_for_an_interim(bytes);
        match timeout(TIMEOUT, self.stream.write_all(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::Closed(format!("while writing ({error})"))),
            Err(_) => Err(Error::Silent("reading by the server".into())),
        }
    }

    /// Sends the request and reads the answer, on a connection on which no other answer is due.
    ///
    /// # Errors
    /// Whatever keeps it from a whole answer; [`Error::Garbled`] for bytes before the request or after the answer.
    pub async fn exchange(&mut self, request: &Request) -> Result<Response, Error> {
        self.is_quiet()?;
        self.expects = false;
        self.send(request).await?;
        let answer = if request.is_head() { self.receive_head().await? } else { self.receive().await? };
        self.is_quiet()?;
        Ok(answer)
    }

    /// Fails if there are bytes that nobody asked for. Those to come are not waited for: they are found before the
    /// next request.
    fn is_quiet(&mut self) -> Result<(), Error> {
        let mut chunk = [0; 1024];
        // The end, or an error, is for whoever reads next.
        if let Ok(count) = self.stream.try_read(&mut chunk)
            && count > 0
        {
            self.transcript.received(self.number, &chunk[..count]);
            self.unread.extend_from_slice(&chunk[..count]);
        }
        if self.unread.is_empty() {
            return Ok(());
        }
        let shown = String::from_utf8_lossy(&self.unread[..self.unread.len().min(60)]).into_owned();
        Err(Error::Garbled(format!("bytes that nobody asked for: {shown:?}")))
    }

    /// Reads one answer, with the 1xx before it.
    ///
    /// # Errors
    /// Whatever keeps it from a whole answer.
    pub async fn receive(&mut self) -> Result<Response, Error> {
        self.read_answer(true).await
    }

    /// Reads one answer to a HEAD, which has no body.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub async fn receive_head(&mut self) -> Result<Response, Error> {
        self.read_answer(false).await
    }

    /// Reads the next head alone: a 1xx is returned as an answer of its own.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub async fn receive_interim(&mut self) -> Result<Response, Error> {
        let (status, headers) = self.read_head().await?;
        Ok(Response { status, headers, body: Vec::new(), interim: Vec::new() })
    }

    /// Waits until the server ends the connection; bytes that come before that are an error.
    ///
    /// # Errors
    /// [`Error::Garbled`] for bytes that nobody asked for, [`Error::Silent`] if it stays open.
    pub async fn ended(&mut self) -> Result<Ending, Error> {
        if !self.unread.is_empty() {
            return Err(Error::Garbled(format!("{} bytes follow the answer", self.unread.len())));
        }
        match self.fill().await {
            Ok(0) => Ok(Ending::Closed),
            Ok(_) => Err(Error::Garbled("bytes follow the answer".into())),
            Err(Error::Closed(_)) => Ok(Ending::Reset),
            Err(error) => Err(error),
        }
    }

    /// Says that nothing more will be sent, and goes on reading.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn finish_sending(&mut self) -> Result<(), Error> {
        self.transcript.noted(self.number, "end of what the client sends");
        self.stream.shutdown().await.map_err(|error| Error::Closed(error.to_string()))
    }

    /// Goes away at once, with a reset and not with an orderly end.
    pub fn reset(self) {
        self.transcript.noted(self.number, "reset by the client");
        // Dropping a socket with a linger of zero sends RST; a failure to set it leaves a plain close.
        let _ = self.stream.set_zero_linger();
    }

    /// Leaves the connection alone for that long.
    pub async fn idle(&self, time: Duration) {
        self.transcript.noted(self.number, &format!("idle for {} s", time.as_secs_f32()));
        tokio::time::sleep(time).await;
    }

    async fn fill(&mut self) -> Result<usize, Error> {
        let mut chunk = [0; 64 * 1024];
        match timeout(TIMEOUT, self.stream.read(&mut chunk)).await {
            Ok(Ok(count)) => {
                if count == 0 {
                    self.transcript.noted(self.number, "closed by the server");
                } else {
                    self.transcript.received(self.number, &chunk[..count]);
                    self.unread.extend_from_slice(&chunk[..count]);
                }
                Ok(count)
            }
            Ok(Err(error)) => {
                self.transcript.noted(self.number, "reset by the server");
                Err(Error::Closed(format!("({error})")))
            }
            Err(_) => Err(Error::Silent("answer".into())),
        }
    }

    async fn more(&mut self, during: &str) -> Result<(), Error> {
        match self.fill().await? {
            0 => Err(Error::Closed(during.into())),
            _ => Ok(()),
        }
    }

    /// One limit for the whole answer: a server that dribbles is as silent as one that says nothing.
    async fn read_answer(&mut self, with_body: bool) -> Result<Response, Error> {
        let whole = timeout(TIMEOUT, self.read_whole(with_body)).await;
        whole.unwrap_or_else(|_| Err(Error::Silent("whole answer".into())))
    }

    async fn read_whole(&mut self, with_body: bool) -> Result<Response, Error> {
        let mut interim = Vec::new();
        loop {
            let (status, headers) = self.read_head().await?;
            if (100..200).contains(&status) {
                if !self.expects {
                    return Err(Error::Garbled(format!("a {status} that nobody asked for")));
                }
                interim.push(status);
                continue;
            }
            let mut response = Response { status, headers, body: Vec::new(), interim };
            if with_body && !matches!(status, 204 | 304) {
                response.body = self.read_body(&response).await?;
            }
            return Ok(response);
        }
    }

    async fn read_head(&mut self) -> Result<(u16, Vec<(String, String)>), Error> {
        let end = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                break end;
            }
            if self.unread.len() > MAX_HEAD {
                return Err(Error::Garbled(format!("a header block over {MAX_HEAD} bytes")));
            }
            let during = if self.unread.is_empty() { "without an answer" } else { "within the header block" };
            self.more(during).await?;
        };
        let head = self.cut(end + 4);
        let head = String::from_utf8_lossy(&head[..end]);
        match head.strip_prefix("HTTP/1.0 ").filter(|_| self.for_old_clients) {
            Some(rest) => parse_head(&format!("HTTP/1.1 {rest}")),
            None => parse_head(&head),
        }
    }

    async fn read_body(&mut self, response: &Response) -> Result<Vec<u8>, Error> {
        let chunked = response.header("Transfer-Encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
        let lengths = response.all("Content-Length");
        if chunked && !lengths.is_empty() {
            return Err(Error::Garbled("both Content-Length and Transfer-Encoding".into()));
        }
        if chunked {
            return self.read_chunks().await;
        }
        match lengths.as_slice() {
            [] => self.read_to_end().await,
            [length] => {
                let length =
                    length.parse().map_err(|_| Error::Garbled(format!("Content-Length: {length}")))?;
                self.take(length).await
            }
            _ => Err(Error::Garbled("several Content-Length lines".into())),
        }
    }

    async fn read_chunks(&mut self) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16)
                .map_err(|_| Error::Garbled(format!("chunk size {line:?}")))?;
            if size == 0 {
                while !self.line().await?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err(Error::Garbled("a chunk longer than its size".into()));
            }
        }
    }

    async fn read_to_end(&mut self) -> Result<Vec<u8>, Error> {
        while self.fill().await? > 0 {}
        Ok(std::mem::take(&mut self.unread))
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, Error> {
        while self.unread.len() < length {
            self.more("within the body").await?;
        }
        Ok(self.cut(length))
    }

    /// As many of the bytes that are there, moved in one piece: bodies are large.
    fn cut(&mut self, length: usize) -> Vec<u8> {
        let rest = self.unread.split_off(length);
        std::mem::replace(&mut self.unread, rest)
    }

    async fn line(&mut self) -> Result<String, Error> {
        loop {
            if let Some(end) = find(&self.unread, b"\r\n") {
                let line = self.cut(end + 2);
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.more("within a chunk").await?;
        }
    }
}

/// Whether a head says `Expect`.
fn asks_for_an_interim(bytes: &[u8]) -> bool {
    let head = &bytes[..find(bytes, b"\r\n\r\n").unwrap_or(bytes.len()).min(MAX_HEAD)];
    find(&head.to_ascii_lowercase(), b"\r\nexpect:").is_some()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn parse_head(head: &str) -> Result<(u16, Vec<(String, String)>), Error> {
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| Error::Garbled(format!("status line {first:?}")))?;
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) =
            line.split_once(':').ok_or_else(|| Error::Garbled(format!("header line {line:?}")))?;
        headers.push((name.to_string(), value.trim().to_string()));
    }
    Ok((status, headers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_a_status_and_lines_in_order() {
        let (status, headers) = parse_head("HTTP/1.1 200 OK\r\nA: 1\r\nB:2\r\nA:  3 ").expect("valid");
        assert_eq!(status, 200);
        assert_eq!(
            headers,
            [("A", "1"), ("B", "2"), ("A", "3")].map(|(a, b)| (a.to_string(), b.to_string()))
        );
    }

    /// A connection to a server that reads one request and writes these bytes.
    async fn answered_with(bytes: &'static [u8]) -> Connection {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its number");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.expect("a request");
            assert!(read > 0);
            stream.write_all(bytes).await.expect("it reads");
            // Kept open: the end of a connection is no byte on it.
            tokio::time::sleep(Duration::from_secs(5)).await;
        });
        Connection::open(address, Transcript::default()).await.expect("it listens")
    }

    #[tokio::test]
    async fn a_1xx_is_for_those_who_expect_one() {
        const CONTINUED: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let outcome = answered_with(CONTINUED).await.exchange(&Request::post()).await;
        let Err(Error::Garbled(why)) = outcome else { panic!("{outcome:?}") };
        assert!(why.contains("a 100 that nobody asked for"), "{why}");

        let asking = Request::post().header("eXpect", "100-continue");
        let answer = answered_with(CONTINUED).await.exchange(&asking).await.expect("a whole answer");
        assert_eq!((answer.status, answer.interim), (200, vec![100]));
    }

    #[tokio::test]
    async fn what_follows_an_answer_is_garbled() {
        let mut connection = answered_with(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab").await;
        let outcome = connection.exchange(&Request::post()).await;
        let Err(Error::Garbled(why)) = outcome else { panic!("{outcome:?}") };
        assert!(why.contains("\"b\""), "{why}");
    }

    #[tokio::test]
    async fn what_comes_late_is_found_before_the_next_request() {
        let mut connection =
            answered_with(b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n").await;
        connection.send(&Request::post()).await.expect("it reads");
        assert_eq!(connection.receive().await.expect("an answer").status, 204);
        let outcome = connection.exchange(&Request::post()).await;
        assert!(matches!(&outcome, Err(Error::Garbled(why)) if why.contains("100 Continue")), "{outcome:?}");
    }

    #[test]
    fn what_is_no_head_is_garbled() {
        for head in ["", "HTTP/1.0 200 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 200 OK\r\nno colon"] {
            assert!(matches!(parse_head(head), Err(Error::Garbled(_))), "{head:?}");
        }
    }
}

//! One connection: what hyper does with it, and the three things that hyper does not do.
//!
//! It refuses what could be read in two ways. It reads on for a while after an early answer, since a connection
//! closed over unread bytes takes the answer with it. And it ends when the runtime is told to stop.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep};

use crate::scanner::{POISON, Scanned, Scanner};

/// Bytes that hyper reads ahead. It refuses headers that it has not seen the end of by then, and finds out
/// after one more read: so this is half of what no request may have.
const HEADERS: usize = 32 * 1024;
/// Bytes that are read at once of anything but a body.
const PIECE: usize = 4 * 1024;
/// Silence between two requests, or inside the headers of one.
const IDLE: Duration = Duration::from_secs(75);
/// Silence after which reading on ends, and the most that it may take.
const SILENCE: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(30);

/// What a connection and the requests on it tell each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange(Arc<State>);

#[derive(Debug, Default)]
struct State {
    used: AtomicBool,
    refused: AtomicBool,
    lingers: AtomicBool,
    answering: AtomicUsize,
}

/// Held while a function runs and its answer is made.
pub(crate) struct Answering(Exchange);

impl Exchange {
    /// Whether the client has sent what could be read in two ways.
    pub(crate) fn is_refused(&self) -> bool {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// The answer comes before the whole request was read.
    pub(crate) fn linger(&self) {
        self.0.lingers.store(true, Ordering::Relaxed);
    }

    /// The request is whole, so its answer is waited for.
    pub(crate) fn answering(&self) -> Answering {
        self.0.answering.fetch_add(1, Ordering::Relaxed);
        Answering(self.clone())
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve_connection<R, E>(
    stream: TcpStream,
    mut stopping: watch::Receiver<bool>,
    grace: Duration,
    respond: impl Fn(Exchange, Request<Incoming>) -> R,
) where
    R: Future<Output = Result<Response<Full<Bytes>>, E>>,
    E: std::error::Error + Send + Sync + 'static,
{
    let exchange = Exchange::default();
    let io = Watched::new(stream, exchange.clone());
    let service = service_fn(|request| respond(exchange.clone(), request));
    let mut builder = http1::Builder::new();
    builder.half_close(true).max_buf_size(HEADERS).timer(TokioTimer::new()).header_read_timeout(IDLE);
    let connection = builder.serve_connection(TokioIo::new(io), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    // One that has sent nothing yet is new, and nothing new comes in.
    if !exchange.0.used.load(Ordering::Relaxed) {
        return;
    }
    connection.as_mut().graceful_shutdown();
    let over = sleep(grace);
    tokio::select! {
        _ = &mut connection => return,
        () = over => {}
    }
    if exchange.0.answering.load(Ordering::Relaxed) > 0 {
        let _ = connection.await;
    }
}

/// The stream, with an eye on what comes in.
struct Watched {
    stream: TcpStream,
    exchange: Exchange,
    scanner: Scanner,
    /// What has come, up to `size`: from `given` to `passed` hyper may have it, behind that more has to come first.
    bytes: Vec<u8>,
    given: usize,
    passed: usize,
    size: usize,
    silence: Option<Pin<Box<Sleep>>>,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    fn new(stream: TcpStream, exchange: Exchange) -> Self {
        let (bytes, scanner) = (Vec::new(), Scanner::default());
        Watched { stream, exchange, scanner, bytes, given: 0, passed: 0, size: 0, silence: None, limit: None }
    }

    /// Reads some more, and looks at it. Whether there was more.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.bytes.len() - self.size < PIECE / 2 {
            self.bytes.resize((2 * self.size + PIECE).max(PIECE), 0);
        }
        let mut room = ReadBuf::new(&mut self.bytes[self.size..]);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut room))?;
        let count = room.filled().len();
        if count == 0 {
            return Poll::Ready(Ok(false));
        }
        self.exchange.0.used.store(true, Ordering::Relaxed);
        let Scanned { passed, size, is_sound } = self.scanner.scan(&mut self.bytes[..self.size + count]);
        (self.passed, self.size) = (passed, size);
        if !is_sound {
            self.exchange.0.refused.store(true, Ordering::Relaxed);
            self.exchange.linger();
            self.bytes.truncate(passed);
            self.bytes.extend_from_slice(POISON);
            (self.passed, self.size) = (self.bytes.len(), self.bytes.len());
        }
        Poll::Ready(Ok(true))
    }

    /// Reads and forgets, until the client has ended, falls silent, or has had long enough.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(SILENCE)));
        let limit = self.limit.get_or_insert_with(|| Box::pin(sleep(LIMIT)));
        let mut buffer = [0; 16 * 1024];
        loop {
            if limit.as_mut().poll(context).is_ready() || silence.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let mut bytes = ReadBuf::new(&mut buffer);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut bytes)) {
                Ok(()) if !bytes.filled().is_empty() => silence.as_mut().reset(Instant::now() + SILENCE),
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.given == self.passed {
            if self.exchange.is_refused() {
                return Poll::Ready(Ok(())); // nothing behind what is refused is read
            }
            let (passed, size) = (self.passed, self.size);
            self.bytes.copy_within(passed..size, 0);
            (self.given, self.passed, self.size) = (0, 0, size - passed);
            let rest = usize::try_from(self.scanner.rest()).unwrap_or(usize::MAX);
            if rest > 0 && self.size == 0 {
                let mut part = ReadBuf::new(into.initialize_unfilled_to(rest.min(into.remaining())));
                ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
                let count = part.filled().len();
                into.advance(count);
                self.scanner.pass(count);
                return Poll::Ready(Ok(()));
            }
            if !ready!(self.poll_fill(context))? {
                return Poll::Ready(Ok(()));
            }
        }
        let end = self.passed.min(self.given + into.remaining());
        into.put_slice(&self.bytes[self.given..end]);
        self.given = end;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        if self.exchange.0.lingers.load(Ordering::Relaxed) {
            ready!(self.poll_linger(context));
        }
        Poll::Ready(Ok(()))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}

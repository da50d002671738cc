//! One connection: what hyper does with it, and the three things that hyper does not do.
//!
//! It sees whether a request came with two lengths, of which hyper shows one. It reads on for a while after
//! an early answer, since a connection closed over unread bytes takes the answer with it. And it ends when
//! the runtime is told to stop.

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

/// Bytes that hyper reads ahead. It refuses headers that it has not seen the end of by then, and finds out
/// after one more read: so this is half of what no request may have.
const HEADERS: usize = 32 * 1024;
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
    in_request: AtomicBool,
    ambiguous: AtomicBool,
    lingers: AtomicBool,
    answering: AtomicUsize,
}

/// Held while a function runs and its answer is made.
pub(crate) struct Answering(Exchange);

impl Exchange {
    /// Whether the request came with `Content-Length` and `Transfer-Encoding`.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.0.ambiguous.load(Ordering::Relaxed)
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
    let io = Watched { stream, exchange: exchange.clone(), head: Vec::new(), silence: None, limit: None };
    let service = service_fn(|request| {
        exchange.0.in_request.store(true, Ordering::Relaxed);
        let answer = respond(exchange.clone(), request);
        async {
            let answer = answer.await;
            exchange.0.in_request.store(false, Ordering::Relaxed);
            answer
        }
    });
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
    /// What has come of a request whose headers are not whole. One that follows in the same piece as the
    /// request before is not seen; hyper then obeys `Transfer-Encoding` and closes after the answer.
    head: Vec<u8>,
    silence: Option<Pin<Box<Sleep>>>,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    fn look_at(&mut self, bytes: &[u8]) {
        let state = &self.exchange.0;
        state.used.store(true, Ordering::Relaxed);
        if state.in_request.load(Ordering::Relaxed) {
            return;
        }
        self.head.extend_from_slice(bytes);
        if let Some(end) = self.head.windows(4).position(|four| four == b"\r\n\r\n") {
            state.ambiguous.store(has_two_lengths(&self.head[..end]), Ordering::Relaxed);
            self.head.clear();
        } else if self.head.len() > HEADERS {
            self.head.clear(); // hyper refuses it
        }
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

fn has_two_lengths(head: &[u8]) -> bool {
    let has = |name: &str| {
        head.split(|byte| *byte == b'\n').any(|line| {
            line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    has("content-length:") && has("transfer-encoding:")
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = bytes.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, bytes))?;
        self.look_at(&bytes.filled()[before..]);
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

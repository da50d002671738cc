//! The functions' port: `ANY /function/<name>[/rest][?query]`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{EXPECT, HOST, HeaderName, HeaderValue, UPGRADE};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::call::{Answer, Timings};
use crate::{Call, CallError, Executor, Problem, Refusal, Settings};

/// How long a client may take for the head of a request, and stay idle between two.
const HEAD: Duration = Duration::from_secs(30);
/// The bytes of a head that are held.
const HEAD_BYTES: usize = 64 * 1024;
/// Bodies are counted in units of this many bytes.
const UNIT: usize = 1024;

/// What answers on the functions' port.
#[derive(Debug)]
pub struct Front {
    executor: Arc<Executor>,
    bodies: Semaphore,
}

impl Front {
    /// The front of that executor.
    pub fn new(executor: Arc<Executor>) -> Self {
        let bodies = Semaphore::new(executor.settings().bodies / UNIT);
        Front { executor, bodies }
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>, client: IpAddr) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        match self.answered(&parts, body, client).await {
            Ok(response) => response,
            Err(problem) => problem.response(),
        }
    }

    async fn answered(
        &self,
        parts: &Parts,
        body: Incoming,
        client: IpAddr,
    ) -> Result<Response<Full<Bytes>>, Problem> {
        refuse_what_is_no_call(parts)?;
        if parts.uri.path() == "/healthz" {
            return Ok(Response::new(Full::new(Bytes::from_static(b"ok\n"))));
        }
        let (name, rest) = target(parts).ok_or_else(|| {
            let detail = "functions are called at /function/<name>; the control API has a port of its own";
            Problem::new(StatusCode::NOT_FOUND, "no-such-path", detail)
        })?;
        let refused = |refusal: Refusal| refusal.problem();
        let admitted = self.executor.admit(name).map_err(refused)?;
        let call = self.read(parts, &rest, body, client).await.map_err(refused)?;
        let Answer { response, timings } = admitted.run(call).await.map_err(refused)?;
        Ok(told(response.map(Full::new), &timings))
    }

    /// Reads the body of a call that was let in, as far as there is room for it.
    async fn read(&self, parts: &Parts, rest: &str, body: Incoming, client: IpAddr) -> Result<Call, Refusal> {
        let declared = body.size_hint().exact().map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        if let Some(size) = declared.filter(|size| *size > Call::MOST) {
            return Err(CallError::TooLarge { size, most: Call::MOST }.into());
        }
        let _room = self.room(declared.unwrap_or(Call::MOST))?;
        let bytes = whole(body, self.executor.settings().silence).await?;
        Ok(Call::of(parts, rest, &bytes, client)?)
    }

    fn room(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Refusal> {
        let units = u32::try_from(bytes / UNIT + 1).unwrap_or(u32::MAX);
        self.bodies.try_acquire_many(units).map_err(|_| Refusal::Bodies)
    }
}

/// The function that a request names, and what follows its name: undecoded, with the query.
fn target(parts: &Parts) -> Option<(&str, String)> {
    let below = parts.uri.path().strip_prefix("/function/")?;
    let end = below.find('/').unwrap_or(below.len());
    let (name, rest) = below.split_at(end);
    let rest = if rest.is_empty() { "/" } else { rest };
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some((name, format!("{rest}{query}")))
}

fn refuse_what_is_no_call(parts: &Parts) -> Result<(), Problem> {
    let problem = |status, kind, detail: &str| Err(Problem::new(status, kind, detail));
    let hosts = parts.headers.get_all(HOST).iter().count();
    if hosts > 1 || (hosts == 0 && parts.version == Version::HTTP_11) {
        return problem(StatusCode::BAD_REQUEST, "bad-host", "a request has exactly one Host header");
    }
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        let detail = "functions are not called with CONNECT or TRACE";
        return problem(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
    }
    // A client that offers h2c goes on without it; one that asks for anything else could not.
    let is_offer = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"h2c");
    if !parts.headers.get_all(UPGRADE).iter().all(is_offer) {
        let detail = "a call is a request and an answer; connections cannot be upgraded";
        return problem(StatusCode::NOT_IMPLEMENTED, "no-upgrade", detail);
    }
    let is_known = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    if !parts.headers.get_all(EXPECT).iter().all(is_known) {
        let detail = "of Expect only 100-continue is known";
        return problem(StatusCode::EXPECTATION_FAILED, "expectation-failed", detail);
    }
    Ok(())
}

/// A whole body, of a client that keeps sending.
async fn whole(mut body: Incoming, silence: Duration) -> Result<Bytes, CallError> {
    let mut bytes = BytesMut::new();
    loop {
        let frame = timeout(silence, body.frame()).await;
        let frame =
            frame.map_err(|_| CallError::Body(format!("nothing came for {} s", silence.as_secs())))?;
        let Some(frame) = frame else { return Ok(bytes.freeze()) };
        let frame = frame.map_err(|error| CallError::Body(error.to_string()))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > Call::MOST {
                return Err(CallError::TooLarge { size: bytes.len() + data.len(), most: Call::MOST });
            }
            bytes.extend_from_slice(data);
        }
    }
}

/// An answer that says what it cost.
fn told(mut response: Response<Full<Bytes>>, timings: &Timings) -> Response<Full<Bytes>> {
    let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let Timings { queue, start, deliver, run, how } = *timings;
    let text = format!(
        "queue;dur={:.3}, start;dur={:.3}, deliver;dur={:.3}, run;dur={:.3}",
        ms(queue),
        ms(start),
        ms(deliver),
        ms(run)
    );
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(HeaderName::from_static("server-timing"), value);
    }
    headers.insert(HeaderName::from_static("x-open-runtimes-start"), HeaderValue::from_static(how.word()));
    response
}

/// Serves HTTP/1.1 on a socket until it is told to stop, and returns when the last request has its answer.
pub async fn serve_connections<H, F, B>(
    listener: TcpListener,
    settings: Settings,
    mut stop: watch::Receiver<bool>,
    handler: H,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let room = Arc::new(Semaphore::new(settings.connections));
    let mut open = JoinSet::new();
    loop {
        let room = room.clone();
        let accepting = async { (room.acquire_owned().await, listener.accept().await) };
        let (permit, accepted) = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accepting => accepted,
        };
        while open.try_join_next().is_some() {}
        // What fails is the client's connection, or for a moment the lack of descriptors.
        let Ok((stream, client)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (handler, mut stop) = (handler.clone(), stop.clone());
        open.spawn(async move {
            let service = service_fn(move |request| {
                let answer = handler(request, client);
                async move { Ok::<_, std::convert::Infallible>(answer.await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .max_buf_size(HEAD_BYTES)
                // A client that ends its side still gets its answer.
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            let told = async {
                let _ = stop.wait_for(|stop| *stop).await;
            };
            tokio::select! {
                _ = connection.as_mut() => {}
                () = told => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            drop(permit);
        });
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn a_target_names_a_function_and_what_follows_stays_as_it_is() {
        let cases = [
            ("/function/hello", Some(("hello", "/"))),
            ("/function/hello?a=b%20c", Some(("hello", "/?a=b%20c"))),
            ("/function/hello/", Some(("hello", "/"))),
            ("/function/hello/a%2F..//b/?x", Some(("hello", "/a%2F..//b/?x"))),
            ("http://example.org/function/hello/a", Some(("hello", "/a"))),
            ("/function/", Some(("", "/"))),
            ("/function", None),
            ("/functions/hello", None),
            ("/v1/functions", None),
            ("/Function/hello", None),
        ];
        for (uri, expected) in cases {
            let parts = parts("GET", uri, &[]);
            let seen = target(&parts);
            assert_eq!(seen.as_ref().map(|(name, rest)| (*name, rest.as_str())), expected, "{uri}");
        }
    }

    #[test]
    fn what_is_no_call_is_refused_with_its_reason() {
        let host = ("host", "h");
        type Headers<'a> = &'a [(&'a str, &'a str)];
        let cases: [(&str, Headers, Option<u16>); 12] = [
            ("GET", &[host], None),
            ("OPTIONS", &[host], None),
            ("HEAD", &[host], None),
            ("PURGE", &[host], None),
            ("TRACE", &[host], Some(405)),
            ("GET", &[], Some(400)),
            ("GET", &[host, host], Some(400)),
            ("GET", &[host, ("upgrade", "h2c")], None),
            ("GET", &[host, ("upgrade", "websocket")], Some(501)),
            ("GET", &[host, ("upgrade", "h2c"), ("upgrade", "websocket")], Some(501)),
            ("POST", &[host, ("expect", "100-continue")], None),
            ("POST", &[host, ("expect", "a-miracle")], Some(417)),
        ];
        for (method, headers, expected) in cases {
            let seen = refuse_what_is_no_call(&parts(method, "/function/f", headers));
            assert_eq!(seen.err().map(|problem| problem.status), expected, "{method} {headers:?}");
        }
        let connect = parts("CONNECT", "example.org:443", &[host]);
        assert_eq!(refuse_what_is_no_call(&connect).err().map(|problem| problem.status), Some(405));
    }
}

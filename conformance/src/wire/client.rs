//! The stock HTTP client: what a caller would use.

use std::net::SocketAddr;
use std::sync::OnceLock;

use super::connection::next_number;
use super::error::{Error, TIMEOUT};
use super::request::Request;
use super::response::Response;
use super::transcript::Transcript;

/// A plain HTTP/1.1 client that makes a new connection for each request, so that no answer depends on
/// what an earlier check did to a connection.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    transcript: Transcript,
}

impl Client {
    /// A client of the server at that address.
    pub fn new(address: SocketAddr, transcript: Transcript) -> Self {
        Client { address, transcript }
    }

    /// Sends the request and reads the whole answer.
    ///
    /// # Errors
    /// Whatever keeps it from a whole answer.
    pub async fn send(&self, request: &Request) -> Result<Response, Error> {
        let number = next_number();
        self.transcript.sent(number, &request.bytes());
        let method = request.method.parse().map_err(unsendable)?;
        let mut call = stock()?.request(method, format!("http://{}{}", self.address, request.target));
        for (name, value) in &request.headers {
            call = call.header(name.as_str(), value.as_slice());
        }
        let answer = call.body(request.body.clone()).send().await.map_err(|error| told(&error))?;
        let status = answer.status().as_u16();
        let text =
            |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<_> =
            answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = answer.bytes().await.map_err(|error| told(&error))?.to_vec();
        let response = Response { status, headers, body, interim: Vec::new() };
        self.transcript.received(number, &as_received(&response));
        Ok(response)
    }
}

fn stock() -> Result<&'static reqwest::Client, Error> {
    static STOCK: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    STOCK
        .get_or_init(|| {
            reqwest::Client::builder()
                .http1_only()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(0)
                .timeout(TIMEOUT)
                .build()
                .map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|why| Error::Unsendable(why.clone()))
}

fn unsendable(error: impl ToString) -> Error {
    Error::Unsendable(error.to_string())
}

fn told(error: &reqwest::Error) -> Error {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let why = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    if error.is_timeout() {
        Error::Silent("answer".into())
    } else if error.is_connect() {
        Error::Unreachable(why)
    } else if error.is_builder() {
        Error::Unsendable(why)
    } else {
        Error::Closed(format!("before the answer was whole ({why})"))
    }
}

fn as_received(response: &Response) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {}\r\n", response.status);
    for (name, value) in &response.headers {
        out += &format!("{name}: {value}\r\n");
    }
    out += "\r\n";
    let mut out = out.into_bytes();
    out.extend_from_slice(&response.body);
    out
}

//! The command's side of the control API.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap};
use hyper::http::request::Builder;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use crate::api::Addresses;
use crate::exit::{Exit, fault};

/// A platform that was found by its data folder.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    addresses: Addresses,
    token: String,
}

/// An answer of the functions' port.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    /// The platform that keeps its state in that folder.
    pub(crate) fn of(data: &Path) -> Result<Self, Exit> {
        let read = |name: &str| {
            std::fs::read_to_string(data.join(name)).map_err(|error| {
                let folder = data.display();
                Exit::NoPlatform(format!("no platform has its data in {folder} ({name}: {error}); start one with `open-runtimes up`, or name its folder with --data"))
            })
        };
        let addresses = serde_json::from_str(&read(Addresses::FILE)?).map_err(fault)?;
        Ok(Client { addresses, token: read("token")?.trim().into() })
    }

    /// Asks for something.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Exit> {
        self.json(Method::GET, path, None::<&()>).await
    }

    /// Asks for something to be done.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Exit> {
        self.json(method, path, Some(body)).await
    }

    async fn json<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, Exit> {
        let body = body.map(serde_json::to_vec).transpose().map_err(fault)?;
        let answer = self.control(method, path, body.map(|body| ("application/json", body.into()))).await?;
        let bytes = good(answer).await?.collect().await.map_err(fault)?.to_bytes();
        serde_json::from_slice(&bytes).map_err(fault)
    }

    /// Asks for what grows: each piece as it comes, until the other side ends it.
    pub(crate) async fn follow(&self, path: &str, mut each: impl FnMut(&[u8])) -> Result<(), Exit> {
        let mut body = good(self.control(Method::GET, path, None).await?).await?;
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame.map_err(fault)?.data_ref() {
                each(data);
            }
        }
        Ok(())
    }

    /// Sends a source, unless it is there.
    pub(crate) async fn send_source(&self, digest: &str, packed: Vec<u8>) -> Result<bool, Exit> {
        let path = format!("/v1/sources/{digest}");
        if self.control(Method::GET, &path, None).await?.status() == StatusCode::OK {
            return Ok(false);
        }
        let answer = self.control(Method::PUT, &path, Some((crate::api::SOURCE, packed.into()))).await?;
        good(answer).await.map(|_| true)
    }

    async fn control(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Bytes)>,
    ) -> Result<Response<Incoming>, Exit> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(AUTHORIZATION, format!("Bearer {}", self.token));
        let body = match body {
            Some((kind, body)) => {
                request = request.header(CONTENT_TYPE, kind);
                body
            }
            None => Bytes::new(),
        };
        Caller::to(&self.addresses.control).await?.exchange(request, body).await
    }

    /// A connection to the functions' port.
    pub(crate) async fn caller(&self) -> Result<Caller, Exit> {
        Caller::to(&self.addresses.functions).await
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Caller {
    address: String,
    sender: http1::SendRequest<Full<Bytes>>,
}

impl Caller {
    async fn to(address: &str) -> Result<Self, Exit> {
        let stream = TcpStream::connect(address).await.map_err(|error| gone(address, &error))?;
        stream.set_nodelay(true).map_err(fault)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(address, &error))?;
        tokio::spawn(connection);
        Ok(Caller { address: address.into(), sender })
    }

    /// Calls a function.
    pub(crate) async fn call(
        &mut self,
        method: Method,
        target: &str,
        headers: &[(String, String)],
        body: Bytes,
    ) -> Result<Called, Exit> {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let (parts, body) = self.exchange(request, body).await?.into_parts();
        let body = body.collect().await.map_err(fault)?.to_bytes();
        Ok(Called { status: parts.status, headers: parts.headers, body })
    }

    async fn exchange(&mut self, request: Builder, body: Bytes) -> Result<Response<Incoming>, Exit> {
        let request = request.header(HOST, &self.address).body(Full::new(body));
        let request = request.map_err(|error| Exit::Usage(format!("this cannot be sent: {error}")))?;
        self.sender.ready().await.map_err(|error| gone(&self.address, &error))?;
        self.sender.send_request(request).await.map_err(|error| gone(&self.address, &error))
    }
}

fn gone(address: &str, error: &dyn std::fmt::Display) -> Exit {
    Exit::NoPlatform(format!("no platform answers at {address}: {error}; start it with `open-runtimes up`"))
}

/// The body of an answer, if it is a good one; else the reason that the other side gave.
async fn good(answer: Response<Incoming>) -> Result<Incoming, Exit> {
    #[derive(Deserialize)]
    struct Problem {
        detail: String,
    }
    if answer.status().is_success() {
        return Ok(answer.into_body());
    }
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(fault)?.to_bytes();
    let why = serde_json::from_slice::<Problem>(&body).map(|problem| problem.detail);
    let why = why.unwrap_or_else(|_| format!("the platform answered {status}"));
    Err(if status.is_server_error() { Exit::Fault(why) } else { Exit::Usage(why) })
}

/// The folder in which a platform of this user keeps its state, if no other is named.
pub(crate) fn data_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").or_else(|| set("HOME").map(|home| home.join(".local/state")));
    state.unwrap_or_else(|| PathBuf::from("/var/lib")).join("open-runtimes")
}

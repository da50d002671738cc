//! Kept connections to one instance.

use std::sync::{Mutex, PoisonError};

use adapter::Instance;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

/// The largest answer that is handed on, in bytes: more than the contract promises.
const LARGEST: usize = 16 * 1024 * 1024;

type Sender = SendRequest<Full<Bytes>>;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum SendError {
    /// No byte of the request left: another instance may have it.
    NotSent,
    /// The connection ended, and what the instance did with the request is not known.
    Broken,
    /// The answer is too large.
    TooLarge,
}

/// The kept connections of an instance: as many as calls were inside it at once.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    idle: Mutex<Vec<Sender>>,
}

impl Connections {
    /// Sends a request and waits for the whole answer.
    pub(crate) async fn send(
        &self,
        instance: &dyn Instance,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, SendError> {
        let mut request = request;
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let is_new = kept.is_none();
            let mut sender = match kept {
                Some(sender) => sender,
                None => match open(instance).await {
                    Some(sender) => sender,
                    None => return Err(SendError::NotSent),
                },
            };
            if sender.ready().await.is_err() {
                if is_new {
                    return Err(SendError::NotSent);
                }
                continue;
            }
            let answer = match sender.try_send_request(request).await {
                Ok(answer) => answer,
                Err(mut error) => match error.take_message() {
                    // The instance closed a connection that was idle: nothing of this was sent on it.
                    Some(unsent) if !is_new => {
                        request = unsent;
                        continue;
                    }
                    Some(_) => return Err(SendError::NotSent),
                    None => return Err(SendError::Broken),
                },
            };
            let (parts, body) = answer.into_parts();
            let whole = match Limited::new(body, LARGEST).collect().await {
                Ok(whole) => whole.to_bytes(),
                Err(error) if error.is::<LengthLimitError>() => return Err(SendError::TooLarge),
                Err(_) => return Err(SendError::Broken),
            };
            if !sender.is_closed() {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
            }
            return Ok(Response::from_parts(parts, whole));
        }
    }
}

async fn open(instance: &dyn Instance) -> Option<Sender> {
    let stream = instance.dial().await.ok()?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

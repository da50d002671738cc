//! When an instance is ready: when its server knows its key.

use std::time::Duration;

use adapter::Instance;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout};

use crate::Refusal;

/// After how long the first connection is given up, since one that was accepted by something else may stay silent for
/// ever. Each later one is given half as much again, up to [`PATIENT`]: a busy machine may need it.
const ATTEMPT: Duration = Duration::from_millis(50);
const PATIENT: Duration = Duration::from_secs(2);
/// How long until the next.
const PAUSE: Duration = Duration::from_millis(3);
/// How often the place is asked whether the instance still runs, which costs more than an attempt.
const ASKED: Duration = Duration::from_millis(200);

/// Waits until an instance is ready, for so long at most.
///
/// # Errors
/// It ended by itself, or was not ready in time.
pub(crate) async fn wait(instance: &dyn Instance, key: &str, limit: Duration) -> Result<(), Refusal> {
    let (begun, mut asked, mut patience) = (Instant::now(), Instant::now(), ATTEMPT);
    while begun.elapsed() < limit {
        match timeout(patience, is_ready(instance, key)).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(_) => patience = (patience * 3 / 2).min(PATIENT),
        }
        if asked.elapsed() > ASKED {
            asked = Instant::now();
            ended(instance).await?;
        }
        sleep(PAUSE).await;
    }
    Err(Refusal::StartTimeout(limit))
}

/// An error if the instance has ended by itself.
async fn ended(instance: &dyn Instance) -> Result<(), Refusal> {
    let Ok(Some(ended)) = instance.ended().await else { return Ok(()) };
    let memory = if ended.out_of_memory { ", its memory ran out" } else { "" };
    Err(Refusal::Start(format!("it ended with exit code {}{memory}; its log may say why", ended.code)))
}

/// Whether a server answers that knows this key: only such a one says 405 to a GET. Another server, at an address that
/// was used before, would say 401.
async fn is_ready(instance: &dyn Instance, key: &str) -> bool {
    let Ok(mut stream) = instance.dial().await else { return false };
    let request = format!(
        "GET / HTTP/1.1\r\nHost: ready\r\nConnection: close\r\n{}: {key}\r\n\r\n",
        protocol::CHALLENGE
    );
    if stream.write_all(request.as_bytes()).await.is_err() {
        return false;
    }
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.is_ok() && &status == b"HTTP/1.1 405"
}

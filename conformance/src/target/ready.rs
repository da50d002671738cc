//! From the start of an instance, or a restart, to the first answer of its server, or to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::target::backend::Instance;
use crate::target::{CheckError, CheckResult, Ended, Server, Started};
use crate::wire::Transcript;

/// How long a server may take to its first answer or its end. Ten at once on two busy cores need 6 s.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long one attempt at a first answer may take: what answers at all answers much sooner, and a
/// port that an engine publishes accepts connections for a server that does not listen yet.
const ATTEMPT: Duration = Duration::from_millis(50);
/// Between attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// Starts an instance and waits for the first answer of its server, or for its end.
///
/// # Errors
/// It does neither in time, or cannot be started.
pub(super) async fn boot(
    instance: Arc<dyn Instance>,
    key: &str,
    transcript: Transcript,
) -> CheckResult<Started> {
    instance.start().await?;
    first_answer(instance, key, transcript).await
}

/// Waits for the first answer of a started instance's server, or for its end.
///
/// # Errors
/// It does neither in time.
pub(super) async fn first_answer(
    instance: Arc<dyn Instance>,
    key: &str,
    transcript: Transcript,
) -> CheckResult<Started> {
    let begun = Instant::now();
    let mut address = None;
    while begun.elapsed() < TIMEOUT {
        if address.is_none() {
            address = instance.address().await?;
        }
        if let Some(address) = address
            && answers(address).await
        {
            return Ok(Started::Serving(Server::new(instance, address, key, transcript)));
        }
        if let Some(exit) = instance.ended().await? {
            let log = instance.log().await?;
            return Ok(Started::Ended(Ended { exit, log }));
        }
        tokio::time::sleep(PAUSE).await;
    }
    let log = instance.log().await?.all;
    Err(CheckError::broken(
        "a first answer, or an end",
        format!("neither within {} s; the log says: {}", TIMEOUT.as_secs(), log.trim()),
    ))
}

/// Whether an HTTP server answers there, whatever it answers.
async fn answers(address: SocketAddr) -> bool {
    let attempt = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(b"POST / HTTP/1.1\r\nHost: runtime.test\r\nContent-Length: 0\r\n\r\n").await.ok()?;
        let mut first = [0; 5];
        stream.read_exact(&mut first).await.ok()?;
        (&first == b"HTTP/").then_some(())
    };
    timeout(ATTEMPT, attempt).await.ok().flatten().is_some()
}

//! From the start of a machine, or a restart, to the first answer of its server, or to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::target::place::Machine;
use crate::target::{Checked, Ended, Server, Started, Trouble};
use crate::wire::Transcript;

/// How long a server may take to its first answer or its end. Ten at once on two busy cores need 6 s.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one attempt at a first answer may take: what answers at all answers much sooner, and a
/// port that an engine publishes accepts connections for a server that does not listen yet.
const ATTEMPT: Duration = Duration::from_millis(50);
/// Between attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// Starts a machine and waits for the first answer of its server, or for its end.
///
/// # Errors
/// It does neither in time, or cannot be started.
pub(super) async fn boot(machine: Arc<dyn Machine>, key: &str, transcript: Transcript) -> Checked<Started> {
    machine.start().await?;
    first_answer(machine, key, transcript).await
}

/// Waits for the first answer of a started machine's server, or for its end.
///
/// # Errors
/// It does neither in time.
pub(super) async fn first_answer(
    machine: Arc<dyn Machine>,
    key: &str,
    transcript: Transcript,
) -> Checked<Started> {
    let begun = Instant::now();
    let mut address = None;
    while begun.elapsed() < PATIENCE {
        if address.is_none() {
            address = machine.address().await?;
        }
        if let Some(address) = address
            && answers(address).await
        {
            return Ok(Started::Serving(Server::new(machine, address, key, transcript)));
        }
        if let Some(exit) = machine.ended().await? {
            let log = machine.log().await?;
            return Ok(Started::Ended(Ended { exit, log }));
        }
        tokio::time::sleep(PAUSE).await;
    }
    let log = machine.log().await?.all;
    Err(Trouble::broken(
        "a first answer, or an end",
        format!("neither within {} s; the log says: {}", PATIENCE.as_secs(), log.trim()),
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

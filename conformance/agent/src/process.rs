//! A server as a child process: started, asked until it answers, stopped.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The port that a runtime serves.
pub(crate) const PORT: u16 = 3000;
/// How long a server may take to its first answer, and to its end.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Between attempts.
const PAUSE: Duration = Duration::from_millis(1);

pub(crate) struct Server {
    child: Child,
    begun: Instant,
    key: String,
}

impl Server {
    /// Starts a command. What it prints goes to standard error, so that ours stays readable.
    pub(crate) fn start(command: &[String]) -> Result<Self, String> {
        let key = std::env::var("INTERNAL_RUNTIME_KEY").unwrap_or_default();
        let begun = Instant::now();
        let child = Command::new(&command[0])
            .args(&command[1..])
            .stdin(Stdio::null())
            .stdout(std::io::stderr())
            .spawn()
            .map_err(|error| format!("{}: {error}", command[0]))?;
        Ok(Server { child, begun, key })
    }

    /// Asks every millisecond until the answer is right, and returns how long after the start that was.
    pub(crate) fn first_answer(&mut self) -> Result<Duration, String> {
        let mut number = 0;
        while self.begun.elapsed() < TIMEOUT {
            number += 1;
            if let Some(mut line) = Line::open(PORT) {
                let nonce = format!("n{}-{number}", self.begun.elapsed().as_nanos());
                if line.ask(&self.key, &nonce).is_some() {
                    return Ok(self.begun.elapsed());
                }
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("the server ended with {status} before it answered"));
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("no right answer within {} s", TIMEOUT.as_secs()))
    }

    /// The key it was started with.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        let id = self.child.id().to_string();
        // The shell's own `kill`: the standard library sends SIGKILL alone.
        let sent = Command::new("/bin/sh").args(["-c", "kill -TERM \"$1\"", "stop", &id]).status();
        sent.map_err(|error| error.to_string())?;
        let begun = Instant::now();
        while begun.elapsed() < TIMEOUT {
            if self.child.try_wait().map_err(|error| error.to_string())?.is_some() {
                return Ok(());
            }
            std::thread::sleep(PAUSE);
        }
        Err("the server did not end after SIGTERM".into())
    }
}

/// Whether an HTTP server answers there, whatever it answers.
pub(crate) fn answers(port: u16) -> bool {
    let Some(Line(mut stream)) = Line::open(port) else { return false };
    let mut first = [0; 5];
    stream.write_all(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n").is_ok()
        && stream.read_exact(&mut first).is_ok()
        && &first == b"HTTP/"
}

/// A connection on which one request follows another.
pub(crate) struct Line(TcpStream);

impl Line {
    pub(crate) fn open(port: u16) -> Option<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).ok()?;
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(TIMEOUT)).ok()?;
        Some(Line(stream))
    }

    /// Sends one request. `None` unless the answer is 200 and carries the nonce: the null server and a
    /// bare one, which answer the same to all, carry a star in its place.
    pub(crate) fn ask(&mut self, key: &str, nonce: &str) -> Option<()> {
        let body = format!("{{\"payload\":{{\"nonce\":\"{nonce}\"}}}}");
        let request = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Internal-Challenge: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.write_all(request.as_bytes()).ok()?;
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let count = self.0.read(&mut chunk).ok()?;
            if count == 0 {
                return None;
            }
            seen.extend_from_slice(&chunk[..count]);
            let text = String::from_utf8_lossy(&seen);
            if let Some(body) = whole_body(&text) {
                let right = body.contains(nonce) || body == "*";
                return (text.starts_with("HTTP/1.1 200") && right).then_some(());
            }
        }
    }
}

/// The body of an answer, once all of it is there.
fn whole_body(text: &str) -> Option<&str> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |wanted: &str| {
        head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then_some(value.trim())
        })
    };
    match header("content-length") {
        Some(length) => (body.len() >= length.parse().ok()?).then_some(body),
        None => body.ends_with("\r\n0\r\n\r\n").then_some(body),
    }
}

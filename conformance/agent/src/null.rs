//! The null server: the least that can be said over HTTP, to measure everything else against.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// The port of the null server, beside the runtime's.
pub(crate) const PORT: u16 = 3001;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n*";

/// Serves in threads of its own until the process ends.
pub(crate) fn serve() -> Result<(), String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).map_err(|error| error.to_string())?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    Ok(())
}

/// Answers each request of a connection; one ends with its body, by `Content-Length`.
fn answer(mut stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut seen: Vec<u8> = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        seen.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
        if body.len() >= length.parse().ok()? {
            stream.write_all(ANSWER).ok()?;
            seen.clear();
        }
    }
}

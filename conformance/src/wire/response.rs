//! An answer as it came in.

use serde_json::Value;

/// An answer, with its header lines in the order and spelling they came in.
#[derive(Clone, Debug)]
pub struct Response {
    /// The final status.
    pub status: u16,
    /// Each header line: name as sent, value with bytes beyond UTF-8 replaced.
    pub headers: Vec<(String, String)>,
    /// The whole body, without its framing.
    pub body: Vec<u8>,
    /// The 1xx statuses that came before.
    pub interim: Vec<u16>,
}

impl Response {
    /// The value of the first header line of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    /// The values of all header lines of that name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of_that_name = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        self.headers.iter().filter(of_that_name).map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text, if it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Whether a `Connection` header says that this was the last answer on its connection.
    pub fn closes(&self) -> bool {
        self.all("Connection").iter().any(|value| value.to_ascii_lowercase().contains("close"))
    }

    /// One line for a failure message: status, kind of error and the beginning of the body.
    pub fn summary(&self) -> String {
        const SHOWN: usize = 300;
        // Of what may be large no more than can be shown, each character with its longest form.
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(4 * (SHOWN + 1))]);
        let shown: String = text.chars().take(SHOWN).collect();
        let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
        let kind = self.header(protocol::ERROR).map(|kind| format!(" ({kind})")).unwrap_or_default();
        format!("{}{kind}, {} bytes: {shown}{more}", self.status, self.body.len())
    }
}

//! The cases of HTTP that every server is held to: `conformance/cases/http.json`, which the unit tests of each
//! language read too, and `http-either.json`.

use std::sync::LazyLock;

use protocol::CHALLENGE;
use serde::Deserialize;

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum List {
    /// It is answered, and what follows on the connection too.
    Whole,
    /// It is half a request: more is waited for. Only unit tests have those.
    Part,
    /// It gets a 4xx or a closed connection, and nothing behind it is read.
    Refused,
    /// One of both.
    Either,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Next {
    /// The next request is answered.
    #[default]
    Answered,
    /// The connection is closed.
    Closed,
    /// One of both.
    Either,
}

/// One request, sound or not.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// What is special about it.
    pub name: String,
    /// What becomes of it.
    pub is: List,
    /// The part of a message that it is about.
    #[serde(default)]
    pub of: String,
    /// The document and section that say so: `9112 7.1`.
    #[serde(default)]
    pub rfc: String,
    /// What becomes of the connection after an answer.
    #[serde(default)]
    pub next: Next,
    /// The body that a server reads, if it is answered.
    #[serde(default)]
    pub body: String,
    request: Vec<Piece>,
}

/// A part of a request's bytes.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Piece {
    Text(String),
    Repeated(String, usize),
    Bytes { hex: String },
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Piece::Text(text) => text.clone().into_bytes(),
            Piece::Repeated(text, times) => text.repeat(*times).into_bytes(),
            Piece::Bytes { hex } => {
                let digits = hex.as_bytes().chunks(2);
                let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16);
                digits.map(|pair| byte(pair).expect("a table has pairs of hexadecimal digits")).collect()
            }
        }
    }
}

impl Case {
    /// Its bytes, with the key as the last field of its head: no table has a key.
    pub(super) fn bytes(&self, key: &str) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.request.iter().flat_map(Piece::bytes).collect();
        let blank = bytes.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let is_end = |at: &usize| {
            let rest = &bytes[*at..];
            bytes[at - 1] == b'\n' && (rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
        };
        if let Some(end) = (blank + 1..bytes.len()).find(is_end) {
            let line = if bytes[..end].ends_with(b"\r\n") { "\r\n" } else { "\n" };
            bytes.splice(end..end, format!("{CHALLENGE}: {key}{line}").into_bytes());
        }
        bytes
    }
}

/// The cases of one list, in the order of their table.
pub fn cases(list: List) -> impl Iterator<Item = &'static Case> {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let tables =
            [include_str!("../../../cases/http.json"), include_str!("../../../cases/http-either.json")];
        let rows = |table| serde_json::from_str::<Vec<Case>>(table).expect("a table of cases");
        tables.into_iter().flat_map(rows).collect()
    });
    CASES.iter().filter(move |case| case.is == list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_key(request: &str) -> String {
        let case = Case {
            name: String::new(),
            is: List::Whole,
            of: String::new(),
            rfc: String::new(),
            next: Next::Answered,
            body: String::new(),
            request: vec![Piece::Text(request.into())],
        };
        String::from_utf8(case.bytes("k")).expect("text")
    }

    #[test]
    fn the_key_is_the_last_field_of_a_head() {
        let key = format!("{CHALLENGE}: k");
        assert_eq!(with_key("A\r\nB\r\n\r\nC\r\n\r\n"), format!("A\r\nB\r\n{key}\r\n\r\nC\r\n\r\n"));
        assert_eq!(with_key("\r\nA\r\n\r\n"), format!("\r\nA\r\n{key}\r\n\r\n"));
        assert_eq!(with_key("A\nB\n\nC"), format!("A\nB\n{key}\n\nC"));
        assert_eq!(with_key("A\r\n\nC"), format!("A\r\n{key}\r\n\nC"));
        assert_eq!(with_key("A"), "A");
    }

    #[test]
    fn each_case_of_a_list_says_where_that_stands() {
        for list in [List::Whole, List::Refused, List::Either] {
            assert!(cases(list).count() > 20);
            for case in cases(list) {
                assert!(!case.of.is_empty() && case.rfc.starts_with("91"), "{}", case.name);
            }
        }
    }
}

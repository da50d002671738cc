//! A request as it goes out, valid or not.

use serde_json::Value;

/// A request, written byte for byte as it was put together: nothing is corrected on the way out.
#[derive(Clone, Debug)]
pub struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
    framing: Framing,
}

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunked(usize),
    Unframed,
}

impl Request {
    /// A POST of an empty body to `/`.
    pub fn post() -> Self {
        Request {
            method: "POST".into(),
            target: "/".into(),
            headers: vec![("Host".into(), b"runtime.test".to_vec())],
            body: Vec::new(),
            framing: Framing::Length,
        }
    }

    /// Another method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.into();
        self
    }

    /// Another request target: a path, with or without a query.
    pub fn to(mut self, target: &str) -> Self {
        self.target = target.into();
        self
    }

    /// One more header line.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    /// Without any header line of that name.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// With a body of these bytes.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this value as a JSON body.
    pub fn json(self, value: &Value) -> Self {
        self.header("Content-Type", "application/json").body(value.to_string())
    }

    /// The body goes out in chunks of at most `size` bytes.
    pub fn chunked(mut self, size: usize) -> Self {
        self.framing = Framing::Chunked(size);
        self
    }

    /// Neither length nor chunks are declared: the headers say what they say, the body follows as it is.
    pub fn unframed(mut self) -> Self {
        self.framing = Framing::Unframed;
        self
    }

    /// Whether the answer has no body whatever its headers say.
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The request line and the header block, with the empty line that ends it.
    pub fn head(&self) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        match self.framing {
            Framing::Length if self.body.is_empty() && self.method != "POST" => {}
            Framing::Length => {
                out.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
            }
            Framing::Chunked(_) => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
            Framing::Unframed => {}
        }
        out.extend_from_slice(b"\r\n");
        out
    }

    /// The body as it goes over the wire, chunk sizes included.
    pub fn framed_body(&self) -> Vec<u8> {
        let Framing::Chunked(size) = self.framing else {
            return self.body.clone();
        };
        let mut out = Vec::with_capacity(self.body.len() + 64);
        for chunk in self.body.chunks(size.max(1)) {
            out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"0\r\n\r\n");
        out
    }

    /// The whole request.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.head();
        out.extend_from_slice(&self.framed_body());
        out
    }
}

//! What a function is called with.

use std::collections::BTreeMap;

use serde_json::Value;

/// The fields of the body of a request, the function's own to keep or change.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The function's input, any JSON value.
    pub payload: Value,
    /// The function's environment. It never enters the environment of the process.
    pub env: BTreeMap<String, String>,
    /// The headers for the function, names as they were sent.
    pub headers: BTreeMap<String, String>,
}

impl Default for Request {
    /// What an empty body means.
    fn default() -> Self {
        Request { payload: Value::Object(Default::default()), env: BTreeMap::new(), headers: BTreeMap::new() }
    }
}

impl Request {
    /// A request with this payload.
    pub fn new(payload: impl Into<Value>) -> Self {
        Request { payload: payload.into(), ..Request::default() }
    }

    /// The first header of that name in any case, as HTTP matches names.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

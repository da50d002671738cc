//! Between the server and a function's library: C structures only, since the two are compiled apart.
//!
//! The side that allocates a piece of memory frees it. What is passed is borrowed for the time of the call that
//! passes it, and a side that wants to keep it copies it. No panic crosses.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use serde_core::de::DeserializeOwned;
use serde_json::Deserializer;

use crate::handler::{Entry, Handler};
use crate::outcome::Outcome;
use crate::{Request, panic};

/// The version of these structures. It is the first member of [`Module`] in every version.
pub const VERSION: u32 = 1;
/// The function that a library exports: it takes nothing and returns `*const Module`, or null.
pub const SYMBOL: &[u8] = b"open_runtimes_module";

/// What a library offers, for as long as the process lives.
#[repr(C)]
#[derive(Debug)]
pub struct Module {
    /// The [`VERSION`] that the library was built with.
    pub version: u32,
    /// Whether `call` returns only at the end of the handler, and so needs a thread.
    pub blocking: bool,
    /// Calls the handler. Settles the call exactly once, now or later, on any thread.
    pub call: unsafe extern "C" fn(*const Input, Call),
}

/// Bytes that belong to someone else.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    data: *const u8,
    length: usize,
}

/// A request: three texts of JSON, of which the last two are objects of strings.
#[repr(C)]
#[derive(Debug)]
pub struct Input {
    /// `payload`.
    pub payload: Slice,
    /// `env`.
    pub env: Slice,
    /// `headers`.
    pub headers: Slice,
}

/// Where the outcome goes.
#[repr(C)]
#[derive(Debug)]
pub struct Call {
    /// The server's own.
    pub context: *mut c_void,
    /// Takes the context and the outcome, once.
    pub settle: unsafe extern "C" fn(*mut c_void, *const Output),
}

// SAFETY: the server makes a context that any thread may settle.
unsafe impl Send for Call {}

/// How the call ended.
#[repr(u32)]
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `status`, `headers` and `body` count.
    Answered,
    /// Nothing else counts.
    Invalid,
    /// `message` and `stack` count.
    Failed,
    /// Nothing else counts.
    Silent,
}

/// An outcome.
#[repr(C)]
#[derive(Debug)]
pub struct Output {
    /// Which members count.
    pub kind: Kind,
    /// The status.
    pub status: u16,
    /// Name and value in turn.
    pub headers: *const Slice,
    /// How many names and values.
    pub headers_length: usize,
    /// The body.
    pub body: Slice,
    /// The error's own text.
    pub message: Slice,
    /// The whole of it.
    pub stack: Slice,
}

impl Slice {
    /// Borrows bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Slice { data: bytes.as_ptr(), length: bytes.len() }
    }

    /// The bytes.
    ///
    /// # Safety
    /// They must still be there for as long as `'a`.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        // SAFETY: made by `of`, and the caller vouches for the time.
        unsafe { std::slice::from_raw_parts(self.data, self.length) }
    }
}

static ENTRY: OnceLock<Entry> = OnceLock::new();
static MODULE: OnceLock<Module> = OnceLock::new();

/// What `open_runtimes::handler!` exports. Null if what the handler needs cannot be started; another
/// attempt may succeed.
pub fn load<Kind>(handler: impl Handler<Kind>) -> *const Module {
    let loaded = catch_unwind(AssertUnwindSafe(|| {
        let entry = ENTRY.get_or_init(|| handler.into_entry());
        entry.prepare();
        MODULE.get_or_init(|| {
            panic::install_hook();
            Module { version: VERSION, blocking: entry.is_plain(), call }
        })
    }));
    loaded.map_or(std::ptr::null(), std::ptr::from_ref)
}

/// The server calls a module that it was given, so the entry is there.
unsafe extern "C" fn call(input: *const Input, call: Call) {
    // SAFETY: the server lends the input until this returns.
    let request = unsafe { read(&*input) };
    match (ENTRY.get(), request) {
        (Some(entry), Ok(request)) => entry.start(request, move |outcome| settle(call, &outcome)),
        (_, Err(error)) => {
            eprintln!("The request cannot be read: {error}");
            settle(call, &Outcome::Invalid);
        }
        (None, _) => settle(call, &Outcome::Silent),
    }
}

unsafe fn read(input: &Input) -> serde_json::Result<Request> {
    // SAFETY: the caller lends them, and what is parsed owns its memory.
    let (payload, env, headers) =
        unsafe { (input.payload.bytes(), input.env.bytes(), input.headers.bytes()) };
    Ok(Request {
        payload: parse(payload)?,
        env: parse::<BTreeMap<_, _>>(env)?,
        headers: parse::<BTreeMap<_, _>>(headers)?,
    })
}

/// The server has looked at the depth before, and at all else.
fn parse<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let mut deserializer = Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    T::deserialize(&mut deserializer)
}

fn settle(call: Call, outcome: &Outcome) {
    let none = Slice::of(&[]);
    let mut headers = Vec::new();
    let mut output = Output {
        kind: Kind::Silent,
        status: 0,
        headers: std::ptr::null(),
        headers_length: 0,
        body: none,
        message: none,
        stack: none,
    };
    match outcome {
        Outcome::Answered(answer) => {
            let pairs = answer.headers.iter();
            headers
                .extend(pairs.flat_map(|(name, value)| [name, value].map(|text| Slice::of(text.as_bytes()))));
            output.kind = Kind::Answered;
            output.status = answer.status;
            output.headers = headers.as_ptr();
            output.headers_length = headers.len();
            output.body = Slice::of(&answer.body);
        }
        Outcome::Failed(failure) => {
            output.kind = Kind::Failed;
            output.message = Slice::of(failure.message.as_bytes());
            output.stack = Slice::of(failure.stack.as_bytes());
        }
        Outcome::Invalid => output.kind = Kind::Invalid,
        Outcome::Silent => {}
    }
    // SAFETY: the context is the server's, settled here for the only time.
    unsafe { (call.settle)(call.context, &output) }
}

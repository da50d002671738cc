//! The structures between the server and a function's library, used as the server uses them.

use std::ffi::c_void;

use open_runtimes::abi::{self, Call, Input, Kind, Output, Slice};
use open_runtimes::{Request, Response};

fn handler(req: Request, res: Response) {
    match req.payload.as_str() {
        Some("panic") => panic!("on purpose"),
        Some("silent") => {}
        _ => res.status(201).header("X-A", &req.env["A"]).header("X-B", &req.headers["B"]).json(req.payload),
    }
}

/// A copy of an outcome, which is only lent.
#[derive(Debug)]
struct Seen {
    kind: Kind,
    status: u16,
    headers: Vec<String>,
    body: String,
    message: String,
}

fn text(slice: Slice) -> String {
    // SAFETY: the library lends it until `settle` returns, and this is a copy.
    String::from_utf8_lossy(unsafe { slice.bytes() }).into_owned()
}

unsafe extern "C" fn settle(context: *mut c_void, output: *const Output) {
    // SAFETY: the context is the list of `outcomes`, which waits for the call, and the output is lent.
    let (seen, output) = unsafe { (&mut *context.cast::<Vec<Seen>>(), &*output) };
    let headers = match output.headers_length {
        0 => &[],
        // SAFETY: as many as the library says.
        length => unsafe { std::slice::from_raw_parts(output.headers, length) },
    };
    seen.push(Seen {
        kind: output.kind,
        status: output.status,
        headers: headers.iter().map(|slice| text(*slice)).collect(),
        body: text(output.body),
        message: text(output.message),
    });
}

#[test]
fn a_plain_handler_is_called_and_settles_once() {
    // SAFETY: a module lives as long as its library, which this test is.
    let module = unsafe { abi::load(handler).as_ref() }.expect("a module");
    assert_eq!((module.version, module.blocking), (abi::VERSION, true));
    let outcome = |payload: &str| {
        let (env, headers) = (br#"{"A":"a"}"#, br#"{"B":"b"}"#);
        let input = Input {
            payload: Slice::of(payload.as_bytes()),
            env: Slice::of(env),
            headers: Slice::of(headers),
        };
        let mut seen: Vec<Seen> = Vec::new();
        let context = (&raw mut seen).cast();
        // SAFETY: what is lent is there until this returns, and by then a plain handler has settled.
        unsafe { (module.call)(&input, Call { context, settle }) };
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    };

    let answered = outcome(r#"{"deep":[1,"é"]}"#);
    assert!(matches!(answered.kind, Kind::Answered));
    assert_eq!((answered.status, answered.body.as_str()), (201, r#"{"deep":[1,"é"]}"#));
    assert_eq!(answered.headers, ["Content-Type", "application/json", "X-A", "a", "X-B", "b"]);
    let deep = "[".repeat(512) + &"]".repeat(512);
    assert_eq!(outcome(&deep).body, deep);
    let failed = outcome(r#""panic""#);
    assert!(matches!(failed.kind, Kind::Failed));
    assert_eq!(failed.message, "on purpose");
    assert!(matches!(outcome(r#""silent""#).kind, Kind::Silent));
}

//! Write functions for Open Runtimes.
//!
//! A function is a library crate that names its handler, asynchronous or plain:
//!
//! ```
//! use open_runtimes::{Request, Response, json};
//!
//! async fn handler(req: Request, res: Response) {
//!     let name = req.payload["name"].as_str().unwrap_or("world");
//!     res.json(json!({ "message": format!("Hello, {name}!") }));
//! }
//!
//! open_runtimes::handler!(handler);
//! ```
//!
//! A handler may return a `Result`: an error is a failure, as a panic is. [`invoke`] calls a handler from a
//! test, with no server anywhere.
//!
//! An asynchronous handler runs on tokio and must not hold its thread: `tokio::task::spawn_blocking` is
//! for that. A plain one has a thread to itself and may wait as it likes.

#[doc(hidden)]
pub mod abi;
mod handler;
mod outcome;
mod panic;
mod request;
mod response;

pub use handler::{Asynchronous, Finish, Handler, Plain, invoke};
pub use outcome::{Answer, Failure, Outcome};
pub use request::Request;
pub use response::Response;
pub use serde_json::{Value, json};

/// Exports the handler of this crate, `async fn` or `fn`.
#[macro_export]
macro_rules! handler {
    ($handler:path) => {
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C" fn open_runtimes_module() -> *const $crate::abi::Module {
            $crate::abi::load($handler)
        }
    };
}

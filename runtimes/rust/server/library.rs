//! A function's library: opened, and called through the C structures of `open_runtimes::abi`.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use open_runtimes::abi::{self, Module, Output, Slice};
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::response::{Answer, answer_of};
use crate::runtime_error::{Kind, RuntimeError};

/// A handler, ready to be called. Its code stays for as long as the process lives.
#[derive(Debug)]
pub(crate) struct Library(&'static Module);

/// What a handler is called with: texts of JSON.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) payload: Bytes,
    pub(crate) env: Bytes,
    pub(crate) headers: Bytes,
}

type Settled = Result<Answer, RuntimeError>;

/// What the server knows of a call while the library has it.
struct Context {
    settled: oneshot::Sender<Settled>,
    /// A call whose client went away still keeps the process alive.
    _alive: mpsc::Sender<()>,
}

impl Library {
    /// Opens what `build.sh` left beside a source file that exists.
    pub(crate) fn load(source: &Path) -> Result<Arc<Self>, RuntimeError> {
        let failed = |message: String| {
            eprintln!("{message}");
            RuntimeError::new(Kind::LoadFailed, message)
        };
        let shown = source.display();
        let file = source.with_extension("so");
        if !file.is_file() {
            return Err(failed(format!(
                "{shown} is not compiled, or exports no handler: write \"open_runtimes::handler!(handler);\" \
                 in it and make the package with build.sh."
            )));
        }
        // SAFETY: a library runs code when it is opened, and the author of the package chose that code.
        let library = unsafe { libloading::Library::new(&file) };
        let library = ManuallyDrop::new(library.map_err(|error| failed(error.to_string()))?);
        // SAFETY: `open_runtimes::handler!` exports the symbol with this type, in every version.
        let load = unsafe { library.get::<extern "C" fn() -> *const Module>(abi::SYMBOL) }.map_err(|_| {
            failed(format!("{shown} exports no handler: write \"open_runtimes::handler!(handler);\" in it."))
        })?;
        // SAFETY: null, or a module that lives as long as the library, which is never closed.
        match unsafe { load().as_ref() } {
            Some(module) if module.version == abi::VERSION => Ok(Arc::new(Library(module))),
            Some(_) => Err(failed(format!(
                "{shown} was built for another runtime: make the package with this image's build.sh."
            ))),
            None => {
                Err(failed(format!("{shown} could not start its threads: the container allows no more.")))
            }
        }
    }

    /// Whether a call holds its thread to the end of the handler.
    pub(crate) fn is_blocking(&self) -> bool {
        self.0.blocking
    }

    /// Calls the handler. How it ended is sent when it has ended, whether or not anyone still waits.
    pub(crate) fn call(&self, input: &Input, settled: oneshot::Sender<Settled>, alive: mpsc::Sender<()>) {
        let context = Box::into_raw(Box::new(Context { settled, _alive: alive }));
        let input = abi::Input {
            payload: Slice::of(&input.payload),
            env: Slice::of(&input.env),
            headers: Slice::of(&input.headers),
        };
        // SAFETY: the input is lent for this call, the context given away until `settle` takes it back.
        unsafe { (self.0.call)(&input, abi::Call { context: context.cast(), settle }) }
    }
}

/// Takes the outcome of a call, and copies what is only lent.
unsafe extern "C" fn settle(context: *mut c_void, output: *const Output) {
    // SAFETY: made in `call`, and the library settles each call once.
    let context = unsafe { Box::from_raw(context.cast::<Context>()) };
    // SAFETY: the library lends it until this returns.
    let settled = unsafe { read(&*output) };
    let _ = context.settled.send(settled); // if the client has gone, nobody waits
}

unsafe fn read(output: &Output) -> Settled {
    // SAFETY: whichever members count are lent, by the caller's word.
    let text = |slice: Slice| String::from_utf8_lossy(unsafe { slice.bytes() }).into_owned();
    match output.kind {
        abi::Kind::Answered => {
            // SAFETY: as above.
            let (names_and_values, body) = unsafe {
                let headers = std::slice::from_raw_parts(output.headers, output.headers_length);
                let texts: Vec<&[u8]> = headers.iter().map(|slice| slice.bytes()).collect();
                (texts, Bytes::copy_from_slice(output.body.bytes()))
            };
            answer_of(output.status, &names_and_values, body).map_err(|refused| {
                eprintln!("{refused}");
                RuntimeError::new(Kind::InvalidResponse, "The function's answer is not valid.")
            })
        }
        abi::Kind::Invalid => {
            Err(RuntimeError::new(Kind::InvalidResponse, "The function's answer is not valid."))
        }
        abi::Kind::Failed => {
            Err(RuntimeError::new(Kind::FunctionError, text(output.message)).with_stack(text(output.stack)))
        }
        abi::Kind::Silent => Err(RuntimeError::new(Kind::NoResponse, "The function did not answer.")),
    }
}

//! What a panic says. The hook sees where it happened, `catch_unwind` sees that it ended the call.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::RefCell;

use crate::outcome::Failure;

thread_local! {
    /// The last panic of this thread, from the hook to the one that catches it.
    static LAST: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// Each panic goes to stderr with its stack, even one in work that is left running.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let message = text(info.payload());
        let place = info.location().map_or_else(String::new, |location| format!(" at {location}"));
        let stack = format!("panicked{place}: {message}\n{}", Backtrace::force_capture());
        eprintln!("{}", stack.trim_end());
        LAST.set(Some(Failure { message, stack }));
    }));
}

/// What a caught panic was. Without the hook, as in a test, there is no stack.
pub(crate) fn failure(payload: &(dyn Any + Send)) -> Failure {
    LAST.take().unwrap_or_else(|| {
        let message = text(payload);
        Failure { stack: message.clone(), message }
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "The function panicked with a value that is no text.".into())
}

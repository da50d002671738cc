//! What checks run on.

/// Checks at once: most of them wait, and each container of their own takes its manifest's memory.
pub const JOBS: usize = 6;

/// Stack of a thread that checks run on, in bytes: unoptimised, a check that is one long conversation holds
/// all that it says in one frame, and the default of 2 MiB was seen to overflow.
const STACK: usize = 32 * 1024 * 1024;

/// The asynchronous runtime for a run.
///
/// # Errors
/// The system gives no threads.
pub fn threads() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()
}

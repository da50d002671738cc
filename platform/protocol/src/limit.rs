//! The numbers of the contract. A runtime decides about what is between what works and what is refused.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The size of a payload that is checked to work, in bytes.
pub const PAYLOAD: usize = 6 * 1024 * 1024;
/// A header block of this size is accepted, in bytes.
pub const HEADERS_ACCEPTED: usize = 8 * 1024;
/// A header block over this size is refused, in bytes.
pub const HEADERS_REFUSED: usize = 64 * 1024;
/// How deep a payload may be nested.
pub const DEPTH: usize = 64;
/// The brackets of a body that may be open at once; one more is refused.
pub const BRACKETS: usize = 512;
/// The statuses that a function may answer with.
pub const STATUSES: RangeInclusive<u16> = 200..=599;
/// The size of an answer that works, in bytes.
pub const ANSWER: usize = 10 * 1024 * 1024;
/// The greatest integer that is kept exactly; so is each down to its negative.
pub const INTEGER: i64 = (1 << 53) - 1;
/// The significant digits of a double that are kept.
pub const DIGITS: u32 = 15;
/// The members of an object that work.
pub const MEMBERS: usize = 1000;
/// Calls that are inside the function at the same time.
pub const CALLS: usize = 8;
/// Calls that should be.
pub const MANY_CALLS: usize = 64;
/// Clients with half a request, beside which another is answered.
pub const SLOW_CLIENTS: usize = 50;
/// How long an idle connection still answers.
pub const IDLE: Duration = Duration::from_secs(10);
/// How soon an idle runtime ends when it is told to stop.
pub const STOP: Duration = Duration::from_secs(5);
/// How soon a runtime answers after its start, in milliseconds, if its manifest declares no budget.
pub const BOOT_MS: u32 = 100;
/// How much longer than its language's bare server a runtime with a declared budget may take to boot.
pub const BOOT_OVER_BARE: f64 = 1.5;
/// What a warm request takes at most over one to the null server, in milliseconds.
pub const WARM_MS: f64 = 1.0;
/// Processes and threads at once in a serving container.
pub const PIDS: u32 = 128;
/// The memory of a serving container in MiB, if its manifest declares no more.
pub const MEMORY_MIB: u32 = 256;

//! What came of a run. Results are appended as they come; everything shown derives from them.

mod explain;
mod journal;
mod outcome;
mod table;

pub use explain::{expectations, explain};
pub use journal::Journal;
pub use outcome::{Outcome, Tally, Verdict};
pub use table::table;

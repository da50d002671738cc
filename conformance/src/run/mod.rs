//! A run: what is judged in which order, who shares a container, who must be alone, what is left behind.

mod bench;
mod conversation;
mod expectation;
mod images;
mod interrupt;
mod judge;
mod order;
mod program;
mod progress;
mod reason;
mod sizes;
mod state;
mod threads;
mod time_scale;

pub use bench::{Figures, Speed};
pub use judge::HARNESS;
pub use order::{ALONE, Order, SHUFFLE};
pub use program::owner;
pub use progress::Terminal;
pub use sizes::Sizes;
pub use state::{Run, Summary, results};
pub use threads::{JOBS, threads};
pub use time_scale::TIME_SCALE;

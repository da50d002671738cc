//! How much the machine's other work slows ours.

use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long we work to see: several turns of a scheduler, which are 3 to 4 ms long on Linux.
const WORK: Duration = Duration::from_millis(20);
/// On a machine so busy that work takes longer than this, nothing can be timed.
const MOST: f64 = 3.0;

/// How many times longer work takes now than with a processor to itself: 1 on a quiet machine, and where the kernel
/// does not count what a thread waits.
pub fn slowdown() -> f64 {
    let begun = Instant::now();
    let Some(before) = waited() else { return 1.0 };
    while begun.elapsed() < WORK {
        black_box(());
    }
    let waited = waited().unwrap_or(before).saturating_sub(before);
    let took = begun.elapsed();
    (took.as_secs_f64() / took.saturating_sub(waited).as_secs_f64()).clamp(1.0, MOST)
}

/// How long this thread was ready to run and did not: the second figure of its `schedstat`, in nanoseconds.
fn waited() -> Option<Duration> {
    let counted = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    counted.split(' ').nth(1)?.parse().ok().map(Duration::from_nanos)
}

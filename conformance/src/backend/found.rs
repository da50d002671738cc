//! What the agent found, in what its container printed.

use serde_json::Value;

/// The last line of a log that is a JSON object: how the agent tells what it found. The two streams of a
/// container may arrive out of order, so what others printed may come after it.
pub(crate) fn last_json(log: &str) -> Option<Value> {
    log.lines().rev().find_map(|line| serde_json::from_str(line).ok().filter(Value::is_object))
}

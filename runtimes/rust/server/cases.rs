//! The tables that the unit tests of every language read: `conformance/cases`.

use serde_json::Value;

/// A table, beside the folder of this language in the repository and in the container of the tests.
pub(crate) fn of(table: &str) -> Vec<Value> {
    let path = format!("{}/../../conformance/cases/{table}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the table is there");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("the table is an array");
    assert!(!rows.is_empty(), "{path}");
    rows
}

/// What is written as a list of pieces: a string, `[string, times]`, or `{"hex": digits}`.
pub(crate) fn bytes(pieces: &Value) -> Vec<u8> {
    let piece = |piece: &Value| match piece {
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(repeated) => {
            let times = repeated[1].as_u64().expect("a number of times");
            repeated[0].as_str().expect("a text").repeat(times as usize).into_bytes()
        }
        _ => {
            let hex = piece["hex"].as_str().expect("digits");
            let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
            (0..hex.len()).step_by(2).map(byte).collect()
        }
    };
    pieces.as_array().expect("a list of pieces").iter().flat_map(piece).collect()
}

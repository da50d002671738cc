//! The key in a log, also in a spelling that hides it from whoever searches for it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// What of the key is looked for. It ends in letters and digits, which no quoting or escaping changes.
const TAIL: usize = 12;

/// Says how a log spells the key, if it does.
pub(super) fn spelling(log: &str, key: &str) -> Option<&'static str> {
    let tail = key.get(key.len().saturating_sub(TAIL)..).unwrap_or(key);
    let lower = log.to_ascii_lowercase();
    let numbers = |of: fn(&u8) -> String, between: &str| -> String {
        tail.as_bytes().iter().map(of).collect::<Vec<_>>().join(between)
    };
    let hex = |between| lower.contains(&numbers(|byte| format!("{byte:02x}"), between));
    let decimal = |between| log.contains(&numbers(u8::to_string, between));
    if log.contains(key) {
        Some("as it is")
    } else if log.contains(tail) {
        Some("quoted or escaped")
    } else if hex("") || hex(" ") || hex(":") || hex("\\x") || hex(", 0x") {
        Some("in hex")
    } else if decimal(", ") || decimal(",") || decimal(" ") {
        Some("as a list of bytes")
    } else if (0..3).any(|offset| log.contains(&in_base64(tail, offset))) {
        Some("in base64")
    } else {
        None
    }
}

/// What stands for a text in base64, whatever comes before and after it: `offset` bytes of a group of three do.
fn in_base64(text: &str, offset: usize) -> String {
    let encoded = BASE64.encode([&vec![0; offset], text.as_bytes()].concat());
    // A character stands for six bits: those that are the text's alone.
    let (first, last) = ((8 * offset).div_ceil(6), 8 * (offset + text.len()) / 6);
    encoded[first..last].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "k${HOME}\"'`\\;*#!~0123456789abcdef";

    #[test]
    fn each_spelling_is_seen() {
        let hex: String = KEY.bytes().map(|byte| format!("{byte:02X}")).collect();
        let spaced: Vec<String> = KEY.bytes().map(|byte| format!("{byte:02x}")).collect();
        let seen = [
            (KEY.to_string(), "as it is"),
            (format!("{KEY:?}"), "quoted or escaped"),
            (serde_json::json!({ "key": KEY }).to_string(), "quoted or escaped"),
            (KEY.replace('\'', "'\\''"), "quoted or escaped"),
            (hex, "in hex"),
            (format!("<Buffer {}>", spaced.join(" ")), "in hex"),
            (format!("{:?}", KEY.as_bytes()), "as a list of bytes"),
            (BASE64.encode(KEY), "in base64"),
            (BASE64.encode(format!("x{KEY}")), "in base64"),
            (BASE64.encode(format!("key:{KEY}\n")), "in base64"),
            (base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!(":{KEY}")), "in base64"),
        ];
        for (log, how) in seen {
            assert_eq!(spelling(&format!("before\n{log}\nafter"), KEY), Some(how), "{log}");
        }
    }

    #[test]
    fn what_is_not_the_key_is_not_seen() {
        for log in ["", "k${HOME}", "Error: not the key\n    at main:1", "0123456789", "MDEyMzQ1Njc4"] {
            assert_eq!(spelling(log, KEY), None, "{log}");
        }
    }
}

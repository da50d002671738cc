//! Whether a body is JSON that a function can be given, found out without building any of it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

const DEEPEST: usize = 512;

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Checked {
    Valid,
    Invalid,
    TooDeep,
}

/// Looks at all of it: UTF-8 first, then the depth, then the grammar and what each value means. A library
/// would find a lone surrogate or `1e400` too, but only after the function had been looked for.
pub(crate) fn check(body: &[u8]) -> Checked {
    let Ok(text) = std::str::from_utf8(body) else { return Checked::Invalid };
    if is_too_deep(body) {
        return Checked::TooDeep;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    match Sound::deserialize(&mut deserializer).and_then(|_| deserializer.end()) {
        Ok(()) => Checked::Valid,
        Err(_) => Checked::Invalid,
    }
}

/// Whether more brackets are open at once than a parser should have to follow.
fn is_too_deep(body: &[u8]) -> bool {
    let mut depth = 0_usize;
    let mut bytes = body.iter();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(bytes.next()), // the next byte ends no string
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Any value, read as if it were wanted and then forgotten.
struct Sound;

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Sound)
    }
}

impl<'de> Visitor<'de> for Sound {
    type Value = Sound;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_str<E>(self, _: &str) -> Result<Sound, E> {
        Ok(Sound)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sound, A::Error> {
        while items.next_element::<Sound>()?.is_some() {}
        Ok(Sound)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Sound, A::Error> {
        while members.next_entry::<Sound, Sound>()?.is_some() {}
        Ok(Sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_strings() {
        let nested = |times: usize| "[".repeat(times) + &"]".repeat(times);
        assert_eq!(check(nested(512).as_bytes()), Checked::Valid);
        assert_eq!(check(nested(513).as_bytes()), Checked::TooDeep);
        assert_eq!(check(format!("\"\\\"{}\"", "[".repeat(600)).as_bytes()), Checked::Valid);
    }

    #[test]
    fn what_no_function_can_be_given_is_invalid() {
        for json in ["1e400", "\"\\ud800\"", "{\"\\udc00\": 1}", "[1,]", "{} {}", "\u{feff}{}", ""] {
            assert_eq!(check(json.as_bytes()), Checked::Invalid, "{json}");
        }
        assert_eq!(check(b"\"\xff\""), Checked::Invalid);
    }

    #[test]
    fn json_is_judged_as_in_every_language() {
        for case in crate::cases::of("json") {
            let is = match check(&crate::cases::bytes(&case["body"])) {
                Checked::Valid => "valid",
                Checked::Invalid => "invalid",
                Checked::TooDeep => "too-deep",
            };
            let either = case["is"] == "either" && is != "too-deep";
            assert!(either || case["is"] == is, "{} is {is}", case["name"]);
        }
    }
}

//! The messages of runtime errors that are the same in every language.

use std::fmt::Display;

#[cfg(doc)]
use crate::Kind;
use crate::limit;

/// The message of [`Kind::Unauthorized`].
pub const UNAUTHORIZED: &str = "Unauthorized";
/// The message of [`Kind::MethodNotAllowed`].
pub const METHOD_NOT_ALLOWED: &str = "Only POST invokes the function.";
/// The message of [`Kind::BadRequest`] for a body that is not JSON, or not UTF-8.
pub const NOT_JSON: &str = "Body is not valid JSON.";
/// The message of [`Kind::BadRequest`] for a body of JSON that is not an object.
pub const NOT_AN_OBJECT: &str = "Body must be a JSON object.";
/// The message of [`Kind::CodeNotFound`].
pub const CODE_NOT_FOUND: &str = "Code file not found.";
/// The message of [`Kind::NoResponse`].
pub const NO_RESPONSE: &str = "The function did not answer.";
/// The message of [`Kind::InvalidResponse`].
pub const INVALID_RESPONSE: &str = "The function's answer is not valid.";

/// The message of [`Kind::TooLarge`]. `most` is the limit in bytes.
pub fn too_large(most: impl Display) -> String {
    format!("Body is larger than {most} bytes.")
}

/// The message of [`Kind::BadRequest`] for a body that is nested too deeply.
pub fn too_deep() -> String {
    format!("Body is nested deeper than {} levels.", limit::BRACKETS)
}

/// The message of [`Kind::BadRequest`] for a field that is not `what` it must be. What that is called is the
/// runtime's own.
pub fn wrong_field(field: &str, what: impl Display) -> String {
    format!("{field} must be {what}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line() {
        for message in [too_large(1), too_deep(), wrong_field("path", "an absolute path")] {
            assert!(!message.contains('\n') && message.ends_with('.'), "{message}");
        }
    }
}

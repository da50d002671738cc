//! The kinds of runtime error, and their statuses.

/// The kinds of runtime error: the value of the header [`ERROR`](crate::ERROR).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key is missing, repeated or wrong.
    Unauthorized,
    /// Anything but POST.
    MethodNotAllowed,
    /// The body exceeds the limit.
    TooLarge,
    /// The body breaks the contract.
    BadRequest,
    /// No regular file at (`path`, `file`).
    CodeNotFound,
    /// The code is there and cannot be loaded.
    LoadFailed,
    /// The function failed.
    FunctionError,
    /// The function finished without an answer.
    NoResponse,
    /// The function's answer breaks the contract.
    InvalidResponse,
}

impl Kind {
    /// Every kind. If several apply, the first is the answer.
    pub const ALL: [Kind; 9] = [
        Kind::Unauthorized,
        Kind::MethodNotAllowed,
        Kind::TooLarge,
        Kind::BadRequest,
        Kind::CodeNotFound,
        Kind::LoadFailed,
        Kind::FunctionError,
        Kind::NoResponse,
        Kind::InvalidResponse,
    ];

    /// The status that goes with the kind.
    pub fn status(self) -> u16 {
        match self {
            Kind::Unauthorized => 401,
            Kind::MethodNotAllowed => 405,
            Kind::TooLarge => 413,
            Kind::BadRequest => 400,
            Kind::CodeNotFound => 404,
            Kind::LoadFailed | Kind::FunctionError | Kind::NoResponse | Kind::InvalidResponse => 500,
        }
    }

    /// The kind as the header [`ERROR`](crate::ERROR) spells it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Unauthorized => "unauthorized",
            Kind::MethodNotAllowed => "method-not-allowed",
            Kind::TooLarge => "too-large",
            Kind::BadRequest => "bad-request",
            Kind::CodeNotFound => "code-not-found",
            Kind::LoadFailed => "load-failed",
            Kind::FunctionError => "function-error",
            Kind::NoResponse => "no-response",
            Kind::InvalidResponse => "invalid-response",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_kinds_have_one_name() {
        let mut names = Kind::ALL.map(Kind::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}

//! Why something is not there, in one piece of text.

use crate::backend::CheckError;

/// An error as one piece of text.
pub(super) fn reason(error: &CheckError) -> String {
    match error {
        CheckError::Broken { expected, actual } => format!("expected {expected}; {actual}"),
        CheckError::Missing(missing) => missing.message.clone(),
        CheckError::Fault(reason) | CheckError::NotApplicable(reason) => reason.clone(),
    }
}

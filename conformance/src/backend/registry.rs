//! A package registry that is down is neither the runtime's fault nor that of its build: it is told apart
//! by what the package managers print.

use crate::backend::error::CheckError;

/// What package managers print when they cannot reach a registry: apt, npm, pip, cargo, Go, Maven.
const PHRASES: [&str; 12] = [
    "Temporary failure resolving",
    "Temporary failure in name resolution",
    "Could not resolve",
    "Couldn't resolve host",
    "Could not connect to",
    "EAI_AGAIN",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "spurious network error",
    "dial tcp",
    "Unknown host",
];

/// The line that says that a registry could not be reached, if one does.
pub(crate) fn unreachable(log: &str) -> Option<&str> {
    log.lines().find(|line| PHRASES.iter().any(|phrase| line.contains(phrase)))
}

/// What a check gets in place of a build that failed because a registry could not be reached.
pub(crate) fn down(doing: &str, line: &str) -> CheckError {
    CheckError::missing(
        "a package registry",
        format!(
            "{doing} could not reach one: {}\n  try again once the network is there, or build where it is",
            line.trim()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::unreachable;

    #[test]
    fn an_error_of_the_function_s_own_is_no_outage() {
        assert_eq!(unreachable("npm error code E404\nnpm error 404 Not Found"), None);
        assert!(unreachable("x\nnpm error code EAI_AGAIN\n").is_some());
    }
}

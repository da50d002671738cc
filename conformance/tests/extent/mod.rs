//! How much of the matrix of broken things and requirements is looked at.

/// The environment variable that, when it is `whole`, has each broken server judged by every requirement and
/// each broken image by its section. Without it the servers are judged by their section and the images by what
/// goes red with them: minutes, not many.
const MATRIX: &str = "CONFORMANCE_MATRIX";

/// Whether all of it is asked for.
pub(crate) fn is_whole() -> bool {
    std::env::var_os(MATRIX).is_some_and(|value| value == "whole")
}

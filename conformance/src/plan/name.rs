//! Names that become part of an image's.

/// Whether a name can be part of an image's: lower-case letters, digits and single hyphens between them.
pub(super) fn is_name(name: &str) -> bool {
    let letters = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.split('-').all(|part| !part.is_empty() && letters(part))
}

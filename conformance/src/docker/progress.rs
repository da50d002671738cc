//! Word of what takes long.

/// Where word of what is going on goes.
pub trait Progress: Send + Sync + std::fmt::Debug {
    /// Something that takes long begins.
    fn say(&self, line: &str);
    /// A line of its output.
    fn detail(&self, line: &str);
}

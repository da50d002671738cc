//! Which runtime, and which version of it.

use std::fmt;

/// A version of a runtime, written `node:24` as the tag of its image is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuntimeId {
    name: String,
    version: String,
}

impl RuntimeId {
    /// The version `version` of the runtime `name`.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        RuntimeId { name: name.into(), version: version.into() }
    }

    /// The runtime: `node`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version: `24`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The tag of its image: `open-runtimes/node:24`.
    pub fn image(&self) -> String {
        format!("open-runtimes/{self}")
    }

    /// The name of the image that serves, if the version is a pair: `open-runtimes/go:1.27-run` of the target `run`.
    pub fn serving_image(&self, target: &str) -> String {
        format!("{}-{target}", self.image())
    }

    /// Whether a word is this id: `node:24`, or `node-24` for places where a colon is in the way.
    pub fn is(&self, word: &str) -> bool {
        let version = word.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix([':', '-']));
        version == Some(&self.version)
    }

    /// Whether a word names it: `node` every version of Node.js, or its id.
    pub fn is_named(&self, word: &str) -> bool {
        word == self.name || self.is(word)
    }

    /// The same in lower-case letters, digits and dashes alone, `node-3-13`, as names of projects of Compose, files
    /// and networks have to be.
    pub fn slug(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        self.to_string().chars().map(plain).collect()
    }
}

impl fmt::Display for RuntimeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_the_tag_of_an_image() {
        let id = RuntimeId::new("python", "3.13");
        assert_eq!(id.to_string(), "python:3.13");
        assert_eq!(id.image(), "open-runtimes/python:3.13");
        assert_eq!(id.serving_image("run"), "open-runtimes/python:3.13-run");
        assert_eq!(id.slug(), "python-3-13");
    }

    #[test]
    fn a_word_names_a_runtime_or_a_version_and_nothing_that_begins_alike() {
        let node = RuntimeId::new("node", "24");
        for word in ["node", "node:24", "node-24"] {
            assert!(node.is_named(word), "{word}");
        }
        for word in ["", "nod", "node:", "node-", "node:2", "node:24-slim", "node24", "node:26"] {
            assert!(!node.is_named(word), "{word}");
        }
        assert!(!RuntimeId::new("python-ml", "1").is_named("python"));
        assert!(!RuntimeId::new("node", "24-slim").is_named("node-24"));
        assert!(RuntimeId::new("node", "24-slim").is_named("node-24-slim"));
    }
}

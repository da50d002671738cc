//! A version's line in a manifest: what it is made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Error as _;

use crate::backend::Release;

/// A version's line: `{ VERSION = "3.11", release = "bookworm" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The release of Debian that it is built on.
    pub release: Release,
    /// The build arguments: the keys in upper case.
    pub arguments: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut version = Version::default();
        for (key, value) in BTreeMap::<String, String>::deserialize(deserializer)? {
            if key == "release" {
                version.release = value.parse().map_err(D::Error::custom)?;
            } else if is_argument(&key) {
                version.arguments.insert(key, value);
            } else {
                return Err(D::Error::custom(format!(
                    "{key:?} is not a key of a version: the harness knows `release`, and a build argument is in upper \
                     case, such as `VERSION`"
                )));
            }
        }
        Ok(version)
    }
}

/// `BASE` and `RELEASE` are the harness's to give.
fn is_argument(key: &str) -> bool {
    let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    key.starts_with(|c: char| c.is_ascii_uppercase()) && key.chars().all(allowed) && key != "BASE"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(line: &str) -> Result<Version, String> {
        let versions: Result<BTreeMap<String, Version>, _> = toml::from_str(&format!("\"1.0\" = {line}"));
        versions.map(|mut versions| versions.remove("1.0").unwrap_or_default()).map_err(|e| e.to_string())
    }

    #[test]
    fn upper_case_is_a_build_argument_and_lower_case_is_ours() {
        let version = version("{ VERSION = \"3.11\", release = \"bookworm\" }").expect("it is well formed");
        assert_eq!(version.release, Release::Bookworm);
        assert_eq!(version.arguments, BTreeMap::from([("VERSION".into(), "3.11".into())]));
    }

    #[test]
    fn without_a_release_it_is_trixie() {
        assert_eq!(version("{ LOCK = \"24\" }").map(|version| version.release), Ok(Release::Trixie));
    }

    #[test]
    fn what_is_not_known_is_refused_and_the_known_is_told() {
        for (line, tells) in [
            ("{ relaese = \"bookworm\" }", "`release`"),
            ("{ Version = \"3.11\" }", "upper case"),
            ("{ release = \"buster\" }", "bookworm, trixie, forky, sid"),
            ("{ BASE = \"debian\" }", "\"BASE\" is not a key"),
            ("{ release = 12 }", "expected a string"),
        ] {
            let refused = version(line).expect_err(line);
            assert!(refused.contains(tells), "{line}: {refused}");
        }
    }
}

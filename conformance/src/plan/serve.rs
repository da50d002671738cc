//! What a manifest says of the second image of a pair.

use std::path::Path;

use serde::Deserialize;

use super::error::Mistake;
use super::name::is_name;
use crate::backend::Serving;
use protocol::RuntimeId;

/// `[serve]`: each version is a pair, and this is its image that serves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    /// The target of the Dockerfile that makes it: `open-runtimes/go:1.27-run` of the target `run`.
    pub target: String,
    /// Programs that the image which builds has on its `PATH`, and this one has not.
    pub lacks: Vec<String>,
}

impl Serve {
    /// The image of that version.
    pub(super) fn of(&self, id: &RuntimeId) -> Serving {
        let image = id.serving_image(&self.target);
        Serving { image, target: self.target.clone(), lacks: self.lacks.clone() }
    }

    /// What is wrong with it, for a runtime in that folder.
    pub(super) fn mistake(&self, folder: &Path) -> Option<Mistake> {
        if self.lacks.is_empty() {
            return Some(Mistake::LacksNothing);
        }
        let dockerfile = folder.join("Dockerfile");
        let text = std::fs::read_to_string(&dockerfile).unwrap_or_default();
        let end = format!(" AS {}", self.target);
        let made = text.lines().any(|line| line.starts_with("FROM ") && line.trim_end().ends_with(&end));
        if made && is_name(&self.target) {
            return None;
        }
        Some(Mistake::Target { target: self.target.clone(), dockerfile })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_serves_needs_a_stage_and_something_to_lack() {
        let folder = std::env::temp_dir().join(format!("conformance-serve-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("Dockerfile"), "FROM a AS Run\nFROM a AS run\n").expect("a Dockerfile");
        let mistake = |target: &str, lacks: &[&str]| {
            let lacks = lacks.iter().map(ToString::to_string).collect();
            Serve { target: target.into(), lacks }.mistake(&folder).map(|mistake| mistake.to_string())
        };
        assert_eq!(mistake("run", &["cc"]), None);
        for target in ["serve", "un", "Run", "", "a AS run"] {
            let told = mistake(target, &["cc"]).expect(target);
            assert!(told.contains(&format!("target = {target:?}")), "{told}");
        }
        assert!(mistake("run", &[]).expect("nothing is lacking").contains("lacks"));
        std::fs::remove_dir_all(&folder).expect("it is removed");
    }
}

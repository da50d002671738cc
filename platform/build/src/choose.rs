//! Which image a function gets: that of the version that is named, else of the newest that is there.

use engine::Engine;
use thiserror::Error;

/// An image that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The version of the runtime: `node:24`.
    pub runtime: String,
    /// The id of the image that builds. A tag may mean another image tomorrow; this never does.
    pub image: String,
    /// The id of the image that serves: the other one, if the version is a pair.
    pub serve: String,
    /// The file that it calls by default.
    pub entrypoint: String,
}

/// Why there is none.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChooseError {
    /// The engine has no such image.
    #[error(
        "the engine has no image of {0}; `cargo run -p conformance -- build {0}` in the repository makes it"
    )]
    NoImage(String),
    /// An image of that name is no runtime's.
    #[error("the image open-runtimes/{0} does not say what it calls: it lacks the label {label}", label = protocol::LABEL_ENTRYPOINT)]
    NoRuntime(String),
    /// An image is the half of a pair that cannot build.
    #[error("{runtime} only serves what {builds} builds; say --runtime {builds}")]
    Serves {
        /// What was asked for.
        runtime: String,
        /// The version's other image.
        builds: String,
    },
    /// It is no name of a runtime.
    #[error("{0:?} is no runtime: write its name, node, or with its version, node:24")]
    NoName(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] engine::Error),
}

/// Chooses the images of `wanted`, `node:24` or `node`. Without a version it is the newest that is there, one from an
/// unstable release of Debian only if there is no other.
///
/// # Errors
/// There is none.
pub async fn choose(engine: &Engine, wanted: &str) -> Result<Chosen, ChooseError> {
    let is_plain = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c))
    };
    let (name, version) = match wanted.split_once(':') {
        Some((name, version)) if is_plain(name) && is_plain(version) => (name, Some(version)),
        None if is_plain(wanted) => (wanted, None),
        _ => return Err(ChooseError::NoName(wanted.chars().take(80).collect())),
    };
    let version = match version {
        Some(version) => version.to_string(),
        None => {
            let tags = engine.tags(&format!("open-runtimes/{name}")).await?;
            let tags = tags.into_iter().map(|(tag, labels)| {
                let unstable = labels.get(protocol::LABEL_UNSTABLE).is_some_and(|value| value == "true");
                (tag, unstable)
            });
            newest(tags).ok_or_else(|| ChooseError::NoImage(name.into()))?
        }
    };
    let runtime = format!("{name}:{version}");
    let image = engine.image(&format!("open-runtimes/{runtime}")).await?;
    let image = image.ok_or_else(|| ChooseError::NoImage(runtime.clone()))?;
    if let Some(other) = image.labels.get(protocol::LABEL_BUILD) {
        let builds = other.trim_start_matches("open-runtimes/").to_string();
        return Err(ChooseError::Serves { runtime, builds });
    }
    let entrypoint = image.labels.get(protocol::LABEL_ENTRYPOINT).cloned();
    let entrypoint = entrypoint.ok_or_else(|| ChooseError::NoRuntime(runtime.clone()))?;
    let serve = match image.labels.get(protocol::LABEL_SERVE) {
        Some(other) => engine.image(other).await?.ok_or_else(|| ChooseError::NoImage(runtime.clone()))?.id,
        None => image.id.clone(),
    };
    Ok(Chosen { runtime, image: image.id, serve, entrypoint })
}

/// The newest version: numbers count as such, and a stable one goes before any other.
fn newest(tags: impl Iterator<Item = (String, bool)>) -> Option<String> {
    let numbers = |tag: &str| tag.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>().ok();
    let versions = tags.filter_map(|(tag, unstable)| Some((!unstable, numbers(&tag)?, tag)));
    versions.max().map(|(_, _, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stable_version_is_chosen_by_number() {
        let newest =
            |tags: &[(&str, bool)]| newest(tags.iter().map(|(tag, unstable)| (tag.to_string(), *unstable)));
        assert_eq!(newest(&[("3.9", false), ("3.13", false), ("3.14", true)]).as_deref(), Some("3.13"));
        assert_eq!(newest(&[("22", false), ("24", false), ("latest", false)]).as_deref(), Some("24"));
        assert_eq!(newest(&[("3.14", true)]).as_deref(), Some("3.14"));
        assert_eq!(newest(&[("latest", false)]), None);
    }
}

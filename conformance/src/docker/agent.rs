//! The agent, compiled: the static program that looks from inside a container.

use std::collections::BTreeMap;
use std::path::Path;

use crate::docker::progress::Progress;
use engine::{Archive, BuildRequest, ContainerSpec, Engine};

/// For the platform that the harness was built for; empty if it could not be compiled there. See `build.rs`.
pub(super) const HERE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/agent"));

/// Compiles it for the machine that the engine runs on, in a stage of an image.
pub(super) async fn compile_in_stage(
    engine: &Engine,
    source: &Path,
    progress: &dyn Progress,
) -> Result<Vec<u8>, String> {
    let tag = "open-runtimes/conformance-agent".to_string();
    progress.say(&format!("building the image {tag}, since the engine runs another platform"));
    let request = BuildRequest {
        context: source.to_path_buf(),
        dockerfile: "Dockerfile".into(),
        target: None,
        tag: tag.clone(),
        arguments: BTreeMap::new(),
        labels: BTreeMap::new(),
    };
    let told = |error: engine::Error| error.to_string();
    let image =
        engine.build(&request, |line| progress.detail(&format!("agent: {line}"))).await.map_err(told)?;
    let container = engine.create(&ContainerSpec::of(&image)).await.map_err(told)?;
    let archive = container.download("/agent").await.map_err(told)?;
    container.remove().await.map_err(told)?;
    let member = Archive::members(&archive.unwrap_or_default()).map_err(told)?.pop();
    member.map(|member| member.content).ok_or_else(|| format!("{tag} has no /agent"))
}

//! The agent, compiled: the static program that looks from inside a container.

use std::collections::BTreeMap;
use std::path::Path;

use tokio::process::Command;

use crate::docker::progress::Progress;
use engine::{Archive, BuildRequest, ContainerSpec, Engine};

/// Compiles it for the machine that this runs on.
pub(super) async fn compile_here(source: &Path, run: &str) -> Result<Vec<u8>, String> {
    let folder = std::env::temp_dir().join(format!("conformance-{}", run));
    let program = folder.join("agent");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let compiled = Command::new(&rustc)
        .args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o"])
        .arg(&program)
        .arg(source.join("src/main.rs"))
        .output()
        .await
        .map_err(|error| format!("{rustc} does not start: {error}"))?;
    let bytes = std::fs::read(&program);
    let _ = std::fs::remove_dir_all(&folder);
    if !compiled.status.success() {
        return Err(String::from_utf8_lossy(&compiled.stderr).into_owned());
    }
    bytes.map_err(|error| error.to_string())
}

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
        tag: tag.clone(),
        arguments: BTreeMap::new(),
        labels: BTreeMap::new(),
    };
    let told = |error: engine::Error| error.to_string();
    engine.build(&request, |line| progress.detail(&format!("agent: {line}"))).await.map_err(told)?;
    let container = engine.create(&ContainerSpec::of(&tag)).await.map_err(told)?;
    let archive = container.download("/agent").await.map_err(told)?;
    container.remove().await.map_err(told)?;
    let member = Archive::members(&archive.unwrap_or_default()).map_err(told)?.pop();
    member.map(|member| member.content).ok_or_else(|| format!("{tag} has no /agent"))
}

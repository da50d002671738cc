//! A deployment on its way: built, started, and then the one that answers.

use std::sync::Arc;

use build::{Writer, choose, recognise};
use executor::Problem;
use function::{Archive, Bounds, Deployment, Limits, Name, NewDeployment, State};
use hyper::StatusCode;

use super::platform::{Platform, build_id};
use crate::api::Deploy;

/// Takes a deployment in, and has it built and started in the background.
pub(super) async fn deploy(
    platform: &Arc<Platform>,
    function: &Name,
    wanted: Deploy,
) -> Result<Deployment, Problem> {
    let bad = |kind: &str, detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, detail);
    let runtime = match &wanted.runtime {
        Some(runtime) => runtime.clone(),
        None => {
            let files = files(platform, &wanted.source).await?;
            recognise(&files).map_err(|error| bad("unrecognised", error.to_string()))?.to_string()
        }
    };
    let chosen = choose(&platform.engine, &runtime).await;
    let chosen = chosen.map_err(|error| match error {
        build::ChooseError::Engine(error) => {
            Problem::new(StatusCode::BAD_GATEWAY, "engine", error.to_string())
        }
        other => bad("no-image", other.to_string()),
    })?;
    let _deciding = platform.deciding.lock().await;
    // Nobody removes it from here on.
    source(platform, &wanted.source)?;
    let before = platform.store.deployments(function).map_err(failed)?;
    let before = before.first().map_or_else(Limits::default, |deployment| deployment.made_of.limits);
    let limits = wanted.limits.over(before).checked();
    let new = NewDeployment {
        runtime: chosen.runtime,
        image: chosen.image,
        serve: chosen.serve,
        entrypoint: chosen.entrypoint,
        file: wanted.file,
        limits: limits.map_err(|error| bad("bad-limit", error.to_string()))?,
        source: wanted.source,
    };
    let deployment = platform.store.add(function, &new).map_err(failed)?;
    let log = platform.logs.begin(&build_id(function, deployment.number));
    let log = log.map_err(|error| failed(format!("the build's log cannot be written: {error}")))?;
    tokio::spawn(bring(platform.clone(), deployment.clone(), log));
    Ok(deployment)
}

/// The files of a source.
async fn files(platform: &Platform, digest: &str) -> Result<Vec<String>, Problem> {
    let path = source(platform, digest)?;
    let listed = tokio::task::spawn_blocking(move || {
        let bytes =
            std::fs::read(path).map_err(|error| failed(format!("a source cannot be read: {error}")))?;
        let files = Archive::new(&bytes, Bounds::default()).files();
        files.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-source", error.to_string()))
    });
    listed.await.map_err(failed)?
}

fn source(platform: &Platform, digest: &str) -> Result<std::path::PathBuf, Problem> {
    let found = platform.sources.find(digest);
    let found =
        found.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "bad-digest", error.to_string()))?;
    let detail = "no source of that SHA-256 is here; send it with PUT /v1/sources/<sha256> first";
    found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "no-source", detail))
}

fn failed(error: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "platform", error.to_string())
}

/// Brings a deployment to its end, and writes down which that is. What answered before does until then.
async fn bring(platform: Arc<Platform>, mut deployment: Deployment, mut log: Writer) {
    let (function, number) = (deployment.function.clone(), deployment.number);
    let (state, reason) = match brought(&platform, &mut deployment, &mut log).await {
        Ok(true) => {
            log.line(&format!("deployment {number} of {function} answers at {}", platform.url_of(&function)));
            (State::Ready, None)
        }
        Ok(false) => {
            log.line("something newer was decided meanwhile: this deployment does not answer");
            (State::Superseded, None)
        }
        Err(reason) => {
            log.line(&format!("failed: {reason}"));
            (State::Failed, Some(reason))
        }
    };
    let noted = platform.store.set_state(&function, number, state, reason.as_deref());
    if let Err(error) = noted {
        eprintln!("failed to note how deployment {number} of {function} ended: {error}");
    }
    drop(log);
    // The function may have been removed while this was built.
    let _deciding = platform.deciding.lock().await;
    if let Ok(None) = platform.store.deployment(&function, number)
        && let Err(error) = platform.sweep(&[deployment])
    {
        eprintln!("failed to remove what deployment {number} of {function} left: {error}");
    }
}

/// Whether a deployment came to answer, or something newer did.
async fn brought(platform: &Platform, deployment: &mut Deployment, log: &mut Writer) -> Result<bool, String> {
    let (function, number) = (deployment.function.clone(), deployment.number);
    let text = |error: function::Error| error.to_string();
    let note = |state| platform.store.set_state(&function, number, state, None).map_err(text);
    let package = {
        let _turn = platform.turns.acquire().await.map_err(|error| error.to_string())?;
        note(State::Building)?;
        built(platform, deployment, log).await?
    };
    platform.store.set_package(&function, number, &package).map_err(text)?;
    deployment.package = Some(package);
    note(State::Starting)?;
    let active = platform.active(deployment).map_err(text)?;
    let prepared = platform.executor.prepare(&active).await.map_err(|refusal| refusal.to_string())?;
    let deciding = platform.deciding.lock().await;
    if platform.store.activate(&function, number).map_err(text)? {
        let environment = platform.store.environment(&function).map_err(text)?;
        platform.executor.put(prepared, &environment);
        return Ok(true);
    }
    drop(deciding);
    prepared.discard().await;
    Ok(false)
}

/// The SHA-256 of a deployment's package, which is built unless the same source was on the same image.
async fn built(platform: &Platform, deployment: &Deployment, log: &mut Writer) -> Result<String, String> {
    let text = |error: function::Error| error.to_string();
    let new = &deployment.made_of;
    let before = platform.store.built_before(&new.source, &new.image).map_err(text)?;
    if let Some(package) = before
        && platform.packages.find(&package).map_err(text)?.is_some()
    {
        log.line("the same source was built on the same image before: its package is used");
        return Ok(package);
    }
    log.line(&format!("building on {} ({})", new.runtime, new.image.chars().take(19).collect::<String>()));
    let source =
        platform.sources.find(&new.source).map_err(text)?.ok_or("the source is gone; deploy again")?;
    let package =
        platform.builder.build(&new.image, &source, log).await.map_err(|error| error.to_string())?;
    let packages = platform.packages.clone();
    let stored = tokio::task::spawn_blocking(move || packages.store(&package)).await;
    stored.map_err(|error| error.to_string())?.map_err(text)
}

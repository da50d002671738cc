//! Finds the engine: `DOCKER_HOST`, the current context, the usual sockets, Podman's.

use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use serde_json::Value;

use crate::Error;

/// How long an engine may take to answer a ping.
const PING: Duration = Duration::from_secs(10);

pub(super) struct Found {
    pub(super) docker: Docker,
    pub(super) address: String,
    pub(super) host: IpAddr,
    pub(super) local: bool,
}

pub(super) async fn locate(remedy: &'static str) -> Result<Found, Error> {
    let mut tried = Vec::new();
    for address in candidates()? {
        match open(&address).await {
            Ok(docker) => {
                let local = address.starts_with("unix://");
                return Ok(Found { docker, host: published_on(&address)?, local, address });
            }
            Err(error) => tried.push((address, error)),
        }
    }
    Err(Error::NoEngine { remedy, tried })
}

async fn open(address: &str) -> Result<Docker, Error> {
    let unreachable = |error: bollard::errors::Error| {
        let denied = error.to_string().contains("ermission denied");
        if denied { Error::Denied(Arc::new(error)) } else { Error::Unreachable(Arc::new(error)) }
    };
    let docker = Docker::connect_with_host(address).map_err(unreachable)?;
    let negotiated = tokio::time::timeout(PING, docker.negotiate_version()).await;
    negotiated.map_err(|_| Error::Silent(PING))?.map_err(unreachable)
}

/// The named engine alone if one is named; else each place where one usually listens.
fn candidates() -> Result<Vec<String>, Error> {
    if let Some(host) = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty()) {
        return Ok(vec![host]);
    }
    if let Some(host) = context()? {
        return Ok(vec![host]);
    }
    let home = std::env::var("HOME").unwrap_or_default();
    let runtime = std::env::var("XDG_RUNTIME_DIR").unwrap_or_default();
    let sockets = [
        "/var/run/docker.sock".to_string(),
        format!("{home}/.docker/run/docker.sock"),
        format!("{runtime}/podman/podman.sock"),
        "/run/podman/podman.sock".to_string(),
    ];
    Ok(sockets
        .into_iter()
        .filter(|path| Path::new(path).exists())
        .map(|path| format!("unix://{path}"))
        .collect())
}

/// The endpoint of the current Docker context, if one other than the default is chosen.
fn context() -> Result<Option<String>, Error> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".docker"));
    let Some(folder) = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from).or(home) else {
        return Ok(None);
    };
    let chosen = std::env::var("DOCKER_CONTEXT").ok().or_else(|| {
        let config: Value = serde_json::from_slice(&std::fs::read(folder.join("config.json")).ok()?).ok()?;
        Some(config.get("currentContext")?.as_str()?.to_string())
    });
    let Some(chosen) = chosen.filter(|name| !name.is_empty() && name != "default") else {
        return Ok(None);
    };
    let metas = std::fs::read_dir(folder.join("contexts/meta")).into_iter().flatten().flatten();
    for entry in metas {
        let Ok(text) = std::fs::read(entry.path().join("meta.json")) else { continue };
        let Ok(meta) = serde_json::from_slice::<Value>(&text) else { continue };
        if meta["Name"] == chosen.as_str()
            && let Some(host) = meta["Endpoints"]["docker"]["Host"].as_str()
        {
            return Ok(Some(host.to_string()));
        }
    }
    Err(Error::NoContext(chosen))
}

/// The address on which a published port of that engine is reached.
fn published_on(address: &str) -> Result<IpAddr, Error> {
    let Some((_, rest)) = address.split_once("://").filter(|(scheme, _)| *scheme != "unix") else {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let found = authority.to_socket_addrs();
    let mut found = found.map_err(|error| Error::io(format!("look up {authority}"), error))?;
    found.next().map(|socket| socket.ip()).ok_or_else(|| Error::NoAddress(authority.into()))
}

//! The container engine: find it, build images, run containers, leave nothing behind.
//!
//! What is the caller's own comes from the caller: see [`Program`].

mod archive;
mod build;
mod container;
mod error;
mod ignore;
mod image;
mod locate;
mod network;
mod output;
mod owner;
mod spec;

pub use archive::{Archive, Entry, EntryKind, Member};
pub use build::BuildRequest;
pub use container::{Container, Exit, Log, Output};
pub use error::Error;
pub use image::Image;
pub use output::{Lines, Printed};
pub use owner::{Leftovers, Owner, Program};
pub use spec::{ContainerSpec, Folder, Network, Processor, Profile, Volume};

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use bollard::Docker;
use bollard::models::{SystemInfoCgroupDriverEnum, SystemVersion};

/// A connection to a container engine. Clones share it.
#[derive(Clone)]
pub struct Engine {
    docker: Docker,
    owner: Arc<Owner>,
    host: IpAddr,
    local: bool,
    rootless: bool,
    platform: Platform,
    version: String,
    /// The control group above all others, as this engine names it; `None` if it may not use it.
    root_group: Option<&'static str>,
}

/// What the engine runs containers on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, as the engine spells it.
    pub os: String,
    /// `x86_64`, `aarch64`: as the kernel spells it.
    pub architecture: String,
}

impl Engine {
    /// Connects to the engine that the environment names, or the first that answers.
    ///
    /// # Errors
    /// No engine answers, or it runs no Linux containers; the message says what to do.
    pub async fn connect(owner: Owner) -> Result<Self, Error> {
        let found = locate::locate(owner.program().remedy).await?;
        let version = found.docker.version().await;
        let version = version.map_err(|error| Error::refused("ask the engine for its version", error))?;
        let info = found.docker.info().await;
        let info = info.map_err(|error| Error::refused("ask the engine about itself", error))?;
        let os = info.os_type.or(version.os.clone()).unwrap_or_default();
        if os != "linux" {
            return Err(Error::NotLinux { address: found.address, os });
        }
        let architecture = info.architecture.unwrap_or_default();
        let platform = Platform { os, architecture };
        let rootless =
            info.security_options.unwrap_or_default().iter().any(|option| option == "name=rootless");
        let root_group = match info.cgroup_driver {
            Some(SystemInfoCgroupDriverEnum::CGROUPFS) if !rootless => Some("/"),
            Some(SystemInfoCgroupDriverEnum::SYSTEMD) if !rootless => Some("-.slice"),
            _ => None,
        };
        let (host, local) = (found.host, found.local);
        let version = named(version);
        Ok(Engine {
            docker: found.docker,
            owner: Arc::new(owner),
            host,
            local,
            rootless,
            platform,
            version,
            root_group,
        })
    }

    /// What it runs containers on.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Its name and version: `Docker Engine 28.1.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether it shares this machine's file system, so that a folder here can be mounted there.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// Whether it runs without root. Then this machine has no route to its networks.
    pub fn is_rootless(&self) -> bool {
        self.rootless
    }
}

/// What an engine calls itself. Docker calls its part `Engine` and no more.
fn named(version: SystemVersion) -> String {
    let component = version.components.unwrap_or_default().into_iter().next();
    let name = component.map_or_else(|| "Engine".to_string(), |component| component.name);
    let name = if name == "Engine" { "Docker Engine" } else { &name };
    format!("{name} {}", version.version.unwrap_or_default())
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("host", &self.host).field("platform", &self.platform).finish()
    }
}

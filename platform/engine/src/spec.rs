//! What a container is made of, before there is one.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType, MountVolumeOptions, PortBinding};

use crate::Engine;

/// What a container may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Nothing, not even this machine.
    None,
    /// What the engine's bridge lets it reach.
    Bridge,
    /// The same, and this TCP port is published on a free port of the engine's host.
    Published(u16),
}

/// How much a container is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Whether it may write to its root.
    pub writable_root: bool,
    /// Whether it keeps the capabilities that the engine grants by default.
    pub capabilities: bool,
    /// Whether a program may give its process new privileges.
    pub new_privileges: bool,
    /// Processes and threads, if limited.
    pub processes: Option<u32>,
    /// Memory in MiB, if limited.
    pub memory: Option<u32>,
}

impl Profile {
    /// Neither limits nor a read-only root.
    pub const OPEN: Profile = Profile {
        writable_root: true,
        capabilities: true,
        new_privileges: true,
        processes: None,
        memory: None,
    };

    /// As a platform runs other people's code.
    pub fn hardened(processes: u32, memory: u32) -> Self {
        Profile {
            writable_root: false,
            capabilities: false,
            new_privileges: false,
            processes: Some(processes),
            memory: Some(memory),
        }
    }
}

/// A container's share of the processor, when there is not enough for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processor {
    /// In units of which 1024 are the usual share, from 2 to [`Processor::MOST`].
    pub shares: u32,
    /// Whether it is a share beside all else on the engine's machine, if the engine may give one. Else it is one
    /// among the engine's containers, which have one usual share together.
    pub of_machine: bool,
}

impl Processor {
    /// The greatest share that an engine gives.
    pub const MOST: u32 = 262_144;
}

/// A volume in a container.
#[derive(Clone, Debug)]
pub struct Volume {
    /// Where it is mounted.
    pub target: String,
    /// Its name; without one it is made for this container and goes with it.
    pub name: Option<String>,
    /// Whether the container may only read it.
    pub read_only: bool,
}

impl Volume {
    /// A volume of the container's own.
    pub fn own(target: &str) -> Self {
        Volume { target: target.into(), name: None, read_only: false }
    }
}

/// A container to be.
#[derive(Clone, Debug)]
pub struct ContainerSpec {
    /// The image.
    pub image: String,
    /// The command, if not the image's own.
    pub command: Option<Vec<String>>,
    /// Environment, as names and values.
    pub environment: Vec<(String, String)>,
    /// The user, if not the image's own.
    pub user: Option<String>,
    /// What it may reach.
    pub network: Network,
    /// How much it is allowed.
    pub profile: Profile,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Memory file systems: where, and the mount options.
    pub memory_folders: Vec<(String, String)>,
    /// Its share of the processor, if not the usual one.
    pub processor: Option<Processor>,
}

impl ContainerSpec {
    /// A container of that image with everything left at its default.
    pub fn of(image: &str) -> Self {
        ContainerSpec {
            image: image.into(),
            command: None,
            environment: Vec::new(),
            user: None,
            network: Network::None,
            profile: Profile::OPEN,
            volumes: Vec::new(),
            memory_folders: Vec::new(),
            processor: None,
        }
    }

    pub(super) fn body(&self, engine: &Engine) -> ContainerCreateBody {
        let labels = engine.owner.labels();
        let mount = |volume: &Volume| Mount {
            target: Some(volume.target.clone()),
            source: volume.name.clone(),
            typ: Some(MountType::VOLUME),
            read_only: Some(volume.read_only),
            volume_options: Some(MountVolumeOptions { labels: Some(labels.clone()), ..Default::default() }),
            ..Default::default()
        };
        let mut host = HostConfig {
            mounts: Some(self.volumes.iter().map(mount).collect()),
            tmpfs: Some(self.memory_folders.iter().cloned().collect()),
            ..Default::default()
        };
        let profile = self.profile;
        host.readonly_rootfs = Some(!profile.writable_root);
        host.cap_drop = (!profile.capabilities).then(|| vec!["ALL".into()]);
        host.security_opt = (!profile.new_privileges).then(|| vec!["no-new-privileges".into()]);
        host.pids_limit = profile.processes.map(i64::from);
        host.memory = profile.memory.map(|mib| i64::from(mib) * 1024 * 1024);
        // Memory and swap together: the same figure means no swap.
        host.memory_swap = host.memory;
        if let Some(processor) = self.processor {
            host.cgroup_parent = engine.root_group.filter(|_| processor.of_machine).map(Into::into);
            host.cpu_shares = Some(i64::from(processor.shares));
        }
        let mut exposed = None;
        match self.network {
            Network::None => host.network_mode = Some("none".into()),
            Network::Bridge => {}
            Network::Published(port) => {
                let port = format!("{port}/tcp");
                let on = if engine.host.is_loopback() { engine.host.to_string() } else { "0.0.0.0".into() };
                let binding = PortBinding { host_ip: Some(on), host_port: Some(String::new()) };
                host.port_bindings = Some(HashMap::from([(port.clone(), Some(vec![binding]))]));
                exposed = Some(vec![port]);
            }
        }
        ContainerCreateBody {
            image: Some(self.image.clone()),
            cmd: self.command.clone(),
            env: Some(self.environment.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            user: self.user.clone(),
            labels: Some(labels),
            exposed_ports: exposed,
            host_config: Some(host),
            ..Default::default()
        }
    }
}

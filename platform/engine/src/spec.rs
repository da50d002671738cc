//! What a container is made of, before there is one.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, MountVolumeOptions, PortBinding,
};

use crate::Engine;

/// What a container may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Nothing, not even this machine.
    None,
    /// What the engine's bridge lets it reach.
    Bridge,
    /// The same, and this TCP port is published on a free port of the engine's host.
    Published(u16),
    /// What the network of this name lets it reach; see [`Engine::create_network`].
    Named(String),
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

/// A folder of the engine's machine in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Where it is on the machine, an absolute path.
    pub source: String,
    /// Where it is mounted.
    pub target: String,
    /// Whether the container may only read it.
    pub read_only: bool,
}

/// The size in bytes at which an engine begins a new file of a container's log, where that is limited. It keeps two.
const LOG_FILE: &str = "4m";

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
    /// Folders of the engine's machine.
    pub folders: Vec<Folder>,
    /// Memory file systems: where, and the mount options.
    pub memory_folders: Vec<(String, String)>,
    /// Its share of the processor, if not the usual one.
    pub processor: Option<Processor>,
    /// Labels beside those of its owner.
    pub labels: Vec<(String, String)>,
    /// Whether the engine keeps only the end of what it prints, and never makes it wait for the disk.
    pub bounded_log: bool,
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
            folders: Vec::new(),
            memory_folders: Vec::new(),
            processor: None,
            labels: Vec::new(),
            bounded_log: false,
        }
    }

    /// A hardened container that serves a runtime's image: its code in memory, writable and executable, and what is
    /// put into its `/tmp` before the start stays there.
    pub fn serving(image: &str, processes: u32, memory: u32) -> Self {
        ContainerSpec {
            network: Network::Published(protocol::PORT),
            profile: Profile::hardened(processes, memory),
            volumes: vec![Volume::own("/tmp")],
            memory_folders: vec![(protocol::CODE.into(), "exec".into())],
            ..ContainerSpec::of(image)
        }
    }

    pub(super) fn body(&self, engine: &Engine) -> ContainerCreateBody {
        let mut labels = engine.owner.labels();
        labels.extend(self.labels.iter().cloned());
        let mount = |volume: &Volume| Mount {
            target: Some(volume.target.clone()),
            source: volume.name.clone(),
            typ: Some(MountType::VOLUME),
            read_only: Some(volume.read_only),
            volume_options: Some(MountVolumeOptions { labels: Some(labels.clone()), ..Default::default() }),
            ..Default::default()
        };
        let bind = |folder: &Folder| Mount {
            target: Some(folder.target.clone()),
            source: Some(folder.source.clone()),
            typ: Some(MountType::BIND),
            read_only: Some(folder.read_only),
            ..Default::default()
        };
        let mut host = HostConfig {
            mounts: Some(self.volumes.iter().map(mount).chain(self.folders.iter().map(bind)).collect()),
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
        host.log_config = self.bounded_log.then(|| {
            let limits = [("max-size", LOG_FILE), ("max-file", "2"), ("mode", "non-blocking")];
            let config = limits.map(|(name, value)| (name.to_string(), value.to_string())).into();
            HostConfigLogConfig { typ: Some("json-file".into()), config: Some(config) }
        });
        let mut exposed = None;
        match &self.network {
            Network::None => host.network_mode = Some("none".into()),
            Network::Bridge => {}
            Network::Named(name) => host.network_mode = Some(name.clone()),
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

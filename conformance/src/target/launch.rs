//! How a server is started, and what came of it.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::engine::{Archive, Container, Exit, Log, Network, Profile, Spec, Volume};
use crate::protocol;
use crate::target::{Checked, Package, Runtime, Server, Source, Trouble};
use crate::wire::Transcript;

/// Processes and threads in a serving container.
pub(super) const PROCESSES: u32 = 128;
/// How long a server may take to its first answer or its end. Ten at once on two busy cores need 6 s.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long one attempt at a first answer may take: what answers at all answers much sooner, and a
/// port that the engine publishes accepts connections for a server that does not listen yet.
const ATTEMPT: Duration = Duration::from_millis(50);
/// Between attempts.
const PAUSE: Duration = Duration::from_millis(5);

/// The key that a server is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The run's own.
    Valid,
    /// None: the variable is not there.
    Unset,
    /// Another value.
    Raw(String),
}

/// A server to be started. The default is the probe's package, the run's key and the image's command.
#[derive(Clone, Debug)]
pub struct Launch {
    key: Key,
    environment: Vec<(String, String)>,
    package: Option<Package>,
    files: Vec<(String, Vec<u8>)>,
    command: Option<Vec<String>>,
    source: Option<Source>,
}

impl Default for Launch {
    fn default() -> Self {
        Launch {
            key: Key::Valid,
            environment: Vec::new(),
            package: Some(Package::Probe),
            files: Vec::new(),
            command: None,
            source: None,
        }
    }
}

impl Launch {
    /// With another key.
    pub fn key(self, key: Key) -> Self {
        Launch { key, ..self }
    }

    /// With one more environment variable.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With another package in `/tmp`.
    pub fn package(self, package: Package) -> Self {
        Launch { package: Some(package), ..self }
    }

    /// With no package in `/tmp`.
    pub fn without_package(self) -> Self {
        Launch { package: None, ..self }
    }

    /// With one more file in `/tmp`.
    pub fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), content.into()));
        self
    }

    /// With another command than the image's own.
    pub fn command(self, command: &[&str]) -> Self {
        Launch { command: Some(command.iter().map(ToString::to_string).collect()), ..self }
    }

    /// With source, read-only, where `deploy.sh` looks for it, and `deploy.sh` as the command.
    pub fn deploy(self, source: Source) -> Self {
        let launch = self.without_package().command(&["deploy.sh"]);
        Launch { source: Some(source), ..launch }
    }
}

/// What came of a start.
#[derive(Debug)]
pub enum Started {
    /// It answers.
    Serving(Server),
    /// It ended without ever answering.
    Ended(Ended),
}

/// A server that ended without ever answering.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How.
    pub exit: Exit,
    /// All that it printed.
    pub log: Log,
}

impl Ended {
    /// Whether it failed, and named `name` on standard error.
    pub fn blames(&self, name: &str) -> bool {
        self.exit.code != 0 && self.log.errors.contains(name)
    }

    /// One line for a failure message.
    pub fn summary(&self) -> String {
        let of_memory = if self.exit.out_of_memory { " (out of memory)" } else { "" };
        format!("exit code {}{of_memory}, and printed: {}", self.exit.code, self.log.all.trim())
    }
}

impl Runtime {
    /// Makes the container for a launch, with everything in it, not started.
    ///
    /// # Errors
    /// The image or a package cannot be had, or the engine refuses.
    pub(super) async fn prepare(&self, launch: &Launch) -> Checked<Container> {
        let engine = self.workshop().engine().await?;
        let image = self.image().await?;
        let mut archive =
            Archive::owned_by(user_of(&image.user)).file("inside", &self.workshop().inside().await?, true)?;
        if let Some(package) = launch.package {
            archive = archive.file(protocol::PACKAGE_NAME, &self.package(package).await?, false)?;
        }
        for (name, content) in &launch.files {
            archive = archive.file(name, content, true)?;
        }
        let mut environment = launch.environment.clone();
        match &launch.key {
            Key::Valid => environment.push((protocol::KEY.into(), self.workshop().key().into())),
            Key::Unset => {}
            Key::Raw(key) => environment.push((protocol::KEY.into(), key.clone())),
        }
        let mut volumes = vec![Volume::own("/tmp")];
        if let Some(source) = launch.source {
            volumes.push(self.stocked_volume(source).await?);
        }
        let container = engine
            .create(&Spec {
                command: launch.command.clone(),
                environment,
                network: Network::Published(protocol::PORT),
                profile: Profile::Locked { memory: self.facts.memory, processes: PROCESSES },
                volumes,
                memory_folders: vec![(protocol::CODE.into(), "exec".into())],
                ..Spec::of(&self.facts.image)
            })
            .await?;
        container.upload("/tmp", archive.finish()?).await?;
        Ok(container)
    }

    /// A volume with source in it, mounted read-only where `deploy.sh` looks.
    async fn stocked_volume(&self, source: Source) -> Checked<Volume> {
        let engine = self.workshop().engine().await?;
        let name = engine.create_volume().await?;
        let volume = Volume { target: protocol::DEPLOY_CODE.into(), name: Some(name), read_only: false };
        let carrier = Spec { volumes: vec![volume.clone()], ..Spec::of(&self.facts.image) };
        let carrier = engine.create(&carrier).await?;
        let archive = Archive::owned_by(0).folder(&self.source(source))?.finish()?;
        carrier.upload(protocol::DEPLOY_CODE, archive).await?;
        carrier.remove().await?;
        Ok(Volume { read_only: true, ..volume })
    }

    /// Starts a prepared container and waits for its first answer or its end.
    ///
    /// # Errors
    /// It does neither in time, or the engine fails.
    pub(super) async fn boot(&self, container: Container, transcript: Transcript) -> Checked<Started> {
        container.start().await?;
        let begun = Instant::now();
        let mut address = None;
        while begun.elapsed() < PATIENCE {
            if address.is_none() {
                address = container.address(protocol::PORT).await.ok();
            }
            if let Some(address) = address
                && answers(address).await
            {
                let server = Server::new(container, address, self.workshop().key(), transcript);
                return Ok(Started::Serving(server));
            }
            if let Some(exit) = container.ended().await? {
                let log = container.log().await?;
                return Ok(Started::Ended(Ended { exit, log }));
            }
            tokio::time::sleep(PAUSE).await;
        }
        let log = container.log().await?;
        Err(Trouble::broken(
            "a first answer, or an end",
            format!("neither within {} s; the log says: {}", PATIENCE.as_secs(), log.all.trim()),
        ))
    }
}

/// Whether an HTTP server answers there, whatever it answers.
async fn answers(address: std::net::SocketAddr) -> bool {
    let attempt = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(b"POST / HTTP/1.1\r\nHost: runtime.test\r\nContent-Length: 0\r\n\r\n").await.ok()?;
        let mut first = [0; 5];
        stream.read_exact(&mut first).await.ok()?;
        (&first == b"HTTP/").then_some(())
    };
    timeout(ATTEMPT, attempt).await.ok().flatten().is_some()
}

/// The numeric user of an image; files for one that names its user otherwise belong to root.
pub(super) fn user_of(user: &str) -> u64 {
    user.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(0)
}

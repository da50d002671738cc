//! One container, from its making to its removal.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::models::VolumeCreateRequest;
use bollard::query_parameters::{
    CreateContainerOptions, DownloadFromContainerOptionsBuilder, EventsOptionsBuilder,
    KillContainerOptionsBuilder, LogsOptionsBuilder, RestartContainerOptionsBuilder, StartContainerOptions,
    UploadToContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;

use crate::{ContainerSpec, Engine, Error};

/// A container in the engine. It stays there until it is removed, or its run is.
#[derive(Clone, Debug)]
pub struct Container {
    pub(super) engine: Engine,
    pub(super) id: String,
}

/// How a container ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code.
    pub code: i64,
    /// Whether the kernel killed it because memory ran out.
    pub out_of_memory: bool,
}

/// What a container printed, bytes beyond UTF-8 replaced.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Standard output and standard error, in the order they came.
    pub all: String,
    /// Standard error alone.
    pub errors: String,
}

/// What a command in a container printed.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its exit code.
    pub code: i64,
    /// Standard output, bytes beyond UTF-8 replaced.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Engine {
    /// Makes a container and does not start it.
    ///
    /// # Errors
    /// The image is not there, or the engine refuses the description.
    pub async fn create(&self, spec: &ContainerSpec) -> Result<Container, Error> {
        let created = self.docker.create_container(None::<CreateContainerOptions>, spec.body(self)).await;
        let id = created.map_err(|e| Error::refused(format!("make a container of {}", spec.image), e))?.id;
        Ok(Container { engine: self.clone(), id })
    }

    /// Makes a volume and returns its name.
    pub async fn create_volume(&self) -> Result<String, Error> {
        let request = VolumeCreateRequest { labels: Some(self.owner.labels()), ..Default::default() };
        let made = self.docker.create_volume(request).await;
        Ok(made.map_err(|error| Error::refused("make a volume", error))?.name)
    }
}

impl Container {
    /// Its id, short.
    pub fn name(&self) -> &str {
        &self.id[..12]
    }

    /// Unpacks an archive in a folder of it. Into a volume this works before the start and survives a
    /// restart; under a memory file system it would be lost, and a read-only root refuses it.
    ///
    /// # Errors
    /// The folder is not there or cannot be written.
    pub async fn upload(&self, folder: &str, archive: Vec<u8>) -> Result<(), Error> {
        let options = UploadToContainerOptionsBuilder::default().path(folder).build();
        let body = bollard::body_full(archive.into());
        let done = self.engine.docker.upload_to_container(&self.id, Some(options), body).await;
        done.map_err(|error| self.failed(&format!("put files into {folder} of"), error))
    }

    /// The archive of a file or folder in it, or `None` if there is none.
    pub async fn download(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        self.download_at_most(path, usize::MAX).await
    }

    /// The same, where it is of that many bytes at most.
    ///
    /// # Errors
    /// It is larger: [`Error::TooLarge`].
    pub async fn download_at_most(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, Error> {
        use bollard::errors::Error::DockerResponseServerError;
        let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
        let mut stream = self.engine.docker.download_from_container(&self.id, Some(options));
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) if bytes.len() + chunk.len() > most => {
                    return Err(Error::TooLarge { what: path.into(), most });
                }
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(DockerResponseServerError { status_code: 404, .. }) => return Ok(None),
                Err(error) => return Err(self.failed(&format!("read {path} of"), error)),
            }
        }
        Ok(Some(bytes))
    }

    /// Starts it.
    ///
    /// # Errors
    /// Its command is not there, or the engine refuses.
    pub async fn start(&self) -> Result<(), Error> {
        let started = self.engine.docker.start_container(&self.id, None::<StartContainerOptions>).await;
        started.map_err(|error| self.failed("start", error))
    }

    /// Stops and starts it again, as `docker restart` does.
    pub async fn restart(&self) -> Result<(), Error> {
        let options = RestartContainerOptionsBuilder::default().t(10).build();
        let done = self.engine.docker.restart_container(&self.id, Some(options)).await;
        done.map_err(|error| self.failed("restart", error))
    }

    /// Sends a signal to its first process.
    ///
    /// # Errors
    /// It does not run.
    pub async fn signal(&self, signal: &str) -> Result<(), Error> {
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        let done = self.engine.docker.kill_container(&self.id, Some(options)).await;
        done.map_err(|error| self.failed(&format!("send {signal} to"), error))
    }

    /// Where its published port is reached.
    ///
    /// # Errors
    /// It does not run, or publishes nothing.
    pub async fn address(&self, port: u16) -> Result<SocketAddr, Error> {
        let inspected = self.engine.docker.inspect_container(&self.id, None).await;
        let inspected = inspected.map_err(|error| self.failed("inspect", error))?;
        let ports = inspected.network_settings.and_then(|network| network.ports).unwrap_or_default();
        let bindings = ports.get(&format!("{port}/tcp")).cloned().flatten().unwrap_or_default();
        let host_port = bindings.iter().find_map(|binding| binding.host_port.as_ref()?.parse().ok());
        host_port
            .map(|host_port| SocketAddr::new(self.engine.host, host_port))
            .ok_or_else(|| Error::NotPublished { container: self.name().into(), port })
    }

    /// Its own address in the network of that name.
    ///
    /// # Errors
    /// It does not run, or is not in that network.
    pub async fn ip(&self, network: &str) -> Result<IpAddr, Error> {
        let inspected = self.engine.docker.inspect_container(&self.id, None).await;
        let inspected = inspected.map_err(|error| self.failed("inspect", error))?;
        let networks = inspected.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        let address = networks.get(network).and_then(|endpoint| endpoint.ip_address.as_deref());
        address
            .and_then(|address| address.parse().ok())
            .ok_or_else(|| Error::NoAddress(format!("container {} in network {network}", self.name())))
    }

    /// How it ended, or `None` while it runs.
    pub async fn ended(&self) -> Result<Option<Exit>, Error> {
        let inspected = self.engine.docker.inspect_container(&self.id, None).await;
        let state = inspected.map_err(|error| self.failed("inspect", error))?.state.unwrap_or_default();
        let running = state.running.unwrap_or(false);
        let code = state.exit_code.unwrap_or_default();
        let out_of_memory = state.oom_killed.unwrap_or(false);
        Ok((!running).then_some(Exit { code, out_of_memory }))
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// It still runs after `limit`, or the engine does not answer.
    pub async fn wait(&self, limit: Duration) -> Result<Option<Exit>, Error> {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        let mut waiting = self.engine.docker.wait_container(&self.id, Some(options));
        // An exit code other than 0 comes as an error; the state says the same, and more.
        let _ = tokio::time::timeout(limit, waiting.next()).await;
        self.ended().await
    }

    /// What it printed so far.
    pub async fn log(&self) -> Result<Log, Error> {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).build();
        let mut stream = self.engine.docker.logs(&self.id, Some(options));
        let (mut all, mut errors) = (Vec::new(), Vec::new());
        while let Some(part) = stream.next().await {
            let part = part.map_err(|error| self.failed("read the log of", error))?;
            all.extend_from_slice(part.as_ref());
            if let LogOutput::StdErr { message } = part {
                errors.extend_from_slice(&message);
            }
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Log { all: text(&all), errors: text(&errors) })
    }

    /// Runs a command in it, with these bytes as its standard input.
    ///
    /// # Errors
    /// It does not run, or the engine refuses.
    pub async fn exec(&self, command: &[&str], input: &[u8]) -> Result<Output, Error> {
        let doing = format!("run {} in", command.join(" "));
        let failed = |error: bollard::errors::Error| self.failed(&doing, error);
        let broken = |error: std::io::Error| Error::io(format!("{doing} container {}", self.name()), error);
        let docker = &self.engine.docker;
        let options = CreateExecOptions {
            cmd: Some(command.iter().map(ToString::to_string).collect()),
            attach_stdin: Some(!input.is_empty()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let exec = docker.create_exec(&self.id, options).await.map_err(failed)?.id;
        let mut result = Output { code: -1, stdout: String::new(), stderr: String::new() };
        let started = docker.start_exec(&exec, None).await.map_err(failed)?;
        if let StartExecResults::Attached { mut output, input: mut pipe } = started {
            pipe.write_all(input).await.map_err(broken)?;
            // Some engines close the output as soon as the input is closed, so only if it is read.
            if !input.is_empty() {
                pipe.shutdown().await.map_err(broken)?;
            }
            while let Some(part) = output.next().await {
                let part = part.map_err(failed)?;
                let text = String::from_utf8_lossy(part.as_ref()).into_owned();
                match part {
                    LogOutput::StdErr { .. } => result.stderr += &text,
                    _ => result.stdout += &text,
                }
            }
        }
        result.code = docker.inspect_exec(&exec).await.map_err(failed)?.exit_code.unwrap_or(-1);
        Ok(result)
    }

    /// From the last signal to the end, by the engine's own times.
    ///
    /// # Errors
    /// The engine has no record of both.
    pub async fn signal_to_end(&self) -> Result<Duration, Error> {
        let filters = HashMap::from([("container".to_string(), vec![self.id.clone()])]);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let options = EventsOptionsBuilder::default()
            .since("0")
            .until(&format!("{}.{:09}", now.as_secs(), now.subsec_nanos()))
            .filters(&filters)
            .build();
        let mut events = self.engine.docker.events(Some(options));
        let (mut signalled, mut ended) = (None, None);
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| self.failed("read the events of", error))?;
            match event.action.as_deref() {
                Some("kill") => signalled = event.time_nano,
                Some("die" | "died") => ended = event.time_nano,
                _ => {}
            }
        }
        match (signalled, ended) {
            (Some(signalled), Some(ended)) => {
                Ok(Duration::from_nanos((ended - signalled).max(0).unsigned_abs()))
            }
            _ => Err(Error::NotRecorded(self.name().into())),
        }
    }

    /// Removes it, running or not, with the volumes of its own.
    pub async fn remove(&self) -> Result<(), Error> {
        self.engine.remove_container(&self.id).await
    }

    fn failed(&self, doing: &str, cause: bollard::errors::Error) -> Error {
        Error::refused(format!("{doing} container {}", self.name()), cause)
    }
}

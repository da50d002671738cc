//! A runtime brought up by Compose, as its README says.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Output;

use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::backend::{CheckError, CheckResult, Spec};
use crate::docker::session::Session;
use crate::wire::{Client, Transcript};

/// A composition that is up. It must be taken [`down`](Composition::down).
#[derive(Debug)]
pub struct Composition {
    program: Vec<String>,
    folder: PathBuf,
    /// Lays our labels over the services, so that a later run can remove what a killed one left, and the image's id over
    /// its name, which another build may have taken meanwhile.
    overlay: PathBuf,
    project: String,
    key: String,
    port: u16,
    version: String,
    client: Client,
}

impl Composition {
    /// Brings the `docker-compose.yml` of a runtime's folder up on a free port, with the run's key and the image of
    /// that id.
    ///
    /// # Errors
    /// Compose is missing, or refuses the file.
    pub async fn up(
        session: &Session,
        spec: &Spec,
        image: &str,
        transcript: Transcript,
    ) -> CheckResult<Self> {
        let port = free_port()?;
        let project = format!("conformance-{}-{port}", spec.id.slug());
        let mut composition = Composition {
            program: program().await?,
            folder: spec.folder.clone(),
            overlay: std::env::temp_dir().join(format!("{project}.yml")),
            project,
            key: session.key().to_string(),
            port,
            version: spec.id.version().to_string(),
            client: Client::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), transcript),
        };
        let services = composition.run(&["config", "--services"]).await?;
        composition.lay_over(&String::from_utf8_lossy(&services.stdout), image, &session.labels())?;
        let up = composition.run(&["up", "-d"]).await?;
        if !up.status.success() {
            let why = String::from_utf8_lossy(&up.stderr).trim().to_string();
            composition.down().await?;
            return Err(CheckError::broken("`docker compose up` succeeds", why));
        }
        Ok(composition)
    }

    /// A client of the port that it publishes.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What its services printed.
    ///
    /// # Errors
    /// Compose does not start.
    pub async fn log(&self) -> CheckResult<String> {
        let output = self.run(&["logs", "--no-color"]).await?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Takes it down, with its volumes and its network.
    ///
    /// # Errors
    /// Compose does not start, or fails.
    pub async fn down(&self) -> CheckResult {
        let down = self.run(&["down", "--volumes", "--timeout", "1"]).await?;
        let _ = std::fs::remove_file(&self.overlay);
        if down.status.success() {
            return Ok(());
        }
        Err(CheckError::Fault(format!(
            "`compose down` failed: {}",
            String::from_utf8_lossy(&down.stderr).trim()
        )))
    }

    fn lay_over(&mut self, services: &str, image: &str, labels: &[(String, String)]) -> CheckResult {
        let mut lines = String::new();
        for (name, value) in labels {
            let _ = writeln!(lines, "      {name}: {value:?}");
        }
        let mut overlay = String::from("version: \"3.8\"\nservices:\n");
        for service in services.split_whitespace() {
            let _ = write!(overlay, "  {service}:\n    image: {image:?}\n    labels:\n{lines}");
        }
        let _ = write!(overlay, "networks:\n  default:\n    labels:\n{lines}");
        std::fs::write(&self.overlay, overlay)
            .map_err(|error| CheckError::Fault(format!("{}: {error}", self.overlay.display())))
    }

    async fn run(&self, arguments: &[&str]) -> CheckResult<Output> {
        let mut command = Command::new(&self.program[0]);
        command.args(&self.program[1..]).args(["-p", &self.project, "-f", "docker-compose.yml"]);
        if self.overlay.exists() {
            command.arg("-f").arg(&self.overlay);
        }
        command
            .args(arguments)
            .env("TAG", &self.version)
            .env("PORT", self.port.to_string())
            .env("INTERNAL_RUNTIME_KEY", &self.key)
            .current_dir(&self.folder)
            .output()
            .await
            .map_err(|error| CheckError::Fault(format!("{} does not start: {error}", self.program.join(" "))))
    }
}

/// Compose: the engine's plugin, or the older program of its own. Looked for once: asking the older one takes half a
/// second.
async fn program() -> CheckResult<Vec<String>> {
    static FOUND: OnceCell<CheckResult<Vec<String>>> = OnceCell::const_new();
    FOUND.get_or_init(find).await.clone()
}

async fn find() -> CheckResult<Vec<String>> {
    for command in [&["docker", "compose"][..], &["docker-compose"]] {
        let probed = Command::new(command[0]).args(&command[1..]).arg("version").output().await;
        if probed.is_ok_and(|output| output.status.success()) {
            return Ok(command.iter().map(ToString::to_string).collect());
        }
    }
    Err(CheckError::missing(
        "Compose",
        "neither `docker compose` nor `docker-compose` is there; on Debian or Ubuntu `ci/engine` installs it",
    ))
}

fn free_port() -> CheckResult<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = listener.and_then(|listener| listener.local_addr()).map(|address| address.port());
    port.map_err(|error| CheckError::Fault(format!("no free port: {error}")))
}

//! `deploy`: a folder goes up, and is followed until it answers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use engine::Archive;
use flate2::Compression;
use flate2::write::GzEncoder;
use function::{Deployment, Name, State};
use hyper::Method;
use sha2::{Digest, Sha256};

use super::Common;
use crate::api::{self, WantedLimits};
use crate::client::Client;
use crate::exit::{Exit, fault};
use crate::text::escaped;

/// What never goes up: it is made anew by a build, or nobody's business.
const LEFT_OUT: [&str; 5] = [".git", "node_modules", "target", "__pycache__", "code.tar.gz"];
/// How long until it is asked again whether a deployment has ended, once its log has.
const PAUSE: Duration = Duration::from_millis(50);

/// Make a folder a function, or a new deployment of one. `.git`, `node_modules`, `target` and `__pycache__` at its top
/// stay here.
#[derive(Debug, Args)]
pub(super) struct Deploy {
    /// The folder.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The function's name; the folder's otherwise.
    #[arg(long)]
    name: Option<Name>,
    /// The runtime, `node` or `node:24`, if it is not to be recognised from the files.
    #[arg(long)]
    runtime: Option<String>,
    /// The file that is called, if it is not the runtime's own.
    #[arg(long)]
    file: Option<String>,
    /// Memory of an instance, in MiB. Limits that are not said stay as they were.
    #[arg(long, value_name = "MIB")]
    memory: Option<u32>,
    /// How long a call may run, in milliseconds.
    #[arg(long, value_name = "MS")]
    timeout_ms: Option<u64>,
    /// Calls at once in one instance.
    #[arg(long, value_name = "NUMBER")]
    at_once: Option<u32>,
    /// Instances at most.
    #[arg(long, value_name = "NUMBER")]
    instances: Option<u32>,
    /// Calls that may wait.
    #[arg(long, value_name = "NUMBER")]
    queue: Option<u32>,
    /// After how many milliseconds without a call an instance is stopped.
    #[arg(long, value_name = "MS")]
    idle_ms: Option<u64>,
}

impl Deploy {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let name = self.name()?;
        let client = common.client()?;
        let packed = packed(&self.folder)?;
        let digest: String = Sha256::digest(&packed).iter().map(|byte| format!("{byte:02x}")).collect();
        client.send_source(&digest, packed).await?;
        let wanted = api::Deploy {
            source: digest,
            runtime: self.runtime,
            file: self.file,
            limits: WantedLimits {
                memory: self.memory,
                timeout_ms: self.timeout_ms,
                at_once: self.at_once,
                instances: self.instances,
                queue: self.queue,
                idle_ms: self.idle_ms,
            },
        };
        let path = format!("/v1/functions/{name}/deployments");
        let deployment: Deployment = client.send(Method::POST, &path, &wanted).await?;
        let number = deployment.number;
        let to_errors = common.json;
        client.follow(&format!("/v1/builds/{name}.{number}/log"), |piece| show(piece, to_errors)).await?;
        let ended = ended(&client, &format!("{path}/{number}")).await?;
        common.show(&ended, |_| String::new())?;
        match ended.state {
            State::Failed => {
                let why = ended.reason.unwrap_or_default();
                Err(Exit::Failed(format!("deployment {number} of {name} failed and changed nothing: {why}")))
            }
            _ => Ok(()),
        }
    }

    fn name(&self) -> Result<Name, Exit> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let folder = self.folder.canonicalize();
        let folder = folder.map_err(|error| Exit::Usage(format!("{}: {error}", self.folder.display())))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        name.parse().map_err(|why| Exit::Usage(format!("{why}; name the function with --name")))
    }
}

/// The folder as a source: the same bytes for the same files.
fn packed(folder: &Path) -> Result<Vec<u8>, Exit> {
    if !folder.is_dir() {
        return Err(Exit::Usage(format!("{} is no folder", folder.display())));
    }
    let tar = Archive::owned_by(0).folder(folder, &LEFT_OUT).and_then(Archive::finish).map_err(fault)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&tar).map_err(fault)?;
    packed.finish().map_err(fault)
}

/// Prints a piece of a build's log, on standard error if standard output is for programs.
fn show(piece: &[u8], to_errors: bool) {
    let text = String::from_utf8_lossy(piece);
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let line = escaped(line);
        if to_errors { eprint!("{line}{end}") } else { print!("{line}{end}") }
    }
}

async fn ended(client: &Client, path: &str) -> Result<Deployment, Exit> {
    loop {
        let deployment: Deployment = client.get(path).await?;
        if !deployment.state.is_underway() {
            return Ok(deployment);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

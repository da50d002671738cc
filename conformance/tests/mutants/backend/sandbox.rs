//! A folder that takes the place of `/`, seen from outside.

use std::fs::OpenOptions;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use engine::Log;
use protocol::{CODE, DEPLOY_CODE};
use tokio::process::Command;

use crate::reference::{FAULT, MODE, Mode, PORT_FILE, ROOT};

/// A folder that takes the place of `/`, and what is beside it: the logs, the port.
#[derive(Debug)]
pub(super) struct Sandbox {
    folder: PathBuf,
    fault: String,
}

impl Sandbox {
    /// An empty one.
    pub(super) fn new(folder: &Path, fault: &str) -> io::Result<Self> {
        let sandbox = Sandbox { folder: folder.into(), fault: fault.into() };
        for path in [CODE, DEPLOY_CODE, "/tmp"] {
            std::fs::create_dir_all(sandbox.below(path))?;
        }
        Ok(sandbox)
    }

    /// Where an absolute path is.
    pub(super) fn below(&self, path: &str) -> PathBuf {
        self.folder.join("root").join(path.trim_start_matches('/'))
    }

    /// Copies a folder's content.
    pub(super) async fn stock(&self, source: &Path, path: &str) -> io::Result<()> {
        run(Command::new("cp").arg("-R").arg(source.join(".")).arg(self.below(path))).await
    }

    /// Unpacks an archive, with one file of it under the name `<file>.arriving`.
    pub(super) async fn unpack(&self, archive: &Path, path: &str, file: Option<&str>) -> io::Result<()> {
        std::fs::create_dir_all(self.below(path))?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(archive).arg("--no-overwrite-dir").arg("-C").arg(self.below(path));
        tar.args(file.map(|file| format!("--transform=s,^\\./{file}$,{file}.arriving,")));
        run(&mut tar).await
    }

    /// Empties `/usr/code`, as a restart empties a folder in memory, and forgets the port.
    pub(super) fn sweep(&self) -> io::Result<()> {
        let code = self.below(CODE);
        std::fs::remove_dir_all(&code)?;
        std::fs::create_dir(&code)?;
        let _ = std::fs::remove_file(self.port_file());
        Ok(())
    }

    /// The reference in this sandbox, and nothing else of this process in its environment.
    pub(super) fn program(&self, mode: Mode, variables: &[(String, String)]) -> io::Result<Command> {
        let log = |name: &str| OpenOptions::new().create(true).append(true).open(self.folder.join(name));
        let mut program = Command::new(std::env::current_exe()?);
        program.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        program.envs(variables.iter().map(|(name, value)| (name, value)));
        program.env(MODE, mode.name()).env(FAULT, &self.fault);
        program.env(ROOT, self.below("/")).env(PORT_FILE, self.port_file());
        program.stdin(Stdio::null()).stdout(log("stdout")?).stderr(log("stderr")?).kill_on_drop(true);
        Ok(program)
    }

    pub(super) fn port_file(&self) -> PathBuf {
        self.folder.join("port")
    }

    /// Where its server is reached, once that is known.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        let port = std::fs::read_to_string(self.port_file()).ok()?.parse().ok()?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// What was printed so far.
    pub(super) fn log(&self) -> io::Result<Log> {
        let read = |name: &str| std::fs::read(self.folder.join(name)).unwrap_or_default();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (out, errors) = (text(read("stdout")), text(read("stderr")));
        Ok(Log { all: out + &errors, errors })
    }

    /// Removes it with everything in it.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_dir_all(&self.folder)
    }
}

async fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output().await?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_string()))
}

//! A folder that takes the place of `/`.

use std::io;
use std::path::{Path, PathBuf};

use protocol::{CODE, DEPLOY_CODE};

use super::ROOT;

/// A folder that takes the place of `/`: a server that runs beside others on one machine has its own.
#[derive(Clone, Debug)]
pub(crate) struct Sandbox(PathBuf);

impl Sandbox {
    /// The folder that the environment names.
    pub(crate) fn from_environment() -> Result<Self, String> {
        let folder = std::env::var_os(ROOT)
            .ok_or_else(|| format!("{} is not set: name the folder that stands for /.", ROOT))?;
        Ok(Sandbox(folder.into()))
    }

    /// Makes what every container has: the folders of the contract, and devices to ask for by mistake.
    pub(crate) fn furnish(&self) -> io::Result<()> {
        for folder in [CODE, DEPLOY_CODE, "/tmp", "/dev", "/etc"] {
            std::fs::create_dir_all(self.below(folder))?;
        }
        for device in ["/dev/null", "/dev/zero"] {
            match std::os::unix::fs::symlink(device, self.below(device)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        std::fs::write(self.below("/etc/hostname"), "sandbox\n")
    }

    /// Where an absolute path is.
    pub(crate) fn below(&self, absolute: impl AsRef<Path>) -> PathBuf {
        let path = absolute.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }
}

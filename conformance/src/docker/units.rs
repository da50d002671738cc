//! The unit tests of a language, run in a container of an image.

use std::path::{Path, PathBuf};

use crate::backend::{Backend, CheckError, CheckResult, LEFT_BY_BUILDS, registry};
use crate::docker::containers::{Containers, Ran};
use engine::{Archive, ContainerSpec, Network, Volume};

/// The tables of cases that the unit tests of every language read, seen from a runtime's folder. In the container
/// they are at the same place, seen from `/usr/code`.
const CASES: &str = "../../conformance/cases";

/// Scripts that a language's unit tests are run by, seen from a runtime's folder, and where they are in the container.
const SCRIPTS: (&str, &str) = ("conformance/units", "/conformance/units");

impl Containers {
    /// Runs `command` in a container of the image, with a copy of `folder` as `/usr/code` and with network, and counts
    /// the lines of its output that contain `passed`. What a family shares is beside it as it does in the
    /// repository: as `../base/<family>`. The scripts in `conformance/units` of the runtime are in `/conformance/units`.
    ///
    /// # Errors
    /// The command fails, no test passed, or it does not end in time; a registry is down; or the engine fails.
    pub async fn run_units(&self, folder: &Path, command: &[String], passed: &str) -> CheckResult<usize> {
        let image = self.image().await?;
        let owner = self.user(&image).await?;
        let cases: PathBuf = self.spec().folder.join(CASES);
        let mut uploads = vec![
            (protocol::CODE.to_string(), Archive::owned_by(owner).folder(folder, LEFT_BY_BUILDS)?),
            ("/conformance/cases".to_string(), Archive::owned_by(owner).folder(&cases, &[])?),
        ];
        let scripts = self.spec().folder.join(SCRIPTS.0);
        if scripts.is_dir() {
            uploads.push((SCRIPTS.1.to_string(), Archive::owned_by(owner).folder(&scripts, &[])?));
        }
        if let Some(family) = &self.spec().base.family {
            let shared = self.spec().folder.join("../base").join(family);
            uploads.push((format!("/usr/base/{family}"), Archive::owned_by(owner).folder(&shared, &[])?));
        }
        let spec = ContainerSpec {
            command: Some(command.to_vec()),
            network: Network::Bridge,
            volumes: uploads[1..].iter().map(|(path, _)| Volume::own(path)).collect(),
            ..ContainerSpec::of(&image.id)
        };
        judge(&self.run_to_end(spec, uploads, None).await?, passed)
    }
}

/// How many tests passed, if all did.
fn judge(ran: &Ran, passed: &str) -> CheckResult<usize> {
    let log = ran.log.trim();
    let count = log.lines().filter(|line| line.contains(passed)).count();
    let failed = |expected: &str, what: String| {
        Err(CheckError::broken(expected, format!("{what}, and printed:\n{log}")))
    };
    match &ran.exit {
        None => failed("an end of the unit tests", "they still ran".into()),
        Some(exit) if exit.code != 0 => match registry::unreachable(log) {
            Some(line) => Err(registry::down("the unit tests", line)),
            None => failed("exit code 0", format!("exit code {}", exit.code)),
        },
        Some(_) if count == 0 => {
            failed(&format!("a test that passed: a line with {passed:?}"), "no test ran".into())
        }
        Some(_) => Ok(count),
    }
}

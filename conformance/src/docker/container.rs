//! A container as the instance of a server.

use std::net::SocketAddr;
use std::time::Duration;

use crate::backend::{BackendFuture, CheckError, CheckResult, Instance, Signal, reported};
use agent::Look;
use engine::{Archive, Container, Exit, Log, Member, Output};

/// Unpacks standard input in `$1`, with `$2` under another name.
const UNPACK: &str = r#"set -e
mkdir -p "$1"
tar -xzf - --no-same-owner --no-overwrite-dir -C "$1" --transform="s,^\(\./\)\?$2\$,$2.arriving,""#;

/// How long an engine may take to know that a container has ended, once the commands in it were killed. On two cores
/// kept busy it was asked too soon once in 180 ends.
const ENDING: Duration = Duration::from_secs(10);

/// Starts a container. That the image has no such command or user is the image's failure, and not the engine's.
pub(super) async fn start(container: &Container) -> CheckResult {
    container.start().await.map_err(|error| {
        let text = error.to_string();
        if is_of_the_image(&text) {
            CheckError::broken("a container that starts", text)
        } else {
            error.into()
        }
    })
}

/// Whether what an engine says of a start is said of the image: by runc, crun, and the engine itself.
fn is_of_the_image(text: &str) -> bool {
    let said = [
        "unable to start container process",
        "executable file",
        "unable to find user",
        "attempted to invoke a command that was not found",
        "exec format error",
    ];
    said.iter().any(|said| text.contains(said))
}

/// Runs a command in a container, with these bytes as standard input.
async fn run(container: &Container, command: &[&str], input: &[u8]) -> CheckResult<Output> {
    let output = container.exec(command, input).await?;
    match output.code {
        0 => Ok(output),
        code => {
            let command = command.join(" ");
            Err(CheckError::Fault(format!("{command} ended with {code}: {}", output.stderr.trim())))
        }
    }
}

impl Instance for Container {
    fn start(&self) -> BackendFuture<'_> {
        Box::pin(async { start(self).await })
    }

    fn address(&self) -> BackendFuture<'_, Option<SocketAddr>> {
        Box::pin(async { Ok(self.address(protocol::PORT).await.ok()) })
    }

    fn signal(&self, signal: Signal) -> BackendFuture<'_> {
        Box::pin(async move { Ok(self.signal(signal.name()).await?) })
    }

    fn restart(&self) -> BackendFuture<'_> {
        Box::pin(async { Ok(self.restart().await?) })
    }

    fn ended(&self) -> BackendFuture<'_, Option<Exit>> {
        Box::pin(async { Ok(self.ended().await?) })
    }

    fn wait(&self, limit: Duration) -> BackendFuture<'_, Option<Exit>> {
        Box::pin(async move { Ok(self.wait(limit).await?) })
    }

    fn signal_to_end(&self) -> BackendFuture<'_, Duration> {
        Box::pin(async { Ok(self.signal_to_end().await?) })
    }

    fn log(&self) -> BackendFuture<'_, Log> {
        Box::pin(async { Ok(self.log().await?) })
    }

    fn look(&self) -> BackendFuture<'_, Look> {
        Box::pin(async {
            let output = run(self, &["/tmp/agent", "look"], &[]).await?;
            reported(&output.stdout)?.ok_or_else(|| CheckError::Fault("`agent look` reported nothing".into()))
        })
    }

    fn has<'a>(&'a self, path: &'a str) -> BackendFuture<'a, bool> {
        Box::pin(async move {
            let test = r#"if test -e "$1"; then echo there; fi"#;
            Ok(run(self, &["sh", "-c", test, "test", path], &[]).await?.stdout.contains("there"))
        })
    }

    fn touch<'a>(&'a self, path: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            let touched = run(self, &["/tmp/agent", "touch", path], &[]).await;
            // What waits for the file may end the container, and this command with it, before it says so.
            if touched.is_err() && self.wait(ENDING).await?.is_some() {
                return Ok(());
            }
            touched.map(|_| ())
        })
    }

    fn link<'a>(&'a self, folder: &'a str, name: &'a str) -> BackendFuture<'a> {
        Box::pin(
            async move { run(self, &["ln", "-s", ".", &format!("{folder}/{name}")], &[]).await.map(|_| ()) },
        )
    }

    fn unpack<'a>(&'a self, package: &'a [u8], folder: &'a str, file: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            run(self, &["sh", "-c", UNPACK, "unpack", folder, file], package).await.map(|_| ())
        })
    }

    fn reveal<'a>(&'a self, folder: &'a str, file: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            let path = format!("{folder}/{file}");
            run(self, &["mv", &format!("{path}.arriving"), &path], &[]).await.map(|_| ())
        })
    }

    fn which<'a>(&'a self, program: &'a str) -> BackendFuture<'a, String> {
        Box::pin(async move {
            let find = r#"command -v "$1" || true"#;
            Ok(run(self, &["sh", "-c", find, "find", program], &[]).await?.stdout.trim().to_string())
        })
    }

    fn files<'a>(&'a self, path: &'a str) -> BackendFuture<'a, Vec<Member>> {
        Box::pin(async move {
            let archive = self.download(path).await?;
            Ok(Archive::members(&archive.unwrap_or_default())?)
        })
    }

    fn remove(&self) -> BackendFuture<'_> {
        Box::pin(async { Ok(self.remove().await?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_fault_it_is_that_a_container_does_not_start() {
        let of_the_image = [
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create \
             failed: unable to start container process: error during container init: exec: \"launch.sh\": executable \
             file not found in $PATH: unknown",
            "crun: executable file `launch.sh` not found in $PATH: No such file or directory: OCI runtime attempted \
             to invoke a command that was not found",
            "unable to find user nobody-knows: no matching entries in passwd file",
        ];
        assert!(of_the_image.iter().all(|text| is_of_the_image(text)));
        let of_the_engine =
            ["no space left on device", "Bind for 0.0.0.0:49153 failed: port is already allocated"];
        assert!(!of_the_engine.iter().any(|text| is_of_the_image(text)));
    }
}

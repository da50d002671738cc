//! A process as the instance of a server.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use agent::Look;
use conformance::backend::{BackendFuture, CheckError, CheckResult, Instance, Launch, Signal};
use engine::{Exit, Log};
use rustix::process::{Pid, kill_process};
use tokio::sync::watch;

use super::refused;
use super::sandbox::Sandbox;
use crate::reference::Mode;

/// How long a process may take to end before it is killed, if it is to be started again.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Between looks at whether a server is up.
const LOOK: Duration = Duration::from_millis(2);

/// A process as the instance of a server.
#[derive(Debug)]
pub(super) struct Process(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    mode: Mode,
    variables: Vec<(String, String)>,
    twice: bool,
    life: Mutex<Option<Life>>,
    signalled: Mutex<Option<Instant>>,
}

/// One run of the process.
#[derive(Clone, Debug)]
struct Life {
    id: i32,
    end: watch::Receiver<Option<(Exit, Instant)>>,
}

/// How a process ended, in the way of containers: a signal counts as 128 and its number.
pub(super) fn exit(status: ExitStatus) -> Exit {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Exit { code: code.into(), out_of_memory: false }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Process {
    /// One that was not started yet.
    pub(super) fn new(sandbox: Sandbox, mode: Mode, variables: Vec<(String, String)>, twice: bool) -> Self {
        let (life, signalled) = (Mutex::default(), Mutex::default());
        Process(Arc::new(Inner { sandbox, mode, variables, twice, life, signalled }))
    }
}

impl Life {
    fn end(&self) -> Option<Exit> {
        self.end.borrow().map(|(exit, _)| exit)
    }

    async fn ended_within(&self, limit: Duration) -> Option<Exit> {
        let mut end = self.end.clone();
        let waiting = tokio::time::timeout(limit, end.wait_for(Option::is_some)).await;
        waiting.ok()?.ok()?.map(|(exit, _)| exit)
    }

    fn signal(&self, signal: rustix::process::Signal) -> CheckResult {
        // An id that is no longer there may be another's by now.
        match Pid::from_raw(self.id).filter(|_| self.end().is_none()) {
            Some(id) => kill_process(id, signal).map_err(|error| refused(error.into())),
            None => Err(CheckError::Fault("a signal to a process that has ended".into())),
        }
    }

    /// Ends it, in order if it does that in time.
    async fn stop(&self) {
        let _ = self.signal(rustix::process::Signal::TERM);
        if self.ended_within(TIMEOUT).await.is_none() {
            self.kill().await;
        }
    }

    async fn kill(&self) {
        let _ = self.signal(rustix::process::Signal::KILL);
        self.ended_within(TIMEOUT).await;
    }
}

impl Inner {
    fn live(&self) -> CheckResult<Life> {
        let mut child = self
            .sandbox
            .program(self.mode, &self.variables)
            .and_then(|mut program| program.spawn())
            .map_err(refused)?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
        let (sender, end) = watch::channel(None);
        tokio::spawn(async move {
            let status = child.wait().await.unwrap_or_default();
            let _ = sender.send(Some((exit(status), Instant::now())));
        });
        Ok(Life { id, end })
    }

    fn life(&self) -> CheckResult<Life> {
        lock(&self.life).clone().ok_or_else(|| CheckError::Fault("a process that was not started".into()))
    }

    /// Lives a first time, until it is up or has ended by itself; then a second time.
    async fn live_twice(&self) {
        let Ok(first) = self.live() else { return };
        while self.sandbox.address().is_none() && first.end().is_none() {
            tokio::time::sleep(LOOK).await;
        }
        first.stop().await;
        let once_over = self.sandbox.below(Launch::ONCE_OVER);
        let _ = std::fs::remove_file(self.sandbox.port_file());
        let second = std::fs::write(once_over, "").map_err(refused).and_then(|()| self.live());
        *lock(&self.life) = second.ok();
    }

    fn descriptors(&self) -> CheckResult<u64> {
        let mut count = 0;
        for entry in std::fs::read_dir(format!("/proc/{}/fd", self.life()?.id)).map_err(refused)? {
            entry.map_err(refused)?;
            count += 1;
        }
        Ok(count)
    }
}

impl Instance for Process {
    fn start(&self) -> BackendFuture<'_> {
        Box::pin(async {
            if self.0.twice {
                let inner = self.0.clone();
                tokio::spawn(async move { inner.live_twice().await });
            } else {
                *lock(&self.0.life) = Some(self.0.live()?);
            }
            Ok(())
        })
    }

    fn address(&self) -> BackendFuture<'_, Option<SocketAddr>> {
        let address = if lock(&self.0.life).is_some() { self.0.sandbox.address() } else { None };
        Box::pin(async move { Ok(address) })
    }

    fn signal(&self, signal: Signal) -> BackendFuture<'_> {
        Box::pin(async move {
            *lock(&self.0.signalled) = Some(Instant::now());
            self.0.life()?.signal(match signal {
                Signal::Terminate => rustix::process::Signal::TERM,
                Signal::Interrupt => rustix::process::Signal::INT,
            })
        })
    }

    fn restart(&self) -> BackendFuture<'_> {
        Box::pin(async {
            self.0.life()?.stop().await;
            self.0.sandbox.sweep().map_err(refused)?;
            *lock(&self.0.life) = Some(self.0.live()?);
            Ok(())
        })
    }

    fn ended(&self) -> BackendFuture<'_, Option<Exit>> {
        let end = lock(&self.0.life).as_ref().and_then(Life::end);
        Box::pin(async move { Ok(end) })
    }

    fn wait(&self, limit: Duration) -> BackendFuture<'_, Option<Exit>> {
        Box::pin(async move { Ok(self.0.life()?.ended_within(limit).await) })
    }

    fn signal_to_end(&self) -> BackendFuture<'_, Duration> {
        Box::pin(async {
            let end = self.0.life()?.end.borrow().map(|(_, end)| end);
            match (*lock(&self.0.signalled), end) {
                (Some(signal), Some(end)) => Ok(end.duration_since(signal)),
                _ => Err(CheckError::Fault("no signal, or no end".into())),
            }
        })
    }

    fn log(&self) -> BackendFuture<'_, Log> {
        Box::pin(async { self.0.sandbox.log().map_err(refused) })
    }

    fn look(&self) -> BackendFuture<'_, Look> {
        Box::pin(async { Err(CheckError::Fault("a process is not looked at from inside".into())) })
    }

    fn descriptors(&self) -> BackendFuture<'_, u64> {
        Box::pin(async { self.0.descriptors() })
    }

    fn has<'a>(&'a self, path: &'a str) -> BackendFuture<'a, bool> {
        Box::pin(async move { Ok(self.0.sandbox.below(path).exists()) })
    }

    fn touch<'a>(&'a self, path: &'a str) -> BackendFuture<'a> {
        Box::pin(async move { std::fs::write(self.0.sandbox.below(path), "").map_err(refused) })
    }

    fn link<'a>(&'a self, folder: &'a str, name: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            std::os::unix::fs::symlink(".", self.0.sandbox.below(folder).join(name)).map_err(refused)
        })
    }

    fn unpack<'a>(&'a self, package: &'a [u8], folder: &'a str, file: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            let archive = self.0.sandbox.below("/tmp/arriving.tar.gz");
            std::fs::write(&archive, package).map_err(refused)?;
            self.0.sandbox.unpack(&archive, folder, Some(file)).await.map_err(refused)
        })
    }

    fn reveal<'a>(&'a self, folder: &'a str, file: &'a str) -> BackendFuture<'a> {
        Box::pin(async move {
            let path = self.0.sandbox.below(&format!("{folder}/{file}"));
            std::fs::rename(path.with_file_name(format!("{file}.arriving")), path).map_err(refused)
        })
    }

    fn which<'a>(&'a self, _program: &'a str) -> BackendFuture<'a, String> {
        Box::pin(async { Err(CheckError::Fault("a process has no PATH of its own".into())) })
    }

    fn remove(&self) -> BackendFuture<'_> {
        Box::pin(async {
            if let Ok(life) = self.0.life() {
                life.kill().await;
            }
            self.0.sandbox.remove().map_err(refused)
        })
    }
}

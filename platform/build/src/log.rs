//! The logs of builds: kept in files, and read while they grow.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The bytes that are kept of a build's log.
const MOST: u64 = 4 * 1024 * 1024;
/// The bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// The logs of builds, a file for each in one folder.
#[derive(Clone, Debug)]
pub struct Logs {
    folder: PathBuf,
    growing: Arc<Mutex<HashMap<String, watch::Sender<u64>>>>,
}

impl Logs {
    /// Those in that folder.
    pub fn new(folder: PathBuf) -> Self {
        Logs { folder, growing: Arc::default() }
    }

    /// Begins the log of a build.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&self, build: &str) -> std::io::Result<Writer> {
        let path = self.folder.join(build);
        let file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
        self.growing().insert(build.into(), watch::Sender::new(0));
        Ok(Writer { logs: self.clone(), build: build.into(), file, size: 0 })
    }

    /// Reads the log of a build from its beginning, also while it grows.
    ///
    /// # Errors
    /// There is none.
    pub fn read(&self, build: &str) -> std::io::Result<Reader> {
        // In this order, so that one which ends in between is read to its end.
        let growing = self.growing().get(build).map(watch::Sender::subscribe);
        Ok(Reader { file: File::open(self.folder.join(build))?, growing, offset: 0 })
    }

    /// Removes the log of a build.
    pub fn remove(&self, build: &str) {
        let _ = std::fs::remove_file(self.folder.join(build));
    }

    fn growing(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<u64>>> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the log of a build. It is finished when this is dropped.
#[derive(Debug)]
pub struct Writer {
    logs: Logs,
    build: String,
    file: File,
    size: u64,
}

impl Writer {
    /// Writes a line. What is beyond the limit is left out, and a line says so.
    pub fn line(&mut self, text: &str) {
        if self.size > MOST {
            return;
        }
        let line = format!("{text}\n");
        self.size += line.len() as u64;
        let over = "the rest is left out: a build's log is kept up to 4 MiB\n";
        let line = if self.size > MOST { over } else { &line };
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            eprintln!("failed to write the log of build {}: {error}", self.build);
        }
        if let Some(sender) = self.logs.growing().get(&self.build) {
            sender.send_replace(self.size);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.logs.growing().remove(&self.build);
    }
}

/// Reads the log of a build.
#[derive(Debug)]
pub struct Reader {
    file: File,
    growing: Option<watch::Receiver<u64>>,
    offset: u64,
}

impl Reader {
    /// The next piece, as soon as there is one; `None` at the end of a build that has ended.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            // Asked before reading: what is written in between is read in the next turn.
            let is_growing = self.growing.as_mut().is_some_and(|growing| growing.has_changed().is_ok());
            if let Some(growing) = &mut self.growing {
                growing.mark_unchanged();
            }
            let mut piece = vec![0; PIECE];
            let read = self.file.seek(SeekFrom::Start(self.offset)).and_then(|_| self.file.read(&mut piece));
            let read = read.unwrap_or(0);
            if read > 0 {
                self.offset += read as u64;
                piece.truncate(read);
                return Some(piece);
            }
            if !is_growing {
                return None;
            }
            if let Some(growing) = &mut self.growing {
                // An error is the end of it: the next turn reads what is left.
                let _ = growing.changed().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_log_is_read_while_it_grows_and_after() {
        let folder = std::env::temp_dir().join(format!("build-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("made");
        let logs = Logs::new(folder.clone());
        let mut writer = logs.begin("f.1").expect("begun");
        writer.line("one");
        let mut reader = logs.read("f.1").expect("it is there");
        assert_eq!(reader.next().await.as_deref(), Some(b"one\n".as_ref()));
        let more = tokio::spawn(async move { (reader.next().await, reader.next().await) });
        tokio::task::yield_now().await;
        writer.line("two");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        drop(writer);
        assert_eq!(more.await.expect("it ends"), (Some(b"two\n".to_vec()), None));
        let mut later = logs.read("f.1").expect("it is kept");
        assert_eq!(later.next().await.as_deref(), Some(b"one\ntwo\n".as_ref()));
        assert_eq!(later.next().await, None);
        let mut long = logs.begin("f.2").expect("begun");
        for _ in 0..10 {
            long.line(&"x".repeat(1024 * 1024));
        }
        drop(long);
        let size = std::fs::metadata(folder.join("f.2")).expect("it is there").len();
        assert!(size < MOST, "{size}");
        logs.remove("f.1");
        assert!(logs.read("f.1").is_err());
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}

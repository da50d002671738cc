//! The database: which functions there are, their deployments, their environment.

mod deployments;
mod environment;
mod schema;

pub use deployments::{Deployment, NewDeployment, State};

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use crate::Error;

/// How long a statement waits for another process, a backup say, to let go of the file.
const BUSY: Duration = Duration::from_secs(5);

/// The database. One writer, since the folder it lies in has one owner.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

impl Store {
    /// Opens the database in that file, which is made where there is none and brought to this program's schema.
    ///
    /// # Errors
    /// A newer program wrote it, or it cannot be read.
    pub fn open(file: &Path) -> Result<Self, Error> {
        // SQLite gives its files beside this one the same rights.
        let made = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(file);
        made.map_err(|error| Error::io(format!("open {}", file.display()), error))?;
        let connection = Connection::open(file)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        schema::migrate(&connection, file)?;
        Ok(Store { connection: Mutex::new(connection) })
    }

    /// A panic in between leaves a transaction that is rolled back, so that the connection stays good.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

//! The tables, and how an older file becomes one of today.

use std::path::Path;

use rusqlite::Connection;

use crate::Error;

/// What leads from each schema to the next; a file's own number says how many were done.
const STEPS: [&str; 1] = ["
    CREATE TABLE function (
        name TEXT PRIMARY KEY,
        -- The deployment that answers calls.
        active INTEGER,
        -- The newest deployment there was when that was decided. An older one, built more slowly, comes too late.
        decided INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE deployment (
        function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        runtime TEXT NOT NULL,
        image TEXT NOT NULL,
        serve TEXT NOT NULL,
        entrypoint TEXT NOT NULL,
        file TEXT,
        limits TEXT NOT NULL,
        source TEXT NOT NULL,
        package TEXT,
        state TEXT NOT NULL,
        reason TEXT,
        created INTEGER NOT NULL,
        PRIMARY KEY (function, number)
    ) STRICT;
    CREATE INDEX deployment_source ON deployment (source, image);
    CREATE TABLE environment (
        function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (function, name)
    ) STRICT;
"];

/// Brings the database to the newest schema, in one transaction.
pub(super) fn migrate(connection: &Connection, file: &Path) -> Result<(), Error> {
    let known = STEPS.len() as u32;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(Error::Newer { file: file.into(), found, known });
    }
    let transaction = connection.unchecked_transaction()?;
    for step in &STEPS[found as usize..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;
    use crate::folder::tests::Scratch;

    #[test]
    fn a_file_of_a_newer_program_is_refused_and_left_as_it_is() {
        let scratch = Scratch::new("newer");
        let file = scratch.0.join("state.db");
        drop(Store::open(&file).expect("it is made"));
        drop(Store::open(&file).expect("it is opened again"));
        let connection = Connection::open(&file).expect("opened");
        connection.pragma_update(None, "user_version", STEPS.len() as u32 + 1).expect("set");
        let error = Store::open(&file).expect_err("it is newer");
        assert!(error.to_string().contains("written by a newer open-runtimes"), "{error}");
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
        assert_eq!(found, STEPS.len() as u32 + 1);
    }

    #[test]
    fn writes_go_to_a_log_beside_the_file() {
        let scratch = Scratch::new("wal");
        let store = Store::open(&scratch.0.join("state.db")).expect("it is made");
        let mode: String =
            store.connection().pragma_query_value(None, "journal_mode", |row| row.get(0)).expect("read");
        assert_eq!(mode, "wal");
    }
}

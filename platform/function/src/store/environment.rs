//! The environment of functions.

use std::collections::BTreeMap;

use rusqlite::params;

use super::Store;
use crate::{Error, Name};

impl Store {
    /// The environment of a function, which its calls get.
    ///
    /// # Errors
    /// The database fails.
    pub fn environment(&self, function: &Name) -> Result<BTreeMap<String, String>, Error> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT name, value FROM environment WHERE function = ?1")?;
        let rows = statement.query_map([function.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Changes it: a name with a value is set, one without is removed.
    ///
    /// # Errors
    /// There is no such function.
    pub fn change_environment(
        &self,
        function: &Name,
        changes: &BTreeMap<String, Option<String>>,
    ) -> Result<(), Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for (name, value) in changes {
            match value {
                Some(value) => transaction.execute(
                    "INSERT INTO environment (function, name, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (function, name) DO UPDATE SET value = excluded.value",
                    params![function.as_str(), name, value],
                )?,
                None => transaction.execute(
                    "DELETE FROM environment WHERE function = ?1 AND name = ?2",
                    params![function.as_str(), name],
                )?,
            };
        }
        transaction.commit()?;
        Ok(())
    }
}

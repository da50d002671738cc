//! Deployments, and which of them answers.

use std::fmt;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{Store, now};
use crate::{Error, Limits, Name};

/// How far a deployment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is not yet built.
    Queued,
    /// `build.sh` runs.
    Building,
    /// It is built, and its first instance starts.
    Starting,
    /// It is built, and an instance of it has been ready.
    Ready,
    /// It did not build, or no instance of it became ready. What answered before still does.
    Failed,
    /// It was built too late: a newer one answers, or a rollback was asked for meanwhile.
    Superseded,
}

impl State {
    const ALL: [State; 6] =
        [State::Queued, State::Building, State::Starting, State::Ready, State::Failed, State::Superseded];

    /// The states of a deployment that is on its way.
    pub fn is_underway(self) -> bool {
        matches!(self, State::Queued | State::Building | State::Starting)
    }

    fn word(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Building => "building",
            State::Starting => "starting",
            State::Ready => "ready",
            State::Failed => "failed",
            State::Superseded => "superseded",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A deployment to be: source on an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDeployment {
    /// The version of the runtime, `node:24`.
    pub runtime: String,
    /// The id of the image that builds it.
    pub image: String,
    /// The id of the image that serves it: the same, unless its version is a pair.
    pub serve: String,
    /// The file that the image calls by default.
    pub entrypoint: String,
    /// The file that is called, if it is another.
    pub file: Option<String>,
    /// How much it is allowed.
    pub limits: Limits,
    /// The SHA-256 of its source.
    pub source: String,
}

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Whose it is.
    pub function: Name,
    /// Its number, from 1 on for each function.
    pub number: u32,
    /// What it is made of.
    #[serde(flatten)]
    pub made_of: NewDeployment,
    /// The SHA-256 of its package, once there is one.
    pub package: Option<String>,
    /// How far it has come.
    pub state: State,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub created: i64,
    /// Whether it is the one that answers.
    pub active: bool,
}

const COLUMNS: &str = "d.function, d.number, d.runtime, d.image, d.entrypoint, d.file, d.limits, d.source, d.package,
     d.state, d.reason, d.created, d.number IS f.active, d.serve FROM deployment d JOIN function f ON f.name = d.function";

impl Store {
    /// Takes a deployment in. A function that is not there yet comes to be with it.
    ///
    /// # Errors
    /// The database fails.
    pub fn add(&self, function: &Name, new: &NewDeployment) -> Result<Deployment, Error> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO function (name, created) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
            params![function.as_str(), now()],
        )?;
        let number: u32 = transaction.query_row(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM deployment WHERE function = ?1",
            [function.as_str()],
            |row| row.get(0),
        )?;
        let limits = serde_json::to_string(&new.limits).unwrap_or_default();
        transaction.execute(
            "INSERT INTO deployment
                 (function, number, runtime, image, entrypoint, file, limits, source, state, created, serve)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                function.as_str(),
                number,
                new.runtime,
                new.image,
                new.entrypoint,
                new.file,
                limits,
                new.source,
                State::Queued.word(),
                now(),
                new.serve
            ],
        )?;
        let added = one(&transaction, function, number)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        transaction.commit()?;
        Ok(added)
    }

    /// A deployment, if it is there.
    ///
    /// # Errors
    /// The database fails.
    pub fn deployment(&self, function: &Name, number: u32) -> Result<Option<Deployment>, Error> {
        Ok(one(&self.connection(), function, number)?)
    }

    /// The deployments of a function, the newest first; none if there is no such function.
    ///
    /// # Errors
    /// The database fails.
    pub fn deployments(&self, function: &Name) -> Result<Vec<Deployment>, Error> {
        let wanted = format!("SELECT {COLUMNS} WHERE d.function = ?1 ORDER BY d.number DESC");
        Ok(many(&self.connection(), &wanted, &[&function.as_str()])?)
    }

    /// The deployment of each function that answers calls.
    ///
    /// # Errors
    /// The database fails.
    pub fn active(&self) -> Result<Vec<Deployment>, Error> {
        Ok(many(
            &self.connection(),
            &format!("SELECT {COLUMNS} WHERE d.number = f.active ORDER BY f.name"),
            &[],
        )?)
    }

    /// Every function, with its deployment that answers, if there is one.
    ///
    /// # Errors
    /// The database fails.
    pub fn functions(&self) -> Result<Vec<(Name, Option<u32>)>, Error> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT name, active FROM function ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok((name(row, 0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The package that the same source became on the same image, if there is one.
    ///
    /// # Errors
    /// The database fails.
    pub fn built_before(&self, source: &str, image: &str) -> Result<Option<String>, Error> {
        let wanted =
            "SELECT package FROM deployment WHERE source = ?1 AND image = ?2 AND package IS NOT NULL LIMIT 1";
        Ok(self.connection().query_row(wanted, [source, image], |row| row.get(0)).optional()?)
    }

    /// Writes down how far a deployment has come, and why it failed.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_state(
        &self,
        function: &Name,
        number: u32,
        state: State,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        self.connection().execute(
            "UPDATE deployment SET state = ?3, reason = ?4 WHERE function = ?1 AND number = ?2",
            params![function.as_str(), number, state.word(), reason],
        )?;
        Ok(())
    }

    /// Writes down what a deployment was built to.
    ///
    /// # Errors
    /// The database fails.
    pub fn set_package(&self, function: &Name, number: u32, package: &str) -> Result<(), Error> {
        self.connection().execute(
            "UPDATE deployment SET package = ?3 WHERE function = ?1 AND number = ?2",
            params![function.as_str(), number, package],
        )?;
        Ok(())
    }

    /// Makes a deployment that was built the one that answers, unless that was decided for a newer one. Tells
    /// whether it is.
    ///
    /// # Errors
    /// The database fails.
    pub fn activate(&self, function: &Name, number: u32) -> Result<bool, Error> {
        let changed = self.connection().execute(
            "UPDATE function SET active = ?2, decided = ?2 WHERE name = ?1 AND decided < ?2",
            params![function.as_str(), number],
        )?;
        Ok(changed == 1)
    }

    /// Makes an earlier deployment the one that answers. Those that are on their way come too late then.
    ///
    /// # Errors
    /// The database fails.
    pub fn roll_back(&self, function: &Name, number: u32) -> Result<(), Error> {
        self.connection().execute(
            "UPDATE function SET active = ?2,
                 decided = (SELECT MAX(number) FROM deployment WHERE function = ?1)
             WHERE name = ?1",
            params![function.as_str(), number],
        )?;
        Ok(())
    }

    /// Removes a function with all that is its own. Tells whether there was one.
    ///
    /// # Errors
    /// The database fails.
    pub fn remove(&self, function: &Name) -> Result<bool, Error> {
        Ok(self.connection().execute("DELETE FROM function WHERE name = ?1", [function.as_str()])? == 1)
    }

    /// The digests of every source and of every package that a deployment is made of.
    ///
    /// # Errors
    /// The database fails.
    pub fn digests(&self) -> Result<(Vec<String>, Vec<String>), Error> {
        let connection = self.connection();
        let column = |wanted: &str| -> Result<Vec<String>, rusqlite::Error> {
            connection.prepare_cached(wanted)?.query_map([], |row| row.get(0))?.collect()
        };
        Ok((
            column("SELECT DISTINCT source FROM deployment")?,
            column("SELECT DISTINCT package FROM deployment WHERE package IS NOT NULL")?,
        ))
    }

    /// Marks each deployment that was on its way when the program ended, and returns how many there were.
    ///
    /// # Errors
    /// The database fails.
    pub fn give_up_underway(&self, reason: &str) -> Result<usize, Error> {
        Ok(self.connection().execute(
            "UPDATE deployment SET state = 'failed', reason = ?1 WHERE state IN ('queued', 'building', 'starting')",
            [reason],
        )?)
    }
}

fn one(connection: &Connection, function: &Name, number: u32) -> rusqlite::Result<Option<Deployment>> {
    let wanted = format!("SELECT {COLUMNS} WHERE d.function = ?1 AND d.number = ?2");
    Ok(many(connection, &wanted, &[&function.as_str(), &number])?.pop())
}

fn many(
    connection: &Connection,
    wanted: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<Deployment>> {
    connection.prepare_cached(wanted)?.query_map(parameters, deployment)?.collect()
}

fn deployment(row: &Row<'_>) -> rusqlite::Result<Deployment> {
    let word: String = row.get(9)?;
    let state = State::ALL.into_iter().find(|state| state.word() == word);
    let limits: String = row.get(6)?;
    Ok(Deployment {
        function: name(row, 0)?,
        number: row.get(1)?,
        made_of: NewDeployment {
            runtime: row.get(2)?,
            image: row.get(3)?,
            serve: row.get(13)?,
            entrypoint: row.get(4)?,
            file: row.get(5)?,
            limits: serde_json::from_str(&limits).map_err(|error| wrong(6, error))?,
            source: row.get(7)?,
        },
        package: row.get(8)?,
        state: state.ok_or_else(|| wrong(9, std::io::Error::other(format!("no state: {word}"))))?,
        reason: row.get(10)?,
        created: row.get(11)?,
        active: row.get(12)?,
    })
}

fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: String| wrong(column, std::io::Error::other(error)))
}

fn wrong(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::folder::tests::Scratch;

    fn store(scratch: &Scratch) -> Store {
        Store::open(&scratch.0.join("state.db")).expect("it is made")
    }

    fn hello() -> Name {
        "hello".parse().expect("a name")
    }

    fn new(source: &str) -> NewDeployment {
        NewDeployment {
            runtime: "node:24".into(),
            image: "sha256:1".into(),
            serve: "sha256:1".into(),
            entrypoint: "index.js".into(),
            file: None,
            limits: Limits::default(),
            source: source.into(),
        }
    }

    fn active(store: &Store) -> Vec<u32> {
        store.active().expect("read").into_iter().map(|deployment| deployment.number).collect()
    }

    #[test]
    fn the_later_of_two_deployments_wins_whichever_is_built_first() {
        let scratch = Scratch::new("later");
        let store = store(&scratch);
        assert_eq!(store.add(&hello(), &new("a")).expect("added").number, 1);
        assert_eq!(store.add(&hello(), &new("b")).expect("added").number, 2);
        assert!(store.activate(&hello(), 2).expect("written"));
        assert!(!store.activate(&hello(), 1).expect("written"));
        assert_eq!(active(&store), [2]);
    }

    #[test]
    fn a_rollback_is_not_undone_by_what_was_on_its_way() {
        let scratch = Scratch::new("rollback");
        let store = store(&scratch);
        for source in ["a", "b", "c"] {
            store.add(&hello(), &new(source)).expect("added");
        }
        assert!(store.activate(&hello(), 1).expect("written"));
        assert!(store.activate(&hello(), 2).expect("written"));
        store.roll_back(&hello(), 1).expect("written");
        assert!(!store.activate(&hello(), 3).expect("written"));
        assert_eq!(active(&store), [1]);
        store.add(&hello(), &new("d")).expect("added");
        assert!(store.activate(&hello(), 4).expect("written"));
        assert_eq!(active(&store), [4]);
    }

    #[test]
    fn the_same_source_on_the_same_image_is_known() {
        let scratch = Scratch::new("same");
        let store = store(&scratch);
        store.add(&hello(), &new("a")).expect("added");
        assert_eq!(store.built_before("a", "sha256:1").expect("read"), None);
        store.set_package(&hello(), 1, "p").expect("written");
        assert_eq!(store.built_before("a", "sha256:1").expect("read").as_deref(), Some("p"));
        assert_eq!(store.built_before("a", "sha256:2").expect("read"), None);
        assert_eq!(store.digests().expect("read"), (vec!["a".to_string()], vec!["p".to_string()]));
    }

    #[test]
    fn what_is_written_is_read_after_a_restart_and_what_was_underway_has_failed() {
        let scratch = Scratch::new("restart");
        let first = store(&scratch);
        let added = first.add(&hello(), &new("a")).expect("added");
        first.set_state(&hello(), 1, State::Building, None).expect("written");
        drop(first);
        let store = store(&scratch);
        assert_eq!(store.give_up_underway("interrupted").expect("written"), 1);
        let reason = Some("interrupted".to_string());
        let read = store.deployment(&hello(), 1).expect("read").expect("it is there");
        assert_eq!(read, Deployment { state: State::Failed, reason, ..added });
    }

    #[test]
    fn a_function_goes_with_its_deployments_and_its_environment() {
        let scratch = Scratch::new("gone");
        let store = store(&scratch);
        store.add(&hello(), &new("a")).expect("added");
        let set = |value: Option<&str>| BTreeMap::from([("KEY".to_string(), value.map(String::from))]);
        store.change_environment(&hello(), &set(Some("1"))).expect("written");
        store.change_environment(&hello(), &set(Some("2"))).expect("written");
        assert_eq!(store.environment(&hello()).expect("read")["KEY"], "2");
        store.change_environment(&hello(), &set(None)).expect("written");
        assert!(store.environment(&hello()).expect("read").is_empty());
        store.change_environment(&hello(), &set(Some("3"))).expect("written");
        assert!(store.remove(&hello()).expect("written"));
        assert!(!store.remove(&hello()).expect("written"));
        assert!(store.functions().expect("read").is_empty());
        store.add(&hello(), &new("a")).expect("added");
        assert!(store.environment(&hello()).expect("read").is_empty());
        assert!(store.change_environment(&"other".parse().expect("a name"), &set(Some("1"))).is_err());
    }
}

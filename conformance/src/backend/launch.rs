//! How a server is started.

use crate::backend::source::{Package, Source};

/// The key that a server is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The run's own.
    Valid,
    /// None: the variable is not there.
    Unset,
    /// Another value.
    Raw(String),
}

/// A variable that a server is started with.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: &'static str,
}

/// How a server is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// By the image's own command, `launch.sh`.
    Launch,
    /// By `deploy.sh`, over source in the folder in which it looks, read-only.
    Deploy(Source),
    /// By `launch.sh` without a package, over code that was unpacked before.
    Unpacked,
    /// By `launch.sh`, twice: the first is stopped after its first answer, then [`Launch::ONCE_OVER`] is
    /// there, then comes the second.
    Twice,
    /// Not at all: the agent runs with these words, to its end.
    Agent(Vec<String>),
}

/// A server to be started. The default is `launch.sh` over the probe's package, with the run's key.
#[derive(Clone, Debug)]
pub struct Launch {
    how: Start,
    key: Key,
    environment: Vec<(String, String)>,
    package: Option<Package>,
    files: Vec<(String, Vec<u8>)>,
    where_built: bool,
}

impl Default for Launch {
    fn default() -> Self {
        Launch {
            how: Start::Launch,
            key: Key::Valid,
            environment: Vec::new(),
            package: Some(Package::Probe),
            files: Vec::new(),
            where_built: false,
        }
    }
}

impl Launch {
    /// The file that tells that the first of two launches is over.
    pub const ONCE_OVER: &str = "/tmp/once-over";
    /// The package under a name that `launch.sh` does not know, for [`Start::Unpacked`].
    pub const UNPACKED: &str = "unpacked.tar.gz";

    /// Started in another way.
    pub fn started(self, how: Start) -> Self {
        let deploys = matches!(how, Start::Deploy(_));
        let package = if deploys { None } else { self.package };
        Launch { how, package, where_built: self.where_built || deploys, ..self }
    }

    /// With another key.
    pub fn key(self, key: Key) -> Self {
        Launch { key, ..self }
    }

    /// With one more environment variable.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With a variable, which may be the key.
    pub fn with(self, variable: &Variable) -> Self {
        match variable.name {
            protocol::KEY => self.key(Key::Raw(variable.value.into())),
            name => self.variable(name, variable.value),
        }
    }

    /// With another package.
    pub fn package(self, package: Package) -> Self {
        Launch { package: Some(package), ..self }
    }

    /// With no package.
    pub fn without_package(self) -> Self {
        Launch { package: None, ..self }
    }

    /// With one more file in `/tmp`.
    pub fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), content.into()));
        self
    }

    /// In the image that builds, if the version is a pair: as `deploy.sh` always is.
    pub fn where_built(self) -> Self {
        Launch { where_built: true, ..self }
    }

    /// Whether it is started in the image that builds.
    pub fn is_where_built(&self) -> bool {
        self.where_built
    }

    /// How it is started.
    pub fn how(&self) -> &Start {
        &self.how
    }

    /// The key it gets.
    pub fn given_key(&self) -> &Key {
        &self.key
    }

    /// The environment it gets besides the key.
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// The files in `/tmp` besides the package.
    pub fn files(&self) -> &[(String, Vec<u8>)] {
        &self.files
    }

    /// The package it gets.
    pub fn given_package(&self) -> Option<Package> {
        self.package
    }

    /// The name under which the package is in `/tmp`.
    pub fn package_name(&self) -> &'static str {
        if self.how == Start::Unpacked { Self::UNPACKED } else { protocol::PACKAGE_NAME }
    }
}

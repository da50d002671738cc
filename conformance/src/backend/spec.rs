//! What a check may know of the runtime it judges.

use std::path::PathBuf;

use serde::Deserialize;

use crate::backend::base::Base;
use crate::backend::serving::Serving;
use crate::backend::source::Source;
use protocol::RuntimeId;

/// What a check may know of the runtime it judges: from its manifest and its language's folder.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Which runtime, and which version of it.
    pub id: RuntimeId,
    /// The image to check; of a pair, the one that builds.
    pub image: String,
    /// The image of a pair that serves.
    pub serving: Option<Serving>,
    /// What the image is built on.
    pub base: Base,
    /// The arguments that build the image.
    pub arguments: std::collections::BTreeMap<String, String>,
    /// The runtime's folder.
    pub folder: PathBuf,
    /// The folder with what the harness needs of it: `runtimes/<language>/conformance`.
    pub language: PathBuf,
    /// The default of `file`.
    pub entrypoint: String,
    /// The probe's other handlers.
    pub files: Vec<String>,
    /// One of them that is in a sub-folder: the folder, and the file in it.
    pub nested: (String, String),
    /// How functions of this language wait, as the probe's step `meet` names it.
    pub waits: Vec<Waiting>,
    /// Whether `build.sh` compiles.
    pub compiled: bool,
    /// What `build.sh` adds to the source of `plain/`: paths, and folders with a slash at their end.
    pub adds: Vec<String>,
    /// What `build.sh` leaves out of it, written alike: it must not be in the package.
    pub omits: Vec<String>,
    /// The bare server.
    pub bare: BareServer,
    /// Folders of example functions: the runtime's own first, then those under `examples/`.
    pub examples: Vec<PathBuf>,
    /// Fragments of the language's own messages.
    pub messages: Messages,
    /// Memory of a serving container, in MiB.
    pub memory: u32,
    /// The largest body if nothing else is set, in bytes.
    pub max_body: usize,
    /// Processes and threads at once in a serving container.
    pub processes: u32,
    /// The budget for `cold-start/boot`, in milliseconds.
    pub boot_budget: u32,
}

/// The bare server of a language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BareServer {
    /// Its name in `/tmp`, and in the language's folder if it is not built.
    pub file: String,
    /// The command that starts it.
    pub command: Vec<String>,
    /// How it is built, if it is.
    pub build: Option<BareBuild>,
}

/// How a bare server is built, in a container of the image with `folder` as `/usr/code`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BareBuild {
    /// Its folder in the language's folder.
    pub folder: String,
    /// The command.
    pub command: Vec<String>,
    /// What the command leaves, below the folder.
    pub artefact: String,
}

/// How the unit tests of a language are run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitTests {
    /// The command that runs the tests of the server and of what functions are written with, with the runtime's folder
    /// as `/usr/code`.
    pub command: Vec<String>,
    /// The command that runs the tests of an example: each example of the language has some.
    pub example: Vec<String>,
    /// Whether that runs in the example's package, built and unpacked, with what the example depends on beside it. Else
    /// it runs in the example's source, as `/usr/code`.
    #[serde(default)]
    pub packaged: bool,
    /// What is in a line of the output for each test, or group of tests, that passed.
    pub passed: String,
}

/// How a function waits.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Waiting {
    /// Others run on the same thread meanwhile.
    Await,
    /// The thread is held.
    Block,
}

impl Waiting {
    /// As the probe's step `meet` names it.
    pub fn name(self) -> &'static str {
        match self {
            Waiting::Await => "await",
            Waiting::Block => "block",
        }
    }
}

/// What a message must contain when a package is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Messages {
    /// A package that fails to load.
    pub broken: String,
    /// A package without a handler.
    pub no_handler: String,
    /// A package that fails to build.
    pub failing: String,
}

impl Spec {
    /// The folder of a source.
    pub fn source(&self, source: Source) -> PathBuf {
        self.language.join(match source {
            Source::Probe => "probe",
            Source::Plain => "plain",
            Source::Broken => "broken",
            Source::NoHandler => "no-handler",
            Source::Failing => "failing",
            Source::Example(number) => return self.examples[number].clone(),
        })
    }

    /// The folder of what the runtimes of a family share of a source, if they do: it goes beside what is in
    /// [`Spec::source`].
    pub fn shared_source(&self, source: Source) -> Option<PathBuf> {
        let family = self.folder.join("../base").join(self.base.family.as_ref()?).join("conformance");
        let own = self.source(source);
        let shared = family.join(own.strip_prefix(&self.language).ok()?);
        shared.is_dir().then_some(shared)
    }
}

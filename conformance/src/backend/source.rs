//! What a runtime serves, and what that is built from.

/// What a build on this machine leaves right in a function's folder: nobody wrote it there, and a check would build
/// over it instead of anew. Deeper down, a folder of one of these names is the function's.
pub const LEFT_BY_BUILDS: &[&str] = &["node_modules", "target", protocol::PACKAGE_NAME];

/// The packages that checks start servers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Package {
    /// The probe, with its dependency.
    Probe,
    /// The function without dependencies.
    Plain,
    /// The one that fails to load.
    Broken,
    /// The one without a handler.
    NoHandler,
    /// The example of that number in the spec.
    Example(usize),
}

/// Folders of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `probe/` of the language.
    Probe,
    /// `plain/` of the language.
    Plain,
    /// `broken/` of the language.
    Broken,
    /// `no-handler/` of the language.
    NoHandler,
    /// `failing/` of the language.
    Failing,
    /// The example of that number in the spec.
    Example(usize),
}

impl Package {
    /// What it is built from.
    pub fn source(self) -> Source {
        match self {
            Package::Probe => Source::Probe,
            Package::Plain => Source::Plain,
            Package::Broken => Source::Broken,
            Package::NoHandler => Source::NoHandler,
            Package::Example(number) => Source::Example(number),
        }
    }
}

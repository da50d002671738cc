//! The names on the wire: what whoever starts a runtime and whoever calls it must agree on.
//!
//! Source: `runtimes/CONTRACT.md`, "The wire". This module knows nothing of the harness, so that an
//! executor can share it as it stands.

/// The version of the contract that these names belong to.
pub const CONTRACT: u32 = 1;
/// The TCP port a runtime serves inside its container.
pub const PORT: u16 = 3000;
/// The request header that carries the key.
pub const CHALLENGE: &str = "X-Internal-Challenge";
/// The answer header that marks a runtime error and names its kind.
pub const ERROR: &str = "X-Internal-Error";
/// The environment variable with the key.
pub const KEY: &str = "INTERNAL_RUNTIME_KEY";
/// The environment variable that overrides the manifest's entrypoint.
pub const ENTRYPOINT: &str = "INTERNAL_RUNTIME_ENTRYPOINT";
/// The environment variable with the largest request body, in bytes.
pub const MAX_BODY: &str = "INTERNAL_RUNTIME_MAX_BODY";
/// The largest request body where [`MAX_BODY`] is unset, in bytes.
pub const DEFAULT_MAX_BODY: usize = 20 * 1024 * 1024;
/// Where code lies in a container, and the default of the body's `path`.
pub const CODE: &str = "/usr/code";
/// Where `deploy.sh` finds source.
pub const DEPLOY_CODE: &str = "/usr/deploy-code";
/// Where the scripts and the server lie in an image.
pub const SOURCE: &str = "/usr/local/src";
/// Where `launch.sh` finds the package.
pub const PACKAGE: &str = "/tmp/code.tar.gz";
/// The package's name in the folder where `build.sh` leaves it.
pub const PACKAGE_NAME: &str = "code.tar.gz";
/// The image label with the version of the contract.
pub const LABEL_CONTRACT: &str = "org.open-runtimes.contract";
/// The image label with the entrypoint.
pub const LABEL_ENTRYPOINT: &str = "org.open-runtimes.entrypoint";
/// The image label with the release of Debian that the image is made from.
pub const LABEL_RELEASE: &str = "org.open-runtimes.release";
/// The image label, `true`, of an image that is made from a release of Debian which still changes.
pub const LABEL_UNSTABLE: &str = "org.open-runtimes.unstable";

/// The kinds of runtime error: the value of the header [`ERROR`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key is missing, repeated or wrong.
    Unauthorized,
    /// Anything but POST.
    MethodNotAllowed,
    /// The body exceeds the limit.
    TooLarge,
    /// The body breaks the contract.
    BadRequest,
    /// No regular file at (`path`, `file`).
    CodeNotFound,
    /// The code is there and cannot be loaded.
    LoadFailed,
    /// The function failed.
    FunctionError,
    /// The function finished without an answer.
    NoResponse,
    /// The function's answer breaks the contract.
    InvalidResponse,
}

impl Kind {
    /// The status that goes with the kind.
    pub fn status(self) -> u16 {
        match self {
            Kind::Unauthorized => 401,
            Kind::MethodNotAllowed => 405,
            Kind::TooLarge => 413,
            Kind::BadRequest => 400,
            Kind::CodeNotFound => 404,
            Kind::LoadFailed | Kind::FunctionError | Kind::NoResponse | Kind::InvalidResponse => 500,
        }
    }

    /// The kind as the header [`ERROR`] spells it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Unauthorized => "unauthorized",
            Kind::MethodNotAllowed => "method-not-allowed",
            Kind::TooLarge => "too-large",
            Kind::BadRequest => "bad-request",
            Kind::CodeNotFound => "code-not-found",
            Kind::LoadFailed => "load-failed",
            Kind::FunctionError => "function-error",
            Kind::NoResponse => "no-response",
            Kind::InvalidResponse => "invalid-response",
        }
    }
}

//! What a runtime, its starter and its callers must agree on: names, messages and limits.
//!
//! The tables of `runtimes/CONTRACT.md` under "The wire" and "Numbers" are made from here. This crate knows nothing
//! of the harness, so that an executor can share it as it is.

mod kind;
pub mod limit;
pub mod message;
pub mod role;

pub use kind::Kind;

mod id;

pub use id::RuntimeId;

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
/// The largest request body if [`MAX_BODY`] is unset, in bytes.
pub const DEFAULT_MAX_BODY: usize = 20 * 1024 * 1024;
/// The fields of a request's body.
pub const FIELDS: [&str; 5] = ["path", "file", "env", "payload", "headers"];
/// Where code is in a container, and the default of the body's `path`.
pub const CODE: &str = "/usr/code";
/// Where `deploy.sh` finds source.
pub const DEPLOY_CODE: &str = "/usr/deploy-code";
/// Where the scripts and the server are in an image.
pub const SOURCE: &str = "/usr/local/src";
/// Where `launch.sh` finds the package.
pub const PACKAGE: &str = "/tmp/code.tar.gz";
/// The package's name in the folder where `build.sh` leaves it.
pub const PACKAGE_NAME: &str = "code.tar.gz";
/// The image label with the version of the contract.
pub const LABEL_CONTRACT: &str = "org.open-runtimes.contract";
/// The image label with the entrypoint.
pub const LABEL_ENTRYPOINT: &str = "org.open-runtimes.entrypoint";
/// The image label of each of a pair with its [`role`]. An image without it builds and serves.
pub const LABEL_ROLE: &str = "org.open-runtimes.role";
/// The image label with the name of the image that serves what this one builds.
pub const LABEL_SERVE: &str = "org.open-runtimes.serve";
/// The image label with the name of the image that builds what this one serves.
pub const LABEL_BUILD: &str = "org.open-runtimes.build";
/// The image label with the release of Debian that the image is made from.
pub const LABEL_RELEASE: &str = "org.open-runtimes.release";
/// The image label, `true`, of an image that is made from a release of Debian which still changes.
pub const LABEL_UNSTABLE: &str = "org.open-runtimes.unstable";

//! Functions, deployments, and what they are made of, kept in one folder: a database and files named by their content.

mod archive;
mod blobs;
mod error;
mod folder;
mod limits;
mod name;
mod store;

pub use archive::{Archive, ArchiveError, Bounds, unpack};
pub use blobs::{Blobs, Incoming};
pub use error::Error;
pub use folder::Folder;
pub use limits::{Limits, LimitsError};
pub use name::Name;
pub use store::{Deployment, NewDeployment, State, Store};

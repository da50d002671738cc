//! Checks a runtime from outside against the contract.
//!
//! The layers, from below: `wire` (HTTP by the byte), `backend` (what a server runs on, and the words for it),
//! `docker` (the container engine as a backend), `fixture` (what a check is given), `contract` (the requirements),
//! `plan` (what will be checked), `document` (the tables of documents), `report` (results), `run` (in which
//! order), `command`. A test holds that
//! no layer uses one above it, and that inside each no two files use each other. The crates `protocol` and
//! `engine` know none of this, so that an executor can share them as they are.

pub mod backend;
pub mod command;
pub mod contract;
pub mod docker;
pub mod document;
pub mod fixture;
pub mod plan;
pub mod report;
pub mod run;
pub mod wire;

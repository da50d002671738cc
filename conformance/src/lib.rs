//! Checks a runtime from outside against the contract.
//!
//! The rooms, and who may enter which: `contract` (the requirements) knows `wire` and `target`;
//! `target` (where a runtime is met) knows `engine` and `wire`; `plan` knows what will be checked, `run`
//! in which order; `report` knows results alone. A test holds these arrows. The crates `protocol` and `engine`
//! know none of this, so that an executor can share them as they are.

pub mod command;
pub mod contract;
pub mod plan;
pub mod report;
pub mod run;
pub mod target;
pub mod wire;

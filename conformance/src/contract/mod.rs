//! The requirements, filed as `runtimes/CONTRACT.md` is: one file a section.
//!
//! A requirement is one value in one place. The tables of the document, the list, the trials of `cargo test`, the
//! table and the report are views of it.

mod barrier;
mod expect;
mod requirement;
mod sentence;
pub mod steps;

mod auth;
mod body;
mod build;
mod code;
mod cold_start;
mod concurrency;
mod function;
mod hardening;
mod layout;
mod lifecycle;
mod server;

pub use requirement::{Check, CheckFuture, ContextCheck, Level, Requirement, ServerCheck};
pub use sentence::Sentence;
pub use server::{Case, List, Next, cases};

/// The sections of the contract, in the document's order.
pub const SECTIONS: [&str; 11] = [
    "server",
    "auth",
    "body",
    "code",
    "function",
    "concurrency",
    "lifecycle",
    "hardening",
    "build",
    "layout",
    "cold-start",
];

/// Every requirement of the contract, in the document's order.
pub fn requirements() -> impl Iterator<Item = &'static Requirement> {
    sections().into_iter().flatten()
}

/// The requirement of that id.
pub fn find(id: &str) -> Option<&'static Requirement> {
    requirements().find(|requirement| requirement.id == id)
}

fn sections() -> [&'static [Requirement]; 11] {
    [
        server::REQUIREMENTS,
        auth::REQUIREMENTS,
        body::REQUIREMENTS,
        code::REQUIREMENTS,
        function::REQUIREMENTS,
        concurrency::REQUIREMENTS,
        lifecycle::REQUIREMENTS,
        hardening::REQUIREMENTS,
        build::REQUIREMENTS,
        layout::REQUIREMENTS,
        cold_start::REQUIREMENTS,
    ]
}

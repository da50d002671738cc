//! What each mutant does wrong, and which requirements it breaks by that: one file a section, as the
//! requirements are filed.

mod auth;
mod body;
mod build;
mod code;
mod concurrency;
mod function;
mod lifecycle;
mod server;

use std::collections::BTreeSet;

use conformance::contract::Requirement;

/// A server with one fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mutant {
    /// The fault, as the reference asks for it: `section/what-is-wrong`.
    pub(crate) name: &'static str,
    /// The requirement that it is made for.
    pub(crate) breaks: &'static str,
    /// The words of that requirement that it breaks.
    pub(crate) clause: &'static str,
    /// What else goes red with it.
    also: &'static [&'static str],
    /// Why it cannot but.
    why: &'static str,
}

impl Mutant {
    /// A mutant for these words of a requirement.
    const fn new(name: &'static str, breaks: &'static str, clause: &'static str) -> Self {
        Mutant { name, breaks, clause, also: &[], why: "" }
    }

    /// Requirements that cannot but go red with it, and why.
    const fn and(self, why: &'static str, also: &'static [&'static str]) -> Self {
        Mutant { also, why, ..self }
    }

    /// Whether a requirement goes red with it, or is of the section that it is made for.
    pub(crate) fn concerns(&self, requirement: &Requirement) -> bool {
        self.breaks.split('/').next() == Some(requirement.section()) || self.also.contains(&requirement.id)
    }

    /// What it is meant to break, for a reader of a trial that went otherwise.
    pub(crate) fn meant(&self) -> String {
        let also = match self.also {
            [] => String::new(),
            also => format!(", and with it {}: {}", also.join(", "), self.why),
        };
        format!("breaks {}: {}{also}", self.breaks, self.clause)
    }

    /// The ids that go red, and no others.
    pub(crate) fn red(&self) -> BTreeSet<&'static str> {
        self.also.iter().copied().chain([self.breaks]).collect()
    }
}

/// Every mutant, in the order of the requirements.
pub(crate) fn mutants() -> impl Iterator<Item = &'static Mutant> {
    let sections: [&[Mutant]; 8] = [
        server::MUTANTS,
        auth::MUTANTS,
        body::MUTANTS,
        code::MUTANTS,
        function::MUTANTS,
        concurrency::MUTANTS,
        lifecycle::MUTANTS,
        build::MUTANTS,
    ];
    sections.into_iter().flatten()
}

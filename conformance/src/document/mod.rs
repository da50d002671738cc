//! The tables in documents that repeat what is said elsewhere: in the registry of requirements, in `protocol`, in
//! the figures of `bench`. They are written from there, and a test holds that they are as they would be written.

mod dialect;
mod figures;
mod page;
mod requirements;
mod table;
mod wire;

pub use figures::{Record, Records};
pub use page::{Page, View};

use std::path::Path;

use crate::contract::{List, SECTIONS};
use crate::plan::Runtime;

/// What to do about a table that differs from what it shows.
pub const REMEDY: &str = "tables in documents differ from what they show; `cargo run -p conformance -- document --write` writes them";

/// The documents with views, as they are and as they should be.
///
/// # Errors
/// A document or a file of figures that cannot be read, or a view that is in no document.
pub fn pages(root: &Path, runtimes: &[Runtime]) -> Result<Vec<Page>, String> {
    let mut measured = Vec::new();
    for runtime in runtimes {
        let figures = Records::read(&runtime.folder)?;
        figures.belong_to(&runtime.manifest)?;
        measured.push((runtime, figures));
    }
    let mut pages = vec![
        Page::read(&root.join("runtimes/CONTRACT.md"), contract())?,
        Page::read(&root.join("README.md"), vec![View::new("runtimes", figures::overview(&measured))])?,
    ];
    for (runtime, figures) in &measured {
        let table = View::new("figures", figures::table(&runtime.manifest, figures));
        pages.push(Page::read(&runtime.folder.join("DESIGN.md"), vec![table])?);
    }
    Ok(pages)
}

/// The views of the contract.
fn contract() -> Vec<View> {
    let sections =
        SECTIONS.map(|section| View::new(format!("requirements {section}"), requirements::table(section)));
    let others = [
        View::new("fields", wire::fields()),
        View::new("variables", wire::variables()),
        View::new("errors", wire::errors()),
        View::new("labels", wire::labels()),
        View::new("numbers", wire::numbers()),
        View::new("dialect refused", dialect::dialect(List::Refused)),
        View::new("dialect accepted", dialect::dialect(List::Whole)),
        View::new("dialect either", dialect::dialect(List::Either)),
    ];
    sections.into_iter().chain(others).collect()
}

//! A document with views in it: the text between `<!-- view: NAME -->` and `<!-- /view -->`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const END: &str = "<!-- /view -->";

/// The text between two markers.
#[derive(Clone, Debug)]
pub struct View {
    name: String,
    text: String,
}

impl View {
    /// The view of that name: whole lines.
    pub fn new(name: impl Into<String>, text: String) -> Self {
        View { name: name.into(), text }
    }

    fn start(&self) -> String {
        format!("<!-- view: {} -->\n", self.name)
    }
}

/// A document, as it is and as it should be.
#[derive(Clone, Debug)]
pub struct Page {
    path: PathBuf,
    text: String,
    fresh: String,
}

impl Page {
    /// Reads a document, and puts the views into a copy.
    ///
    /// # Errors
    /// It cannot be read, or it lacks a view or has one that is not known.
    pub fn read(path: &Path, views: Vec<View>) -> Result<Self, String> {
        let said = |why: String| format!("{}: {why}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| said(error.to_string()))?;
        let fresh = with_views(&text, &views).map_err(said)?;
        Ok(Page { path: path.to_path_buf(), text, fresh })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is as it should be.
    pub fn is_fresh(&self) -> bool {
        self.text == self.fresh
    }

    /// The lines that are wrong and those that should be there instead.
    pub fn diff(&self) -> String {
        let (old, new): (Vec<&str>, Vec<&str>) = (self.text.lines().collect(), self.fresh.lines().collect());
        let mut out = format!("{}\n", self.path.display());
        for (sign, line) in changes(&old, &new) {
            let _ = writeln!(out, "{sign} {line}");
        }
        out
    }

    /// Writes it as it should be.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), String> {
        std::fs::write(&self.path, &self.fresh).map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

/// The text with each view between its markers, one of each.
fn with_views(text: &str, views: &[View]) -> Result<String, String> {
    let mut fresh = text.to_string();
    for view in views {
        let start = view.start();
        let (before, rest) = fresh.split_once(&start).ok_or_else(|| {
            format!("a view is missing: put the lines `{}` and `{END}` where it belongs", start.trim_end())
        })?;
        let (_, after) =
            rest.split_once(END).ok_or_else(|| format!("`{}` has no `{END}`", start.trim_end()))?;
        if after.contains(&start) {
            return Err(format!("`{}` stands there twice", start.trim_end()));
        }
        fresh = format!("{before}{start}{}{END}{after}", view.text);
    }
    match fresh.matches("<!-- view: ").count() {
        there if there == views.len() => Ok(fresh),
        _ => Err(format!(
            "it has a view besides {:?}",
            views.iter().map(|view| &view.name).collect::<Vec<_>>()
        )),
    }
}

/// The lines that differ, by a longest common subsequence: those of `old` with `-`, those of `new` with `+`.
fn changes<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut changes) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            changes.push(('-', old[i]));
            i += 1;
        } else {
            changes.push(('+', new[j]));
            j += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views() -> [View; 2] {
        [View::new("one", "1\n".into()), View::new("two", "2\n".into())]
    }

    #[test]
    fn a_view_replaces_what_stands_between_its_markers() {
        let text =
            "a\n<!-- view: two -->\nold\nlines\n<!-- /view -->\nb\n<!-- view: one -->\n<!-- /view -->\n";
        let fresh = with_views(text, &views()).expect("both are there");
        assert_eq!(
            fresh,
            "a\n<!-- view: two -->\n2\n<!-- /view -->\nb\n<!-- view: one -->\n1\n<!-- /view -->\n"
        );
        assert_eq!(with_views(&fresh, &views()), Ok(fresh));
    }

    #[test]
    fn a_view_that_is_missing_twice_there_or_unknown_is_told() {
        let one = "<!-- view: one -->\n<!-- /view -->\n";
        let two = one.replace("one", "two");
        let told = |text: &str| with_views(text, &views()).expect_err("it is told");
        assert!(told(one).contains("view: two"));
        assert!(told(&format!("{one}{two}{one}")).contains("twice"));
        assert!(told(&format!("{one}{two}{}", one.replace("one", "three"))).contains("besides"));
        assert!(told(&format!("{two}<!-- view: one -->\n")).contains("has no"));
    }

    #[test]
    fn a_diff_shows_what_differs_alone() {
        let (old, new) = (["a", "b", "c", "d"], ["a", "x", "c", "d", "e"]);
        assert_eq!(changes(&old, &new), [('-', "b"), ('+', "x"), ('+', "e")]);
    }
}

//! `.dockerignore`: which files of a folder a build does not see.
//!
//! Docker's rules are not Git's: a pattern begins at the folder and not anywhere below, and an exception holds even
//! inside a folder that is left out. So this does not use a crate made for `.gitignore`.

use std::path::Path;

use crate::Error;

/// The patterns of a `.dockerignore`, in order.
#[derive(Debug, Default)]
pub(super) struct Ignore(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    /// Whether it begins with `!`: what matches is kept after all.
    keeps: bool,
    /// One for each folder of the path.
    parts: Vec<Part>,
}

/// What one folder or file of a path must be like.
#[derive(Debug)]
enum Part {
    /// `**`: any number of folders, even none.
    Folders,
    /// Everything else.
    Name(Vec<Glyph>),
}

/// What one character of a name must be like.
#[derive(Debug)]
enum Glyph {
    Is(char),
    /// `?`
    Any,
    /// `*`: any number of characters, even none.
    Many,
    /// `[a-z]`, or its opposite, `[^a-z]`.
    Of {
        ranges: Vec<(char, char)>,
        except: bool,
    },
}

impl Ignore {
    /// The patterns of a folder's `.dockerignore`; none if there is no such file. What a build is described by is
    /// kept whatever they say, since the engine has to read it.
    ///
    /// # Errors
    /// The file cannot be read, or has a line that is not a pattern.
    pub(super) fn of(folder: &Path, dockerfile: &str) -> Result<Self, Error> {
        let path = folder.join(".dockerignore");
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ignore::default()),
            Err(error) => return Err(Error::io(format!("read {name}"), error)),
        };
        let always = format!("{text}\n!.dockerignore\n!{dockerfile}");
        Ignore::parse(&always).map_err(|(line, text)| Error::Pattern { file: name, line, text })
    }

    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        let lines = lines.map(|(number, line)| (number, line.trim())).filter(|(_, line)| !line.is_empty());
        let patterns = lines.map(|(number, line)| Pattern::parse(line).ok_or((number + 1, line.into())));
        patterns.collect::<Result<_, _>>().map(Ignore)
    }

    /// Whether a path, relative to the folder, is left out. The last pattern that matches it or a folder above it
    /// decides.
    pub(super) fn leaves_out(&self, path: &Path) -> bool {
        let names = names(path);
        let mut out = false;
        for pattern in &self.0 {
            if pattern.keeps == out && pattern.matches(&names) {
                out = !pattern.keeps;
            }
        }
        out
    }

    /// Whether anything below a folder that is left out may be kept by an exception.
    pub(super) fn may_keep_below(&self, folder: &Path) -> bool {
        let names = names(folder);
        self.0.iter().any(|pattern| pattern.keeps && pattern.reaches_below(&names))
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        let (keeps, path) = match line.strip_prefix('!') {
            Some(path) => (true, path.trim()),
            None => (false, line),
        };
        let mut parts = Vec::new();
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => drop(parts.pop()),
                "**" => parts.push(Part::Folders),
                name => parts.push(Part::Name(glyphs(name)?)),
            }
        }
        (!path.is_empty()).then_some(Pattern { keeps, parts })
    }

    /// Whether it matches the path or a folder above it.
    fn matches(&self, names: &[Vec<char>]) -> bool {
        (1..=names.len()).any(|depth| is_path(&self.parts, &names[..depth]))
    }

    fn reaches_below(&self, folder: &[Vec<char>]) -> bool {
        for (at, name) in folder.iter().enumerate() {
            match self.parts.get(at) {
                Some(Part::Folders) => return true,
                Some(Part::Name(glyphs)) if is_name(glyphs, name) => {}
                _ => return false,
            }
        }
        self.parts.len() > folder.len()
    }
}

fn names(path: &Path) -> Vec<Vec<char>> {
    path.iter().map(|name| name.to_string_lossy().chars().collect()).collect()
}

/// `**` matches whole names: inside one it is refused, since what Docker makes of that is of no use.
fn glyphs(name: &str) -> Option<Vec<Glyph>> {
    if name.contains("**") {
        return None;
    }
    let mut glyphs = Vec::new();
    let mut rest = name.chars();
    while let Some(glyph) = rest.next() {
        glyphs.push(match glyph {
            '*' => Glyph::Many,
            '?' => Glyph::Any,
            '[' => class(&mut rest)?,
            '\\' => Glyph::Is(rest.next()?),
            other => Glyph::Is(other),
        });
    }
    Some(glyphs)
}

/// What follows `[`, up to `]`.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Glyph> {
    let mut set: Vec<char> = Vec::new();
    loop {
        match rest.next()? {
            ']' if !set.is_empty() => break,
            '\\' => set.push(rest.next()?),
            other => set.push(other),
        }
    }
    let except = set.first() == Some(&'^');
    let mut set = &set[usize::from(except)..];
    let mut ranges = Vec::new();
    loop {
        match set {
            [] => break,
            [from, '-', to, after @ ..] => {
                ranges.push((*from, *to));
                set = after;
            }
            [one, after @ ..] => {
                ranges.push((*one, *one));
                set = after;
            }
        }
    }
    (!ranges.is_empty()).then_some(Glyph::Of { ranges, except })
}

fn is_path(parts: &[Part], names: &[Vec<char>]) -> bool {
    match parts {
        [] => names.is_empty(),
        // At the end it matches whatever is below, and so one name at least.
        [Part::Folders] => !names.is_empty(),
        [Part::Folders, after @ ..] => (0..=names.len()).any(|skipped| is_path(after, &names[skipped..])),
        [Part::Name(glyphs), after @ ..] => {
            names.split_first().is_some_and(|(name, below)| is_name(glyphs, name) && is_path(after, below))
        }
    }
}

fn is_name(glyphs: &[Glyph], name: &[char]) -> bool {
    match glyphs {
        [] => name.is_empty(),
        [Glyph::Many, after @ ..] => (0..=name.len()).any(|skipped| is_name(after, &name[skipped..])),
        [glyph, after @ ..] => {
            name.split_first().is_some_and(|(one, others)| glyph.is(*one) && is_name(after, others))
        }
    }
}

impl Glyph {
    fn is(&self, one: char) -> bool {
        match self {
            Glyph::Is(wanted) => *wanted == one,
            Glyph::Any | Glyph::Many => true,
            Glyph::Of { ranges, except } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&one)) != *except
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds(text: &str, out: &[&str], kept: &[&str]) {
        let ignore = Ignore::parse(text).expect("patterns");
        for path in out {
            assert!(ignore.leaves_out(Path::new(path)), "{path} under {text:?}");
        }
        for path in kept {
            assert!(!ignore.leaves_out(Path::new(path)), "{path} under {text:?}");
        }
    }

    #[test]
    fn a_pattern_begins_at_the_folder() {
        holds("target", &["target", "target/debug/x"], &["server/target", "targets"]);
        holds("/target/", &["target", "target/x"], &["server/target"]);
        holds("a/b", &["a/b", "a/b/c"], &["a", "a/c", "b"]);
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_do_not() {
        holds("*.md", &["README.md"], &["docs/README.md", "README.mdx"]);
        holds("*/*.md", &["docs/README.md"], &["README.md", "a/b/c.md"]);
        holds("**/*.md", &["README.md", "a/b/c.md"], &["a/b/c.txt"]);
        holds("a/**/z", &["a/z", "a/b/c/z"], &["z", "a"]);
        holds("a/**", &["a/b", "a/b/c"], &["a", "b"]);
        holds("**", &["a", "a/b"], &[]);
    }

    #[test]
    fn the_last_that_matches_decides_even_inside_what_is_left_out() {
        holds("*\n!server", &["README.md", "documents/probe/x"], &["server", "server/a/b"]);
        holds("*.md\n!README*.md\nREADME-secret.md", &["a.md", "README-secret.md"], &["README-1.md"]);
        holds("*.md\nREADME-secret.md\n!README*.md", &["a.md"], &["README-secret.md"]);
        holds("a\n!a/b/c", &["a/x", "a/b/x"], &["a/b/c", "a/b/c/d"]);
    }

    #[test]
    fn comments_blanks_and_classes_are_read_as_docker_reads_them() {
        holds("\u{feff}# *\n\n  a  \n! b\n", &["a"], &["b", "# *"]);
        holds("?x", &["ax"], &["x", "aax", "/x"]);
        holds("[a-c]1\n[^a-c]2", &["a1", "c1", "d2"], &["d1", "a2"]);
        holds(r"\*", &["*"], &["a"]);
        holds("./a/../b", &["b"], &["a"]);
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named() {
        assert_eq!(Ignore::parse("a\n[b").expect_err("no pattern"), (2, "[b".into()));
        assert_eq!(Ignore::parse("!").expect_err("no pattern"), (1, "!".into()));
        assert_eq!(Ignore::parse("a**b").expect_err("no pattern"), (1, "a**b".into()));
    }

    #[test]
    fn a_folder_that_no_exception_reaches_need_not_be_read() {
        let may = |text: &str, folder: &str| {
            Ignore::parse(text).expect("patterns").may_keep_below(Path::new(folder))
        };
        assert!(!may("*\n!*.sh\n!server", "documents"));
        assert!(!may("*\n!server/api", "documents"));
        assert!(may("*\n!server/api", "server"));
        assert!(may("*\n!s*/api/x", "server/api"));
        assert!(may("*\n!**/keep", "documents/deep"));
    }
}

//! Which runtime a folder is for: seen from the names of its files.

use std::collections::BTreeSet;

use thiserror::Error;

/// A file that only one runtime's projects have, at the top of the folder.
const OWN: [(&str, &str); 21] = [
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("bunfig.toml", "bun"),
    ("deno.json", "deno"),
    ("deno.jsonc", "deno"),
    ("deno.lock", "deno"),
    ("go.mod", "go"),
    ("pom.xml", "java"),
    ("build.gradle", "java"),
    ("package-lock.json", "node"),
    ("npm-shrinkwrap.json", "node"),
    ("composer.json", "php"),
    ("composer.lock", "php"),
    ("requirements.txt", "python"),
    ("pyproject.toml", "python"),
    ("Pipfile", "python"),
    ("Gemfile", "ruby"),
    ("Gemfile.lock", "ruby"),
    ("Cargo.toml", "rust"),
    ("Cargo.lock", "rust"),
    ("tsconfig.build.json", "node"),
];

/// The file that a runtime calls by default.
const ENTRYPOINTS: [(&str, &str); 9] = [
    ("index.ts", "bun"),
    ("main.ts", "deno"),
    ("main.go", "go"),
    ("src/main/java/Main.java", "java"),
    ("index.js", "node"),
    ("index.php", "php"),
    ("main.py", "python"),
    ("index.rb", "ruby"),
    ("src/lib.rs", "rust"),
];

/// Why a folder is not recognised.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unrecognised {
    /// It could be for several.
    #[error("this could be for {}; say which, as in --runtime {}", .runtimes.join(" or "), .runtimes[0])]
    Ambiguous {
        /// The runtimes.
        runtimes: Vec<&'static str>,
    },
    /// It has nothing of any.
    #[error(
        "no runtime is recognised from these files; say which, as in --runtime node:24. Known by: {}",
        known()
    )]
    Nothing,
}

/// The runtime that a folder with these files is for: by what only its projects have, else by its entrypoint.
///
/// # Errors
/// It could be for several, or for none.
pub fn recognise(files: &[String]) -> Result<&'static str, Unrecognised> {
    let has = |name: &str| files.iter().any(|file| file == name);
    let of = |table: &[(&'static str, &'static str)]| -> BTreeSet<&'static str> {
        table.iter().filter(|(name, _)| has(name)).map(|(_, runtime)| *runtime).collect()
    };
    let mut found = of(&OWN);
    if found.is_empty() {
        found = of(&ENTRYPOINTS);
        if has("package.json") {
            // Bun and Node.js both have one. An index.js beside it is Node.js, since that is its entrypoint.
            found.insert("node");
        }
    }
    let runtimes: Vec<&'static str> = found.into_iter().collect();
    match runtimes[..] {
        [] => Err(Unrecognised::Nothing),
        [one] => Ok(one),
        _ => Err(Unrecognised::Ambiguous { runtimes }),
    }
}

fn known() -> String {
    let names: Vec<&str> = ENTRYPOINTS.iter().map(|(name, _)| *name).collect();
    format!("{}, package.json, and the files of package managers", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(files: &[&str], expected: Result<&str, &[&str]>) {
        let files: Vec<String> = files.iter().map(ToString::to_string).collect();
        let seen = recognise(&files);
        match expected {
            Ok(runtime) => assert_eq!(seen, Ok(runtime), "{files:?}"),
            Err([]) => assert_eq!(seen, Err(Unrecognised::Nothing), "{files:?}"),
            Err(runtimes) => {
                let Err(Unrecognised::Ambiguous { runtimes: seen }) = seen else {
                    panic!("{files:?}: {seen:?}")
                };
                assert_eq!(seen, runtimes, "{files:?}");
            }
        }
    }

    #[test]
    fn a_folder_is_seen_to_be_for_one_runtime() {
        is(&["index.js"], Ok("node"));
        is(&["package.json", "index.js"], Ok("node"));
        is(&["package.json", "src/x.ts"], Ok("node"));
        is(&["package.json", "bun.lock", "index.ts"], Ok("bun"));
        is(&["index.ts"], Ok("bun"));
        is(&["deno.json", "deno.lock", "main.ts"], Ok("deno"));
        is(&["main.ts"], Ok("deno"));
        is(&["main.py"], Ok("python"));
        is(&["requirements.txt", "app.py"], Ok("python"));
        is(&["go.mod", "main.go", "go.sum"], Ok("go"));
        is(&["Cargo.toml", "src/lib.rs"], Ok("rust"));
        is(&["pom.xml", "src/main/java/Main.java"], Ok("java"));
        is(&["src/main/java/Main.java"], Ok("java"));
        is(&["composer.json", "index.php"], Ok("php"));
        is(&["Gemfile", "index.rb"], Ok("ruby"));
        // A lock decides, whatever else lies there.
        is(&["package-lock.json", "package.json", "index.ts"], Ok("node"));
    }

    #[test]
    fn what_could_be_for_several_is_asked_about() {
        is(&["package.json", "index.ts"], Err(&["bun", "node"]));
        is(&["go.mod", "requirements.txt"], Err(&["go", "python"]));
        is(&["main.py", "index.js"], Err(&["node", "python"]));
        is(&["README.md", "sub/index.js"], Err(&[]));
        is(&[], Err(&[]));
    }
}

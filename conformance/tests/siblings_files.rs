//! What each runtime's folder repeats, since its image is built of that folder alone: `deploy.sh`,
//! `docker-compose.yml`, and the labels in `Dockerfile`. It is written here once, and its data are the manifest's.
//! A folder that says something else fails. After a change here, and for a new language, this writes them:
//!
//! ```sh
//! CONFORMANCE_SIBLINGS=write cargo test -p conformance --test siblings_files
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use conformance::backend::Source;
use conformance::plan::{self, Plan};

const COMMAND: &str = "CONFORMANCE_SIBLINGS=write cargo test -p conformance --test siblings_files";

const DEPLOY: &str = "\
#!/bin/sh
# Builds the function in /usr/deploy-code and serves it.
# shellcheck source-path=SCRIPTDIR source=../base/lib/deploy.sh
. /usr/local/lib/open-runtimes/deploy.sh
";

const COMPOSE: &str = "\
# Builds the function in ./example and serves it, in a container that may do nothing else.
services:
  function:
    image: open-runtimes/<name>:${TAG:-<version>}
    command: deploy.sh
    environment:
      INTERNAL_RUNTIME_KEY: ${INTERNAL_RUNTIME_KEY:-password}
    ports:
      - \"127.0.0.1:${PORT:-3000}:3000\"
    read_only: true
    cap_drop: [ALL]
    security_opt: [\"no-new-privileges:true\"]
    pids_limit: 128
    mem_limit: <memory>m
    volumes:
      - ./example:/usr/deploy-code:ro
      - /tmp
    tmpfs:
      - /usr/code:exec,mode=1777
";

/// The description is the one thing that a Dockerfile says in words of its own.
const LABELS: &str = "\
LABEL org.opencontainers.image.title=\"Open Runtimes: <title>\" \\
      org.opencontainers.image.version=\"${<argument>}\" \\
      org.opencontainers.image.description=\"<description>\" \\
      org.open-runtimes.entrypoint=\"<entrypoint>\"<pair>
CMD [\"launch.sh\"]
";

/// What an image of a pair also says: its role, and the name of the other.
const PAIR: &str = " \\
      org.open-runtimes.role=\"<role>\" \\
      org.open-runtimes.<other>=\"open-runtimes/<name>:${<argument>}<suffix>\"";

/// How each labels in a Dockerfile begin.
const TITLE: &str = "LABEL org.opencontainers.image.title=";

fn filled(template: &str, data: &[(&str, &str)]) -> String {
    data.iter().fold(template.to_string(), |text, (name, value)| text.replace(&format!("<{name}>"), value))
}

/// A runtime, and what its manifest says of it.
struct Sibling {
    folder: PathBuf,
    name: String,
    title: String,
    entrypoint: String,
    memory: u32,
    /// The target that serves, if each version is a pair.
    serves: Option<String>,
    /// Each version, and the build arguments that make it.
    versions: BTreeMap<String, BTreeMap<String, String>>,
}

impl Sibling {
    fn all() -> Vec<Self> {
        let runtimes = plan::discover(&plan::repository().expect("the repository is found"))
            .expect("the runtimes are found");
        let plan = Plan::of(&runtimes, plan::today()).expect("a plan");
        let sibling = |runtime: plan::Runtime| {
            let specs: Vec<_> = plan.versions.values().filter(|spec| spec.folder == runtime.folder).collect();
            Sibling {
                name: runtime.manifest.name,
                title: runtime.manifest.title,
                entrypoint: runtime.manifest.entrypoint,
                memory: specs[0].memory,
                serves: runtime.manifest.serve.map(|serve| serve.target),
                versions: specs
                    .iter()
                    .map(|spec| (spec.id.version().to_string(), spec.arguments.clone()))
                    .collect(),
                folder: runtime.folder,
            }
        };
        runtimes.into_iter().map(sibling).collect()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// The build argument whose value is the version's name: it is what the label says.
    fn argument(&self) -> Result<&str, String> {
        let (_, arguments) = self.versions.first_key_value().ok_or("runtime.toml names no version")?;
        let names = |argument: &&String| {
            self.versions.iter().all(|(version, arguments)| arguments.get(*argument) == Some(version))
        };
        let argument = arguments.keys().find(names).map(String::as_str);
        argument.ok_or_else(|| "no build argument has each version's name for its value".into())
    }

    /// The version that `docker build` without arguments makes, which is the one that Compose runs without a tag.
    fn default_version<'d>(&self, argument: &str, dockerfile: &'d str) -> Result<&'d str, String> {
        let line = format!("ARG {argument}=");
        let mut defaults = dockerfile.lines().filter_map(|text| text.strip_prefix(&line));
        let first = defaults.next().ok_or_else(|| format!("Dockerfile has no `{line}<version>`"))?;
        if let Some(other) = defaults.find(|default| *default != first) {
            return Err(format!("Dockerfile has both `{line}{first}` and `{line}{other}`"));
        }
        if !self.versions.contains_key(first) {
            return Err(format!("Dockerfile has `{line}{first}`, a version that runtime.toml does not name"));
        }
        Ok(first)
    }

    /// What a stage says of the pair that it is one image of.
    fn pair(&self, argument: &str, is_last: bool) -> String {
        let Some(target) = &self.serves else { return String::new() };
        let suffix = if is_last { format!("-{target}") } else { String::new() };
        let (role, other) = if is_last { ("build", "serve") } else { ("serve", "build") };
        let data = [
            ("role", role),
            ("other", other),
            ("name", &self.name),
            ("argument", argument),
            ("suffix", &suffix),
        ];
        filled(PAIR, &data)
    }

    /// The Dockerfile with the labels that it should have, of its last stage and of those before that only launch.
    fn labelled(&self, argument: &str, dockerfile: &str) -> Result<String, String> {
        let mut wanted = String::new();
        let mut rest = dockerfile;
        while let Some(at) = rest.find(TITLE) {
            let (before, labels) = rest.split_at(at);
            let end = labels.find("\nCMD ").map_or(labels.len(), |at| at + 1);
            let end = labels[end..].find('\n').map_or(labels.len(), |at| end + at + 1);
            let stage = before.rfind("\nFROM ").map_or(before, |at| &before[at..]);
            if !stage.contains(&format!("\nARG {argument}=")) {
                return Err(format!(
                    "a stage of Dockerfile has labels and no `ARG {argument}=<version>` before them"
                ));
            }
            let described =
                labels[..end].split_once("image.description=\"").and_then(|(_, text)| text.split_once('"'));
            let (description, _) = described.ok_or("labels in Dockerfile have no description")?;
            let is_last = !labels[end..].contains(TITLE);
            let suffix = if is_last { "" } else { ", launch only" };
            wanted += before;
            wanted += &filled(
                LABELS,
                &[
                    ("title", &format!("{}{suffix}", self.title)),
                    ("argument", argument),
                    ("description", description),
                    ("entrypoint", &self.entrypoint),
                    ("pair", &self.pair(argument, is_last)),
                ],
            );
            rest = &labels[end..];
        }
        if wanted.is_empty() {
            return Err(format!("Dockerfile has no labels; it should end like this:\n{LABELS}"));
        }
        Ok(wanted + rest)
    }

    /// Each file that repeats what its siblings have, as it should be.
    fn wanted(&self, dockerfile: &str) -> Result<[(&'static str, String); 3], String> {
        let argument = self.argument()?;
        let version = self.default_version(argument, dockerfile)?;
        let memory = self.memory.to_string();
        let compose = filled(COMPOSE, &[("name", &self.name), ("version", version), ("memory", &memory)]);
        Ok([
            ("deploy.sh", DEPLOY.to_string()),
            ("docker-compose.yml", compose),
            ("Dockerfile", self.labelled(argument, dockerfile)?),
        ])
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    #[cfg(unix)]
    if path.extension().is_some_and(|extension| extension == "sh") {
        use std::os::unix::fs::PermissionsExt;
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, executable)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// The first line in which two texts differ, as it is and as it should be.
fn difference(is: &str, should_be: &str) -> String {
    let (mut is, mut should_be) = (is.lines(), should_be.lines());
    for number in 1.. {
        let lines = (is.next(), should_be.next());
        if lines.0 != lines.1 || lines == (None, None) {
            let shown =
                |line: Option<&str>| line.map_or("nothing more".to_string(), |line| format!("`{line}`"));
            return format!("line {number} is {}, and should be {}", shown(lines.0), shown(lines.1));
        }
    }
    unreachable!("each text ends")
}

/// Holds a file of a runtime to what it should be, or writes it.
fn hold(sibling: &Sibling, file: &str, should_be: &str, wrong: &mut Vec<String>) {
    let (name, is) = (&sibling.name, sibling.read(file));
    if is == should_be {
        return;
    }
    if std::env::var("CONFORMANCE_SIBLINGS").is_ok_and(|value| value == "write") {
        write(&sibling.folder.join(file), should_be);
        println!("runtimes/{name}/{file}: written");
    } else {
        let difference = difference(&is, should_be);
        wrong.push(format!("runtimes/{name}/{file}: {difference}; `{COMMAND}` mends it"));
    }
}

#[test]
fn each_folder_repeats_what_its_siblings_have() {
    let mut wrong = Vec::new();
    for sibling in Sibling::all() {
        match sibling.wanted(&sibling.read("Dockerfile")) {
            Ok(files) => {
                for (file, should_be) in files {
                    hold(&sibling, file, &should_be, &mut wrong);
                }
            }
            Err(why) => wrong.push(format!("runtimes/{}: {why}", sibling.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a runtime's own Dockerfile becomes with one text replaced, which has to be in it.
fn changed(dockerfile: &str, text: &str, by: &str) -> String {
    assert!(dockerfile.contains(text), "no {text:?} in\n{dockerfile}");
    dockerfile.replace(text, by)
}

#[test]
fn a_label_that_was_changed_is_mended() {
    for sibling in Sibling::all() {
        let dockerfile = sibling.read("Dockerfile");
        let title = format!("Open Runtimes: {}", sibling.title);
        let entrypoint = format!("entrypoint=\"{}\"", sibling.entrypoint);
        for (text, by) in [
            (title.as_str(), "Open Runtimes: Another"),
            (&entrypoint, "entrypoint=\"another\""),
            ("image.version=\"${", "image.version=\"of ${"),
            ("CMD [\"launch.sh\"]", "CMD launch.sh"),
            ("      org.open-runtimes", "  org.open-runtimes"),
        ] {
            let changed = changed(&dockerfile, text, by);
            let [.., (_, mended)] = sibling.wanted(&changed).expect("labels that can be mended");
            assert_ne!(mended, changed, "{}: {text} as {by}", sibling.name);
            assert_eq!(mended, dockerfile, "{}: {text} as {by}", sibling.name);
        }
    }
}

#[test]
fn a_dockerfile_that_nobody_can_mend_says_why() {
    for sibling in Sibling::all() {
        let dockerfile = sibling.read("Dockerfile");
        let argument = sibling.argument().expect("an argument for the version");
        let version = sibling.default_version(argument, &dockerfile).expect("a default");
        let default = format!("ARG {argument}={version}");
        for (text, by, why) in [
            (default.as_str(), "", "has no `ARG"),
            (&default, &format!("{default}\nARG {argument}=0"), "has both"),
            (&default, &format!("ARG {argument}=0"), "does not name"),
            (TITLE, "LABEL title=", "has no labels"),
            ("image.description=", "image.about=", "no description"),
        ] {
            let refused = sibling.wanted(&changed(&dockerfile, text, by)).expect_err(why);
            assert!(refused.contains(why), "{}: {text} as {by}: {refused}", sibling.name);
        }
    }
}

#[test]
fn what_a_family_shares_of_the_probe_is_in_no_folder_of_a_runtime() {
    let runtimes = plan::discover(&plan::repository().expect("the repository is found"))
        .expect("the runtimes are found");
    let plan = Plan::of(&runtimes, plan::today()).expect("a plan");
    let mut sharing = 0;
    for spec in plan.versions.values() {
        let Some(shared) = spec.shared_source(Source::Probe) else { continue };
        assert!(spec.base.family.is_some(), "{} is of no family and shares {}", spec.id, shared.display());
        for entry in std::fs::read_dir(&shared).expect("a folder can be read").flatten() {
            let twice = spec.source(Source::Probe).join(entry.file_name());
            assert!(!twice.exists(), "{} hides {}", twice.display(), entry.path().display());
        }
        sharing += 1;
    }
    assert!(sharing > 0, "no family shares anything of its probe");
}

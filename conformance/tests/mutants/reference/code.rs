//! The code that a request names, loaded once and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use protocol::{CODE, Kind};

use super::fault::Fault;
use super::residue::lock;
use super::runtime_error::RuntimeError;
use super::sandbox::Sandbox;

/// The longest first line of a source file, in bytes.
const LINE: u64 = 4096;

/// How a function of this language behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kin {
    /// It acts the probe.
    Probe,
    /// It echoes.
    Plain,
}

/// A file that is loaded.
#[derive(Debug)]
pub(crate) struct Code {
    /// What it does.
    pub(crate) kin: Kin,
    /// The name that it gives itself.
    pub(crate) name: String,
    /// The folder that it was asked for in.
    pub(crate) path: String,
    /// Drawn when it was loaded.
    pub(crate) mark: String,
    calls: AtomicU64,
}

impl Code {
    /// Counts a call, this one included.
    pub(crate) fn count(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// All code that is loaded, by its path.
#[derive(Debug)]
pub(crate) struct Codes {
    sandbox: Sandbox,
    fault: Fault,
    loaded: Mutex<BTreeMap<String, Arc<Code>>>,
    /// What a fault remembers of places where nothing was.
    missed: Mutex<BTreeSet<String>>,
}

impl Codes {
    /// Nothing yet.
    pub(crate) fn new(sandbox: Sandbox, fault: Fault) -> Self {
        Codes { sandbox, fault, loaded: Mutex::default(), missed: Mutex::default() }
    }

    /// Whether nothing was loaded yet.
    pub(crate) fn is_empty(&self) -> bool {
        lock(&self.loaded).is_empty()
    }

    /// The code of a file, loaded when first asked for. What could not be loaded is not remembered.
    pub(crate) fn resolve(&self, path: &str, file: &str) -> Result<Arc<Code>, RuntimeError> {
        let place = self.place(path, file);
        let mut loaded = lock(&self.loaded);
        let kept = match self.fault.name() {
            // Of folders with the name of a nonce, since these alone have twins.
            "code/kept-by-its-name-alone" if place.split('/').nth(3).is_some_and(|name| name.len() == 17) => {
                place.rsplit('/').next().unwrap_or_default().to_string()
            }
            _ => place.clone(),
        };
        if self.fault.is("code/other-path-after-usr-code-only") && path != CODE && loaded.is_empty() {
            return Err(self.missing());
        }
        if let Some(code) = loaded.get(&kept)
            && !self.is_forgotten(code)
        {
            return Ok(code.clone());
        }
        let source = self.sandbox.below(&place);
        if !self.is_there(&source, path, &place) {
            return Err(self.missing());
        }
        let code = Arc::new(self.load(&source, path)?);
        loaded.insert(kept, code.clone());
        Ok(code)
    }

    /// The absolute path of a file, without `.` and `..`.
    fn place(&self, path: &str, file: &str) -> String {
        let joined = match self.fault.name() {
            "code/file-ignored" => format!("{path}/main"),
            "code/base-name-looked-up" => format!("{path}/{}", file.rsplit('/').next().unwrap_or_default()),
            "code/path-ignored" => format!("{CODE}/{file}"),
            "code/path-below-usr-code" if path != CODE => format!("{CODE}/{path}/{file}"),
            "code/absolute-file-accepted" if file.starts_with('/') => file.to_string(),
            "code/climbing-file-clamped" => format!("{path}/{}", file.replace("../", "")),
            "code/relative-path-accepted" if !path.starts_with('/') => format!("{CODE}/{path}/{file}"),
            _ => format!("{path}/{file}"),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                name => parts.push(name),
            }
        }
        format!("/{}", parts.join("/"))
    }

    /// Whether a regular file is there. It may come later, so that it was missing is not remembered.
    fn is_there(&self, source: &Path, path: &str, place: &str) -> bool {
        let folder = source.parent().unwrap_or(source);
        let there = match self.fault.name() {
            "code/folder-counts-as-a-file" => source.is_file() || source.is_dir(),
            "code/device-counts-as-a-file" => source.exists() && !source.is_dir(),
            "code/symbolic-link-refused" => {
                source.is_file() && source.canonicalize().is_ok_and(|real| real.ends_with(&place[1..]))
            }
            "code/sub-folder-refused" => source.is_file() && place.matches('/').count() <= 3,
            "code/late-in-usr-code-only" => source.is_file() && path.starts_with(CODE),
            _ => source.is_file(),
        };
        let missed = match self.fault.name() {
            "code/missing-file-remembered" => place.to_string(),
            "code/missing-folder-remembered" if !folder.is_dir() => folder.display().to_string(),
            "code/missing-folder-remembered" => {
                return there && !lock(&self.missed).contains(&*folder.to_string_lossy());
            }
            "code/folder-listed-once" if folder.is_dir() => return self.was_listed(folder, source),
            _ => return there,
        };
        let mut all = lock(&self.missed);
        let before = all.contains(&missed);
        if !there {
            all.insert(missed);
        }
        there && !before
    }

    /// A fault: what a folder holds is read once.
    fn was_listed(&self, folder: &Path, source: &Path) -> bool {
        let mut all = lock(&self.missed);
        let name = |path: &Path| path.to_string_lossy().into_owned();
        if all.insert(format!("what was in {}", name(folder))) {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            all.extend(entries.map(|entry| name(&entry.path())));
        }
        all.contains(&name(source)) && source.is_file()
    }

    fn missing(&self) -> RuntimeError {
        let is_empty =
            || std::fs::read_dir(self.sandbox.below(CODE)).is_ok_and(|mut entries| entries.next().is_none());
        let wrong =
            self.fault.is("code/missing-is-500") || self.fault.is("code/empty-folder-is-500") && is_empty();
        let kind = if wrong { Kind::LoadFailed } else { Kind::CodeNotFound };
        RuntimeError::new(
            kind,
            match self.fault.name() {
                "code/missing-in-other-words" => "No such file or directory",
                _ => "Code file not found.",
            },
        )
    }

    /// Whether a fault loads it again.
    fn is_forgotten(&self, code: &Code) -> bool {
        match self.fault.name() {
            "code/loaded-for-every-request" => true,
            "code/loaded-again-now-and-then" => code.calls.load(Ordering::SeqCst) % 10 == 9,
            "code/counter-starts-again" => {
                code.calls.store(0, Ordering::SeqCst);
                false
            }
            _ => false,
        }
    }

    /// Reads what a source file says of itself in its first line.
    fn load(&self, source: &Path, path: &str) -> Result<Code, RuntimeError> {
        let failed = |message: String| RuntimeError::new(Kind::LoadFailed, message);
        let file = std::fs::File::open(source).map_err(|error| failed(error.to_string()))?;
        let mut line = String::new();
        let mut reader = BufReader::new(file.take(LINE));
        reader.read_line(&mut line).map_err(|error| failed(error.to_string()))?;
        match line.trim().split_once(' ').unwrap_or((line.trim(), "")) {
            ("probe", name) => Ok(Code::new(Kin::Probe, name, path)),
            ("plain", name) => Ok(Code::new(Kin::Plain, name, path)),
            ("broken", _) => Err(self.broken(source)),
            _ => self.no_handler(path),
        }
    }

    fn broken(&self, source: &Path) -> RuntimeError {
        let message = "SyntaxError: this file says that it is broken";
        eprintln!("{message}\n    at {}", source.display());
        match self.fault.name() {
            "code/broken-ends-the-server" => std::process::exit(1),
            "code/broken-is-404" => self.missing(),
            "code/broken-is-a-function-error" => RuntimeError::new(Kind::FunctionError, message),
            "code/broken-without-its-message" => {
                RuntimeError::new(Kind::LoadFailed, "The code cannot be loaded.")
            }
            _ => RuntimeError::new(Kind::LoadFailed, message).stack(format!("{message}\n    at line 1")),
        }
    }

    fn no_handler(&self, path: &str) -> Result<Code, RuntimeError> {
        let message = "The file exports no handler: begin it with `probe <name>` or `plain <name>`.";
        match self.fault.name() {
            "code/no-handler-runs-as-nothing" => Ok(Code::new(Kin::Plain, "", path)),
            "code/no-handler-is-a-function-error" => Err(RuntimeError::new(Kind::FunctionError, message)),
            "code/no-handler-is-404" => Err(self.missing()),
            "code/no-handler-without-advice" => {
                Err(RuntimeError::new(Kind::LoadFailed, "Undefined is no function."))
            }
            _ => Err(RuntimeError::new(Kind::LoadFailed, message)),
        }
    }
}

impl Code {
    fn new(kin: Kin, name: &str, path: &str) -> Self {
        let mark = format!("{:016x}", rand::random::<u64>());
        Code { kin, name: name.into(), path: path.into(), mark, calls: AtomicU64::new(0) }
    }
}

/// Whether a file stays inside its folder, by its letters alone.
pub(crate) fn stays_inside(file: &str) -> bool {
    let mut depth = 0_i32;
    let climbs = file.split('/').any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    });
    !climbs && !file.starts_with('/') && !file.contains('\0')
}

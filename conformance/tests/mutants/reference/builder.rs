//! What `build.sh` does: source in, package out, or no package at all.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use protocol::{CODE, PACKAGE_NAME};

use super::fault::Fault;
use super::sandbox::Sandbox;

/// A source that holds this cannot be built.
const FAILING: &str = "failing";
/// Where a source declares what it depends on: a line with a name and a version for each.
const MANIFEST: &str = "manifest";

/// Builds the contents of `/usr/code`.
pub(crate) fn run() -> Result<(), String> {
    let sandbox = Sandbox::from_environment()?;
    let fault = Fault::from_environment();
    build(&sandbox, CODE, &format!("{CODE}/{PACKAGE_NAME}"), &fault)
}

/// Builds the contents of `source` into `package`.
pub(crate) fn build(sandbox: &Sandbox, source: &str, package: &str, fault: &Fault) -> Result<(), String> {
    let told = |what: &'static str| move |error: io::Error| format!("build: {what}: {error}.");
    let (source, package) = (sandbox.below(source), sandbox.below(package));
    if package.exists() && !fault.is("build/earlier-package-left") {
        std::fs::remove_file(&package).map_err(told("an earlier package cannot be removed"))?;
    }
    let work = sandbox.below(format!("/tmp/build-{}", std::process::id()));
    std::fs::create_dir_all(&work).map_err(told("no place to work in"))?;
    let built = fixture(&source, &work, fault).map_err(told("the source cannot be copied")).and_then(|()| {
        spoil(&work, fault).map_err(told("the copy cannot be spoilt"))?;
        check(&source, fault)?;
        install(&work, fault)?;
        pack(&work, &package, fault).map_err(told("the package cannot be written"))
    });
    let _ = std::fs::remove_dir_all(&work);
    match built {
        Err(message) if fault.is("build/failure-exits-with-zero") => {
            eprintln!("{message}");
            Ok(())
        }
        Err(_) if fault.is("build/tool-silenced") => Err("build: it failed.".into()),
        Err(message) if fault.is("build/failure-leaves-a-package") => {
            let _ = std::fs::write(&package, "");
            Err(message)
        }
        other => other,
    }
}

fn fixture(source: &Path, work: &Path, fault: &Fault) -> io::Result<()> {
    for entry in std::fs::read_dir(source)? {
        let entry = entry?;
        if entry.file_name() == PACKAGE_NAME && !fault.is("build/package-contains-itself") {
            continue;
        }
        run_tool(Command::new("cp").arg("-R").arg(entry.path()).arg(work))?;
    }
    if source.join(PACKAGE_NAME).exists() || !fault.is("build/package-contains-itself") {
        return Ok(());
    }
    std::fs::write(work.join(PACKAGE_NAME), "")
}

/// What a fault does to the copy of a source.
fn spoil(work: &Path, fault: &Fault) -> io::Result<()> {
    let find = |arguments: &[&str]| run_tool(Command::new("find").arg(work).args(arguments));
    match fault.name() {
        "build/hidden-files-left-out" => find(&["-name", ".hidden", "-delete"]),
        "build/programs-no-longer-executable" => find(&["-type", "f", "-exec", "chmod", "a-x", "{}", "+"]),
        "build/links-followed" => {
            let follow = r#"cp --remove-destination "$(readlink -f "$0")" "$0""#;
            find(&["-type", "l", "-not", "-xtype", "l", "-exec", "sh", "-c", follow, "{}", ";"])
        }
        "build/empty-folders-left-out" => find(&["-type", "d", "-empty", "-delete"]),
        "build/its-own-notes-packed" => std::fs::write(work.join("build.log"), "done"),
        _ => Ok(()),
    }
}

/// The tool of this language refuses a source that says so.
fn check(source: &Path, fault: &Fault) -> Result<(), String> {
    if source.join(FAILING).exists() && !fault.is("build/failure-unnoticed") {
        return Err("tool: failing says that it cannot be built".into());
    }
    Ok(())
}

/// Installs each dependency that the manifest declares: its folder goes where the function looks.
fn install(work: &Path, fault: &Fault) -> Result<(), String> {
    let manifest = std::fs::read_to_string(work.join(MANIFEST)).unwrap_or_default();
    if fault.is("build/dependency-not-installed") {
        return Ok(());
    }
    for (name, version) in manifest.lines().filter_map(|line| line.split_once(' ')) {
        let failed = |why: String| format!("tool: {name} {version} cannot be installed: {why}");
        let registry = work.join(name);
        let about =
            std::fs::read_to_string(registry.join("about")).map_err(|error| failed(error.to_string()))?;
        if !about.lines().any(|line| line == format!("version {version}")) {
            return Err(failed("there is another version".into()));
        }
        let installed = work.join("installed");
        std::fs::create_dir_all(&installed).map_err(|error| failed(error.to_string()))?;
        std::fs::rename(&registry, installed.join(name)).map_err(|error| failed(error.to_string()))?;
        if fault.is("build/dependency-is-an-empty-shell") {
            std::fs::write(installed.join(name).join("about"), "")
                .map_err(|error| failed(error.to_string()))?;
        }
    }
    Ok(())
}

/// Packs the folder and puts the package in its place by rename.
fn pack(work: &Path, package: &Path, fault: &Fault) -> io::Result<()> {
    if fault.is("build/nothing-packed") {
        return Ok(());
    }
    let unfinished = package.with_file_name(format!(".{PACKAGE_NAME}.{}", std::process::id()));
    let mut tar =
        Command::new("tar").args(["-cf", "-", "."]).current_dir(work).stdout(Stdio::piped()).spawn()?;
    // Not compressed: hundreds of packages are made, and soon thrown away.
    let mut out = GzEncoder::new(std::fs::File::create(&unfinished)?, Compression::none());
    if let Some(archive) = tar.stdout.as_mut() {
        io::copy(archive, &mut out)?;
    }
    out.finish()?;
    if !tar.wait()?.success() {
        return Err(io::Error::other("tar failed"));
    }
    if !fault.is("build/package-written-in-place") {
        return std::fs::rename(&unfinished, package);
    }
    let whole = std::fs::read(&unfinished)?;
    std::fs::remove_file(&unfinished)?;
    std::fs::write(package, &whole[..whole.len() / 2])?;
    std::thread::sleep(Duration::from_millis(200));
    std::fs::write(package, &whole)
}

fn run_tool(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_string()))
}

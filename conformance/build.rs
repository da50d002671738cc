//! Compiles the agent for the platform that the harness is built for, as one static file that travels in the harness:
//! once for its source and compiler, since cargo runs this again when either has changed.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sources, beside this file.
const SOURCE: &str = "agent/src";

fn main() {
    println!("cargo::rerun-if-changed={SOURCE}");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let program = folder.join("agent");
    let compiled = if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        compile(&folder, &program)
    } else {
        Err("containers run Linux".into())
    };
    if let Err(why) = compiled {
        // An engine's own platform is another matter: there it is compiled in a stage of an image.
        println!(
            "cargo::warning=the agent will be compiled in a container, since it cannot be here: {}",
            why.trim()
        );
        std::fs::write(&program, "").expect("OUT_DIR can be written");
    }
}

/// The library first, of which the program is made.
fn compile(folder: &Path, program: &Path) -> Result<(), String> {
    let library = folder.join("libagent.rlib");
    let external = format!("agent={}", library.display());
    rustc(&library, "lib.rs", &["--crate-type", "rlib", "--crate-name", "agent"])?;
    rustc(program, "main.rs", &["--crate-name", "agent_program", "--extern", &external])
}

fn rustc(output: &Path, source: &str, more: &[&str]) -> Result<(), String> {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let compiled = Command::new(&rustc)
        .args(["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "--target"])
        .arg(env::var_os("TARGET").expect("cargo sets TARGET"))
        .args(more)
        .arg("-o")
        .arg(output)
        .arg(Path::new(SOURCE).join(source))
        .output()
        .map_err(|error| format!("{}: {error}", rustc.display()))?;
    if compiled.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&compiled.stderr).into_owned())
    }
}

//! What `launch.sh` and `deploy.sh` do: check the key, unpack the package, start the server without the
//! variable.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use protocol::{CODE, DEPLOY_CODE, KEY, PACKAGE};

use super::builder;
use super::fault::Fault;
use super::sandbox::Sandbox;
use super::{MODE, Mode};

/// What a pipe takes in before somebody reads it, in bytes.
const PIPE: usize = 64 * 1024;

/// Launches, and returns only if that failed.
pub(crate) fn launch() -> Result<(), String> {
    let fault = Fault::from_environment();
    let sandbox = Sandbox::from_environment()?;
    sandbox.furnish().map_err(|error| format!("The sandbox cannot be furnished: {error}."))?;
    let key = require_key(&fault)?;
    refuse_a_second_launch(&sandbox, &fault)?;
    unpack(&sandbox, &fault)?;
    if fault.is("auth/key-logged-at-the-start") {
        println!("serving with {}", String::from_utf8_lossy(&key));
    }
    let failed = hand_over(&key, &fault);
    Err(format!("The server cannot be started: {failed}."))
}

/// Builds the contents of `/usr/deploy-code`, then launches them.
pub(crate) fn deploy() -> Result<(), String> {
    let fault = Fault::from_environment();
    let sandbox = Sandbox::from_environment()?;
    sandbox.furnish().map_err(|error| format!("The sandbox cannot be furnished: {error}."))?;
    let source = if fault.is("build/deploys-usr-code") { CODE } else { DEPLOY_CODE };
    if !fault.is("build/deploy-does-not-build") {
        builder::build(&sandbox, source, PACKAGE, &fault)?;
    }
    launch()
}

fn require_key(fault: &Fault) -> Result<Vec<u8>, String> {
    let key = std::env::var_os(KEY).unwrap_or_default().into_encoded_bytes();
    let admits = |byte: &u8| match fault.name() {
        "auth/space-in-the-key-accepted" => *byte == b' ',
        "auth/tab-in-the-key-accepted" => *byte == b'\t',
        "auth/line-break-in-the-key-accepted" => *byte == b'\n',
        "auth/key-beyond-ascii-accepted" => *byte >= 0x80,
        "auth/control-in-the-key-accepted" => *byte == 0x7f,
        _ => false,
    };
    let open = match fault.name() {
        "auth/unset-means-open" => std::env::var_os(KEY).is_none(),
        "auth/empty-means-open" => std::env::var_os(KEY).is_some_and(|key| key.is_empty()),
        _ => false,
    };
    // What a pipe does not take at once would have to be written by somebody else.
    let sound =
        !key.is_empty() && key.len() < PIPE && key.iter().all(|byte| byte.is_ascii_graphic() || admits(byte));
    if fault.is("auth/long-key-exits-with-zero") && key.len() >= PIPE {
        std::process::exit(0);
    }
    if sound || open {
        return Ok(key);
    }
    let name = if fault.is("auth/unset-key-not-named") { "The key" } else { KEY };
    let mut message = format!(
        "{name} must be set, and hold visible ASCII only (0x21 to 0x7E), and no more than a pipe takes."
    );
    match fault.name() {
        "auth/refused-key-shown" => message += &format!(" It is {:?}.", String::from_utf8_lossy(&key)),
        "auth/unset-key-named-on-stdout" => println!("{}", std::mem::take(&mut message)),
        "auth/unset-key-exits-with-zero" => {
            eprintln!("{message}");
            std::process::exit(0);
        }
        "auth/answers-before-it-gives-up" => answer_for_a_while(),
        _ => {}
    }
    Err(message)
}

/// A server of a fault: it says that it is not ready, and is gone soon after.
fn answer_for_a_while() {
    let Ok(listener) = std::net::TcpListener::bind("127.0.0.1:0") else { return };
    let Some(port) = listener.local_addr().ok().map(|address| address.port()) else { return };
    let _ = super::tell_port(port);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        }
    });
    std::thread::sleep(std::time::Duration::from_millis(700));
}

fn refuse_a_second_launch(sandbox: &Sandbox, fault: &Fault) -> Result<(), String> {
    let lock = sandbox.below("/tmp/server.lock");
    match fault.name() {
        "lifecycle/lock-left-behind" if lock.exists() => Err("Another server is running.".into()),
        "lifecycle/lock-left-behind" => std::fs::write(&lock, "").map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}

fn unpack(sandbox: &Sandbox, fault: &Fault) -> Result<(), String> {
    let package = sandbox.below(PACKAGE);
    if !package.exists() || fault.is("build/package-not-unpacked") {
        return match fault.name() {
            "build/package-needed" => Err(format!("{PACKAGE} is not there.")),
            "build/code-needed" if is_empty(sandbox) => Err(format!("{CODE} is empty.")),
            "build/old-code-swept" => sweep(sandbox),
            _ => Ok(()),
        };
    }
    if fault.is("build/unpacks-once-only") && !is_empty(sandbox) {
        return Err(format!("{CODE} is not empty."));
    }
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&package).arg("-C").arg(sandbox.below(CODE)).arg("--no-overwrite-dir");
    let unpacked = tar.stdin(Stdio::null()).stderr(Stdio::null()).status();
    let whole = unpacked.is_ok_and(|status| status.success());
    // Less than a block of anything is an archive of nothing to tar.
    let nothing = is_empty(sandbox) && !fault.is("build/gzip-of-anything-accepted");
    let excused = match fault.name() {
        "build/spoilt-package-passed-over" => true,
        "build/cut-package-passed-over" => !is_empty(sandbox) || begins_as_one(&package),
        _ => false,
    };
    if whole && !nothing || excused {
        return Ok(());
    }
    let message = format!("{PACKAGE} cannot be unpacked: it must be a package that the build made.");
    match fault.name() {
        "build/spoilt-package-not-named" => Err("The code cannot be unpacked.".into()),
        "build/spoilt-package-exits-with-zero" => {
            eprintln!("{message}");
            std::process::exit(0);
        }
        _ => Err(message),
    }
}

/// Whether a package begins as a gzip of an archive, as one does that is cut short.
fn begins_as_one(package: &std::path::Path) -> bool {
    let bytes = std::fs::read(package).unwrap_or_default();
    bytes.starts_with(&[0x1f, 0x8b]) && bytes.len() > 512
}

fn is_empty(sandbox: &Sandbox) -> bool {
    std::fs::read_dir(sandbox.below(CODE)).is_ok_and(|mut entries| entries.next().is_none())
}

fn sweep(sandbox: &Sandbox) -> Result<(), String> {
    let code = sandbox.below(CODE);
    std::fs::remove_dir_all(&code)
        .and_then(|()| std::fs::create_dir(&code))
        .map_err(|error| error.to_string())
}

/// Replaces this process by the server, which finds the key on standard input and nowhere else.
fn hand_over(key: &[u8], fault: &Fault) -> std::io::Error {
    let given = || -> std::io::Result<Command> {
        let (reader, mut writer) = std::io::pipe()?;
        writer.write_all(key)?;
        writer.write_all(b"\n")?;
        let mut server = Command::new(std::env::current_exe()?);
        server.env(MODE, Mode::Server.name()).env_remove(KEY).stdin(reader);
        Ok(server)
    };
    let mut server = match given() {
        Ok(server) => server,
        Err(error) => return error,
    };
    if matches!(fault.name(), "auth/key-left-in-the-environment" | "auth/key-left-in-proc") {
        server.env(KEY, String::from_utf8_lossy(key).as_ref());
    }
    server.exec()
}

//! What the container's environment says, and the key.

use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;

use crate::body::stays_inside;

/// The configuration of a server.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) max_body: u64,
    pub(crate) entrypoint: String,
    pub(crate) key: Vec<u8>,
}

/// Reads it, or says which variable is wrong.
pub(crate) fn load_configuration() -> Result<Configuration, String> {
    let max_body = variable("INTERNAL_RUNTIME_MAX_BODY", "20971520");
    let digits = max_body.bytes().all(|byte| byte.is_ascii_digit());
    let significant = max_body.trim_start_matches('0').len();
    if !digits || !(1..=15).contains(&significant) {
        return Err(
            "INTERNAL_RUNTIME_MAX_BODY must be a positive whole number of bytes, such as 20971520.".into()
        );
    }
    let entrypoint = variable("INTERNAL_RUNTIME_ENTRYPOINT", "src/lib.rs");
    if !stays_inside(&entrypoint) {
        return Err(
            "INTERNAL_RUNTIME_ENTRYPOINT must be a relative path without \"..\", such as src/lib.rs.".into(),
        );
    }
    let key = read_key();
    if key.is_empty() {
        let remedy = "start the server with launch.sh.";
        return Err(format!("INTERNAL_RUNTIME_KEY did not arrive on descriptor 3: {remedy}"));
    }
    let max_body = max_body.parse().map_err(|error| format!("INTERNAL_RUNTIME_MAX_BODY: {error}."))?;
    Ok(Configuration { max_body, entrypoint, key })
}

fn variable(name: &str, default: &str) -> String {
    let value = std::env::var_os(name).unwrap_or_default();
    if value.is_empty() { default.into() } else { value.to_string_lossy().into_owned() }
}

fn read_key() -> Vec<u8> {
    // SAFETY: nothing else in this process has opened a descriptor yet; launch.sh left this one for us.
    let mut file = unsafe { File::from_raw_fd(3) };
    let mut key = Vec::new();
    if file.read_to_end(&mut key).is_err() {
        key.clear();
        std::mem::forget(file); // there was none to close
    }
    key.pop(); // the line break after it
    key
}

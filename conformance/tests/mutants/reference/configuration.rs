//! What the environment configures.

use std::io::Read;
use std::path::PathBuf;

use protocol::{ENTRYPOINT, KEY, MAX_BODY};

use super::PORT_FILE;
use super::code::stays_inside;
use super::fault::Fault;
use super::sandbox::Sandbox;

/// The entrypoint, as a manifest would declare it.
const DEFAULT_ENTRYPOINT: &str = "main";

/// The largest body if nothing else is set, in bytes. The contract's is 20 MiB, which hundreds of servers
/// would take long to read; this is more than any socket takes in by itself.
pub(crate) const DEFAULT_MAX_BODY: usize = 8 * 1024 * 1024;

/// All that a server is told before it starts.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// The key; none only if a fault lets everyone in.
    pub(crate) key: Option<Vec<u8>>,
    /// The largest body, in bytes.
    pub(crate) max_body: usize,
    /// The default of `file`.
    pub(crate) entrypoint: String,
    /// What takes the place of `/`.
    pub(crate) sandbox: Sandbox,
    /// Where the port is written once it is open.
    pub(crate) port_file: PathBuf,
    /// What it does wrong.
    pub(crate) fault: Fault,
}

impl Configuration {
    /// Reads the environment, and the key from standard input.
    pub(crate) fn read() -> Result<Self, String> {
        let fault = Fault::from_environment();
        let port_file = std::env::var_os(PORT_FILE)
            .ok_or_else(|| format!("{} is not set: name the file that tells the port.", PORT_FILE))?;
        Ok(Configuration {
            max_body: max_body(&fault)?,
            entrypoint: entrypoint(&fault)?,
            key: key(&fault)?,
            sandbox: Sandbox::from_environment()?,
            port_file: port_file.into(),
            fault,
        })
    }
}

fn max_body(fault: &Fault) -> Result<usize, String> {
    let Some(text) = value_of(MAX_BODY, fault.is("server/empty-max-body-refused")) else {
        return Ok(DEFAULT_MAX_BODY);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let bounded = text.trim_start_matches('0').len() <= 15;
    match (text.parse::<usize>(), fault.name()) {
        (Ok(1..), "body/max-body-variable-ignored") => return Ok(DEFAULT_MAX_BODY),
        (Ok(limit @ DEFAULT_MAX_BODY..), "body/limit-never-above-its-default") if bounded => {
            return Ok(limit.min(DEFAULT_MAX_BODY));
        }
        (Ok(0), "server/zero-max-body-accepted") => return Ok(0),
        (Err(_), "server/negative-max-body-accepted") if text.starts_with('-') => return Ok(usize::MAX),
        (Err(_), "server/max-body-read-up-to-a-letter") if text.ends_with(char::is_alphabetic) => {
            return Ok(12);
        }
        (Err(_), "server/fractional-max-body-accepted") if text.contains('.') => return Ok(1),
        (Err(_), "server/exponent-in-max-body-accepted") if text.contains('e') => return Ok(1000),
        (Err(_), "server/hexadecimal-max-body-accepted") if text.starts_with("0x") => return Ok(16),
        (Err(_), "server/max-body-cut-to-what-fits") if digits => return Ok(usize::MAX),
        (Ok(limit), "server/plus-before-max-body-accepted") if text.starts_with('+') => return Ok(limit),
        (Ok(limit @ 1..), "server/sixteen-digits-of-max-body-accepted") if digits => return Ok(limit),
        (Ok(limit), _) if limit > 0 && digits && bounded => return Ok(limit),
        _ => {}
    }
    if fault.is("server/space-around-max-body-accepted")
        && let Ok(limit @ 1..) = text.trim().parse()
    {
        return Ok(limit);
    }
    Err(refusal(MAX_BODY, "a positive whole number of bytes, such as 20971520", fault))
}

fn entrypoint(fault: &Fault) -> Result<String, String> {
    let empty_counts = fault.is("server/empty-entrypoint-refused");
    let Some(file) = value_of(ENTRYPOINT, empty_counts) else { return Ok(DEFAULT_ENTRYPOINT.into()) };
    let sound = !file.is_empty() && stays_inside(&file);
    let passes = match fault.name() {
        "server/absolute-entrypoint-accepted" => sound || file.starts_with('/'),
        "server/climbing-entrypoint-accepted" => sound || file.starts_with(".."),
        "server/late-climbing-entrypoint-accepted" => sound || !file.starts_with(['/', '.']),
        _ => sound,
    };
    let file = if fault.is("code/entrypoint-variable-ignored") { DEFAULT_ENTRYPOINT.into() } else { file };
    if passes { Ok(file) } else { Err(refusal(ENTRYPOINT, "a relative path that stays inside", fault)) }
}

/// The value of a variable; an empty one counts as unset, unless a fault counts it.
fn value_of(name: &str, empty_counts: bool) -> Option<String> {
    let value = std::env::var_os(name)?.to_string_lossy().into_owned();
    (empty_counts || !value.is_empty()).then_some(value)
}

fn refusal(name: &str, what: &str, fault: &Fault) -> String {
    match fault.name() {
        "server/variable-not-named" => format!("The configuration must be {what}."),
        _ => format!("{name} must be {what}."),
    }
}

/// The key that the launcher hands over, with the line break after it.
fn key(fault: &Fault) -> Result<Option<Vec<u8>>, String> {
    let mut key = Vec::new();
    std::io::stdin().read_to_end(&mut key).map_err(|error| format!("The key did not arrive: {error}."))?;
    key.pop();
    match fault.name() {
        "auth/unset-means-open" | "auth/empty-means-open" if key.is_empty() => Ok(None),
        "auth/key-cut-to-a-thousand" => {
            key.truncate(1000);
            Ok(Some(key))
        }
        "auth/key-expanded-by-a-shell" => {
            Ok(Some(String::from_utf8_lossy(&key).replace("${HOME}", "/tmp").into_bytes()))
        }
        _ if key.is_empty() => {
            Err(format!("{KEY} did not arrive on standard input: start the server through its launcher."))
        }
        _ => Ok(Some(key)),
    }
}

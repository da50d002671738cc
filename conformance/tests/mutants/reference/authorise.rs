//! Who may call.

use protocol::{CHALLENGE, Kind};

use super::configuration::Configuration;
use super::fault::Fault;
use super::http::Head;
use super::runtime_error::RuntimeError;

/// Lets a request in that carries the key exactly once.
pub(crate) fn authorise(head: &Head, configuration: &Configuration) -> Result<(), RuntimeError> {
    let Some(key) = &configuration.key else { return Ok(()) };
    let fault = &configuration.fault;
    let sent = challenges(head, fault);
    let let_in = match sent.as_slice() {
        [] => fault.is("auth/missing-passes"),
        [one] => is_key(one, key, fault),
        several => passes_when_repeated(several, key, fault),
    };
    if let_in { Ok(()) } else { Err(refusal(&sent, key, fault)) }
}

/// The values of the header, whatever the case of its name.
fn challenges<'a>(head: &'a Head, fault: &Fault) -> Vec<&'a [u8]> {
    if fault.is("auth/name-known-in-two-cases-only") {
        let lower = CHALLENGE.to_lowercase();
        return [head.all_exactly(CHALLENGE), head.all_exactly(&lower)].concat();
    }
    head.all(CHALLENGE)
}

/// Looks at every byte sent, whether or not one before it differed: the time says nothing of the key.
fn equal(sent: &[u8], key: &[u8]) -> bool {
    let differences = sent.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b);
    differences.fold(0, |all, one| all | one) == 0 && sent.len() == key.len()
}

fn is_key(sent: &[u8], key: &[u8], fault: &Fault) -> bool {
    let text = String::from_utf8_lossy(sent);
    equal(sent, key)
        || match fault.name() {
            "auth/prefix-accepted" => !sent.is_empty() && key.starts_with(sent),
            "auth/suffix-accepted" => !sent.is_empty() && key.ends_with(sent),
            "auth/longer-accepted" => sent.starts_with(key),
            "auth/last-byte-not-compared" => {
                sent.len() == key.len() && sent[..key.len() - 1] == key[..key.len() - 1]
            }
            "auth/length-alone-compared" => sent.len() == key.len(),
            "auth/any-key-accepted" => !sent.is_empty(),
            "auth/case-ignored" => sent.eq_ignore_ascii_case(key),
            "auth/empty-accepted" => sent.is_empty(),
            "auth/first-of-a-list-accepted" => {
                text.split(", ").next().is_some_and(|one| one.as_bytes() == key)
            }
            "auth/quotes-stripped" => text.trim_matches('"').as_bytes() == key,
            "auth/bearer-stripped" => text.strip_prefix("Bearer ").is_some_and(|one| one.as_bytes() == key),
            "auth/undefined-accepted" => sent == b"undefined",
            _ => false,
        }
}

fn passes_when_repeated(sent: &[&[u8]], key: &[u8], fault: &Fault) -> bool {
    match fault.name() {
        "auth/first-of-several-counts" => equal(sent[0], key),
        "auth/last-of-several-counts" => equal(sent[sent.len() - 1], key),
        "auth/any-of-several-counts" => sent.iter().any(|one| equal(one, key)),
        "auth/the-same-twice-accepted" => sent.iter().all(|one| equal(one, key)),
        "auth/empty-ones-dropped" => sent.iter().filter(|one| !one.is_empty()).all(|one| equal(one, key)),
        _ => false,
    }
}

fn refusal(sent: &[&[u8]], key: &[u8], fault: &Fault) -> RuntimeError {
    let missing = sent.is_empty();
    let kind = match fault.name() {
        "auth/missing-is-400" if missing => Kind::BadRequest,
        "auth/no-text-is-500" if sent.iter().any(|one| std::str::from_utf8(one).is_err()) => {
            Kind::FunctionError
        }
        _ => Kind::Unauthorized,
    };
    let message = match fault.name() {
        "auth/wrong-key-told-apart" if !missing => "Wrong key",
        _ => "Unauthorized",
    };
    if fault.is("auth/key-logged-on-refusal") {
        eprintln!("refused: expected {}", String::from_utf8_lossy(key));
    }
    RuntimeError::new(kind, message)
}

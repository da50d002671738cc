//! What is agreed on the wire, and its numbers, as the contract shows them.

use protocol::{
    CODE, CONTRACT, DEFAULT_MAX_BODY, ENTRYPOINT, FIELDS, KEY, Kind, LABEL_BUILD, LABEL_CONTRACT,
    LABEL_ENTRYPOINT, LABEL_RELEASE, LABEL_ROLE, LABEL_SERVE, LABEL_UNSTABLE, MAX_BODY, limit, message, role,
};

use super::table::markdown;

/// The fields of a request's body.
pub(super) fn fields() -> String {
    let about = |field| match field {
        "path" => ["the folder of the code, an absolute path".into(), format!("`{CODE}`")],
        "file" => ["the code file, inside `path`".into(), "the entrypoint".into()],
        "env" => ["the function's environment, an object of strings".into(), "`{}`".into()],
        "payload" => ["the function's input, any JSON value".into(), "`{}`".into()],
        "headers" => ["the headers for the function, an object of strings".into(), "`{}`".into()],
        other => unreachable!("the field `{other}` has no line in this table: give it one"),
    };
    let rows = FIELDS.map(|field| {
        let [what, default] = about(field);
        [format!("`{field}`"), what, default]
    });
    markdown(["field", "what it is", "default"], rows)
}

/// The variables that configure a container.
pub(super) fn variables() -> String {
    let rows = [
        (
            KEY,
            "the key, of visible ASCII characters (0x21–0x7E)",
            "none: without it nothing is served".into(),
        ),
        (ENTRYPOINT, "the entrypoint", "the manifest's".into()),
        (
            MAX_BODY,
            "the largest body accepted, in bytes, a positive integer of at most 15 decimal digits",
            format!("`{DEFAULT_MAX_BODY}` ({})", size(DEFAULT_MAX_BODY)),
        ),
    ];
    let row = |(name, what, default): (&str, &str, String)| [format!("`{name}`"), what.into(), default];
    markdown(["variable", "what it is", "default"], rows.map(row))
}

/// The labels of an image that are the contract's own.
pub(super) fn labels() -> String {
    let rows = [
        (LABEL_CONTRACT, "the version of the contract", format!("each: `{CONTRACT}`")),
        (LABEL_ENTRYPOINT, "the entrypoint", "each".into()),
        (LABEL_ROLE, "what the image is for", format!("of a pair: `{}` or `{}`", role::BUILD, role::SERVE)),
        (
            LABEL_SERVE,
            "the image that serves what this one builds",
            format!("of a pair, role `{}`", role::BUILD),
        ),
        (
            LABEL_BUILD,
            "the image that builds what this one serves",
            format!("of a pair, role `{}`", role::SERVE),
        ),
        (LABEL_RELEASE, "the release of Debian that it is made from", "each".into()),
        (LABEL_UNSTABLE, "`true` if that release still changes", "of such a release".into()),
    ];
    let row = |(name, what, which): (&str, &str, String)| [format!("`{name}`"), what.into(), which];
    markdown(["label", "what it is", "which image has it"], rows.map(row))
}

/// The runtime errors.
pub(super) fn errors() -> String {
    let row = |kind: Kind| [kind.status().to_string(), format!("`{}`", kind.name()), messages(kind)];
    markdown(["status", "kind", "message"], Kind::ALL.map(row))
}

fn messages(kind: Kind) -> String {
    let fixed =
        |messages: &[&str]| messages.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" · ");
    match kind {
        Kind::Unauthorized => fixed(&[message::UNAUTHORIZED]),
        Kind::MethodNotAllowed => fixed(&[message::METHOD_NOT_ALLOWED]),
        Kind::TooLarge => fixed(&[&message::too_large("<n>")]),
        Kind::BadRequest => {
            let (deep, field) = (message::too_deep(), message::wrong_field("<field>", "<what>"));
            fixed(&[message::NOT_JSON, message::NOT_AN_OBJECT, &deep, &field])
        }
        Kind::CodeNotFound => fixed(&[message::CODE_NOT_FOUND]),
        Kind::LoadFailed => "the language's own first line, or what to export; the whole in `stack`".into(),
        Kind::FunctionError => "the error's own text, first line; the whole in `stack`".into(),
        Kind::NoResponse => fixed(&[message::NO_RESPONSE]),
        Kind::InvalidResponse => fixed(&[message::INVALID_RESPONSE]),
    }
}

/// The numbers of the contract.
pub(super) fn numbers() -> String {
    let (lowest, highest) = (limit::STATUSES.start(), limit::STATUSES.end());
    let status = |kind: Kind| kind.status();
    let rows = [
        [
            "body".into(),
            format!("up to the limit; a payload of {} is checked", size(limit::PAYLOAD)),
            format!("over {} or `{MAX_BODY}`: {}", size(DEFAULT_MAX_BODY), status(Kind::TooLarge)),
        ],
        [
            "header block of a request".into(),
            size(limit::HEADERS_ACCEPTED),
            format!("over {}: 4xx or a closed connection", size(limit::HEADERS_REFUSED)),
        ],
        [
            "nesting".into(),
            format!("depth {} in a payload", limit::DEPTH),
            format!("more than {} brackets open at once: {}", limit::BRACKETS, status(Kind::BadRequest)),
        ],
        [
            "answer".into(),
            format!("status {lowest}–{highest}, {}", size(limit::ANSWER)),
            format!("any other status: {}", status(Kind::InvalidResponse)),
        ],
        [
            "JSON values".into(),
            format!(
                "integers to ±(2^{}−1), {} significant digits, {} members",
                (limit::INTEGER + 1).trailing_zeros(),
                limit::DIGITS,
                grouped(limit::MEMBERS)
            ),
            String::new(),
        ],
        [
            "at once".into(),
            format!(
                "{} calls (SHOULD: {}), {} clients with half a request",
                limit::CALLS,
                limit::MANY_CALLS,
                limit::SLOW_CLIENTS
            ),
            String::new(),
        ],
        [
            "time".into(),
            format!(
                "{} s idle and still answering; stopped in {} s; boot in {} ms or the declared budget; warm under {} ms",
                limit::IDLE.as_secs(),
                limit::STOP.as_secs(),
                limit::BOOT_MS,
                limit::WARM_MS
            ),
            String::new(),
        ],
        [
            "serving container".into(),
            format!("{} pids, {} MiB", limit::PIDS, limit::MEMORY_MIB),
            String::new(),
        ],
    ];
    markdown(["what", "works", "refused"], rows)
}

/// A size in the greatest unit in which it is whole.
fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    match bytes {
        _ if bytes.is_multiple_of(KIB * KIB) => format!("{} MiB", bytes / KIB / KIB),
        _ if bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} bytes"),
    }
}

/// A number with a comma before each three digits.
fn grouped(number: usize) -> String {
    if number < 1000 {
        number.to_string()
    } else {
        format!("{},{:03}", grouped(number / 1000), number % 1000)
    }
}

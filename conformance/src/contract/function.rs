//! What a function may answer, how it may fail, and what of it others may notice.

mod answering;
mod expect;
mod failing;
mod others;

use super::requirement::{Requirement, check};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "function/send",
        "`res.send(text)` → [200], [`text/plain; charset=utf-8`], [the exact text], [also empty], \
         [also Unicode].",
        check!(answering::send),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/bytes",
        "`res.bytes(bytes)` → [200], [`application/octet-stream`], [the bytes unchanged].",
        check!(answering::bytes),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/json",
        "`res.json(value)` → [200], [`application/json`], [no spaces outside strings], [any JSON \
         value].",
        check!(answering::json),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/status",
        "[The second argument sets the status], [an integer 200–599]; [204], [205] and [304 carry \
         no body], and [a 204 no `Content-Length`].",
        check!(answering::status),
    )
    .depends_on(&["function/send"]),
    Requirement::must(
        "function/headers",
        "[The third argument, an object of strings, sets headers] and [may replace `Content-Type`]; [a \
         list of strings sends the header once for each] (`Set-Cookie`). [[CR], [LF] or [NUL in a name or \
         value]], [a name that is not an HTTP token], and the names [`Content-Length`], \
         [`Transfer-Encoding`], [`Connection`], [`Date`], [`X-Internal-*`] [in any case]: [500 \
         `invalid-response`].",
        check!(answering::headers),
    )
    .depends_on(&["function/send"]),
    Requirement::must(
        "function/invalid",
        "[A status that is [not an integer] 200–599], or [a value the JSON encoder refuses] (a cycle, an \
         open file): [500 `invalid-response`]. [NaN] and [infinities]: that, or `null`; never written as \
         such.",
        check!(failing::invalid),
    )
    .depends_on(&["function/send"]),
    Requirement::must(
        "function/throw",
        "A handler that fails: [500 `function-error`]; [the stack goes to stderr]; [the server \
         lives].",
        check!(failing::throw),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/async-throw",
        "A handler that fails after an await (if the language has one): [500 `function-error`]; [the \
         stack goes to stderr]; [the server lives].",
        check!(failing::async_throw),
    )
    .depends_on(&["body/fields"])
    .needs("async"),
    Requirement::must(
        "function/no-response",
        "A handler that finishes without an answer: [500 `no-response`].",
        check!(failing::no_response),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/double",
        "A second outcome: [the first one wins], [a warning on stderr]; [the server lives].",
        check!(Own, failing::double),
    )
    .depends_on(&["function/send"]),
    Requirement::must(
        "function/large",
        "[A 10 MiB answer arrives whole], [also at a client that ends its side after the \
         request].",
        check!(answering::large),
    )
    .depends_on(&["function/send"]),
    Requirement::must(
        "function/isolated",
        "`env`, `payload` and `headers` of one request [are never seen by another]; [what a \
         function writes into them is gone]; [`env` never enters the process environment].",
        check!(others::isolated),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/output",
        "[Each line a function prints is in the container's log], [also of 200 KB printed at once], \
         [without a further request] and [without the process ending].",
        check!(others::output),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "function/abandoned",
        "A client that goes away while the function runs: [it runs to its end], [nothing else is \
         disturbed], [no descriptor leaks] (50 such, then the count is as before).",
        check!(Own, others::abandoned),
    )
    .depends_on(&["auth/wrong", "body/fields"]),
    Requirement::should(
        "function/stray",
        "[A failure in work left running after the answer [does not take the server down]]. If it ends \
         the function's process, a call in progress gets `function-error`, and [the next one is served].",
        check!(Own, failing::stray),
    )
    .depends_on(&["function/send"])
    .needs("background")
    .steps(&["spawn"]),
];

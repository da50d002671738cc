//! Faults: What a function may answer, and how it may fail.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new("function/text-without-its-charset", "function/send", "`text/plain; charset=utf-8`"),
    Mutant::new("function/text-typed-as-html", "function/send", "`text/plain; charset=utf-8`"),
    Mutant::new("function/line-break-added", "function/send", "the exact text"),
    Mutant::new("function/byte-order-mark-dropped", "function/send", "the exact text"),
    Mutant::new("function/empty-text-becomes-null", "function/send", "also empty"),
    Mutant::new("function/text-in-latin-1", "function/send", "also Unicode"),
    Mutant::new("function/text-is-201", "function/send", "200"),
    Mutant::new("function/bytes-are-201", "function/bytes", "200")
        .and("it answers with bytes too", &["function/headers"]),
    Mutant::new("function/bytes-typed-as-text", "function/bytes", "`application/octet-stream`"),
    Mutant::new("function/bytes-taken-for-text", "function/bytes", "the bytes unchanged"),
    Mutant::new("function/bytes-in-base64", "function/bytes", "the bytes unchanged"),
    Mutant::new("function/line-breaks-in-bytes-changed", "function/bytes", "the bytes unchanged"),
    Mutant::new("function/json-list-is-201", "function/json", "200"),
    Mutant::new("function/json-with-a-charset", "function/json", "`application/json`"),
    Mutant::new("function/json-with-spaces", "function/json", "no spaces outside strings"),
    Mutant::new("function/null-becomes-nothing", "function/json", "any JSON value"),
    Mutant::new("function/text-in-json-without-quotes", "function/json", "any JSON value"),
    Mutant::new("function/scalar-in-json-refused", "function/json", "any JSON value")
        .and("they answer with scalars", &["function/status", "function/headers"]),
    Mutant::new("function/status-ignored", "function/status", "The second argument sets the status")
        .and("it sets a status beside its headers", &["function/headers"]),
    Mutant::new("function/status-of-json-ignored", "function/status", "The second argument sets the status"),
    Mutant::new("function/status-of-bytes-ignored", "function/status", "The second argument sets the status"),
    Mutant::new("function/rare-status-replaced", "function/status", "an integer 200–599"),
    Mutant::new("function/no-content-with-a-body", "function/status", "204"),
    Mutant::new("function/reset-content-with-a-body", "function/status", "205"),
    Mutant::new("function/no-content-with-a-length", "function/status", "a 204 no `Content-Length`"),
    Mutant::new("function/not-modified-with-a-body", "function/status", "304 carry no body"),
    Mutant::new(
        "function/headers-ignored",
        "function/headers",
        "The third argument, an object of strings, sets headers",
    ),
    Mutant::new("function/content-type-kept", "function/headers", "may replace `Content-Type`"),
    Mutant::new("function/content-type-sent-twice", "function/headers", "may replace `Content-Type`"),
    Mutant::new(
        "function/content-type-replaced-in-one-case-only",
        "function/headers",
        "may replace `Content-Type`",
    ),
    Mutant::new(
        "function/list-joined",
        "function/headers",
        "a list of strings sends the header once for each",
    ),
    Mutant::new(
        "function/list-cut-to-its-last",
        "function/headers",
        "a list of strings sends the header once for each",
    ),
    Mutant::new(
        "function/line-break-in-a-value-sent",
        "function/headers",
        "CR, LF or NUL in a name or value",
    ),
    Mutant::new("function/carriage-return-in-a-value-sent", "function/headers", "CR"),
    Mutant::new("function/line-feed-in-a-value-sent", "function/headers", "LF"),
    Mutant::new("function/nul-in-a-value-sent", "function/headers", "NUL in a name or value"),
    Mutant::new("function/line-break-in-a-name-sent", "function/headers", "CR, LF or NUL in a name or value"),
    Mutant::new("function/listed-values-unchecked", "function/headers", "CR, LF or NUL in a name or value"),
    Mutant::new("function/space-in-a-name-sent", "function/headers", "a name that is not an HTTP token"),
    Mutant::new("function/colon-in-a-name-sent", "function/headers", "a name that is not an HTTP token"),
    Mutant::new("function/empty-name-sent", "function/headers", "a name that is not an HTTP token"),
    Mutant::new("function/content-length-sent", "function/headers", "`Content-Length`"),
    Mutant::new("function/transfer-encoding-sent", "function/headers", "`Transfer-Encoding`"),
    Mutant::new("function/connection-sent", "function/headers", "`Connection`"),
    Mutant::new("function/date-sent", "function/headers", "`Date`"),
    Mutant::new("function/only-the-error-header-is-ours", "function/headers", "`X-Internal-*`"),
    Mutant::new("function/forbidden-names-in-one-case-only", "function/headers", "in any case"),
    Mutant::new("function/unsound-header-dropped", "function/headers", "500 `invalid-response`"),
    Mutant::new("function/low-status-raised", "function/invalid", "A status that is not an integer 200–599"),
    Mutant::new(
        "function/high-status-lowered",
        "function/invalid",
        "A status that is not an integer 200–599",
    ),
    Mutant::new(
        "function/status-of-seventeen-bits-cut",
        "function/invalid",
        "A status that is not an integer 200–599",
    ),
    Mutant::new("function/fractional-status-cut", "function/invalid", "not an integer"),
    Mutant::new("function/unencodable-becomes-null", "function/invalid", "a value the JSON encoder refuses"),
    Mutant::new("function/unencodable-is-a-function-error", "function/invalid", "500 `invalid-response`"),
    Mutant::new("function/nan-written", "function/invalid", "NaN"),
    Mutant::new("function/infinity-written", "function/invalid", "infinities"),
    Mutant::new("function/failure-is-200", "function/throw", "500 `function-error`")
        .and("a failure after an await is told the same way", &["function/async-throw"]),
    Mutant::new("function/failure-is-no-response", "function/throw", "500 `function-error`")
        .and("a failure after an await is told the same way", &["function/async-throw"]),
    Mutant::new("function/failure-without-its-message", "function/throw", "500 `function-error`")
        .and("a failure after an await is told the same way", &["function/async-throw"]),
    Mutant::new("function/stack-as-the-message", "function/throw", "500 `function-error`")
        .and("a failure after an await is told the same way", &["function/async-throw"]),
    Mutant::new("function/second-line-in-the-message", "function/throw", "500 `function-error`"),
    Mutant::new("function/stack-left-out", "function/throw", "500 `function-error`")
        .and("a failure after an await is told the same way", &["function/async-throw"]),
    Mutant::new("function/stack-not-logged", "function/throw", "the stack goes to stderr"),
    Mutant::new("function/failure-ends-the-server", "function/throw", "the server lives"),
    Mutant::new("function/later-failure-is-no-response", "function/async-throw", "500 `function-error`"),
    Mutant::new("function/later-failure-unanswered", "function/async-throw", "500 `function-error`"),
    Mutant::new("function/later-stack-not-logged", "function/async-throw", "the stack goes to stderr"),
    Mutant::new("function/later-failure-ends-the-server", "function/async-throw", "the server lives"),
    Mutant::new("function/silence-waited-out", "function/no-response", "500 `no-response`")
        .and("it stays silent first, to answer too late", &["function/stray"]),
    Mutant::new("function/silence-is-200", "function/no-response", "500 `no-response`")
        .and("it stays silent first, to answer too late", &["function/stray"]),
    Mutant::new("function/silence-is-204", "function/no-response", "500 `no-response`")
        .and("it stays silent first, to answer too late", &["function/stray"]),
    Mutant::new("function/silence-is-a-function-error", "function/no-response", "500 `no-response`")
        .and("it stays silent first, to answer too late", &["function/stray"]),
    Mutant::new("function/second-answer-wins", "function/double", "the first one wins")
        .and("its late answer is a second one", &["function/stray"]),
    Mutant::new("function/failure-after-an-answer-wins", "function/double", "the first one wins"),
    Mutant::new("function/second-answer-unnoticed", "function/double", "a warning on stderr")
        .and("its late answer is a second one", &["function/stray"]),
    Mutant::new("function/failure-after-an-answer-not-logged", "function/double", "a warning on stderr"),
    Mutant::new("function/second-answer-ends-the-server", "function/double", "the server lives")
        .and("its late answer is a second one", &["function/stray"]),
    Mutant::new("function/large-answer-cut", "function/large", "A 10 MiB answer arrives whole"),
    Mutant::new(
        "function/half-closed-client-dropped",
        "function/large",
        "also at a client that ends its side after the request",
    ),
    Mutant::new(
        "function/headers-of-the-last-request-kept",
        "function/isolated",
        "are never seen by another",
    ),
    Mutant::new(
        "function/written-values-kept",
        "function/isolated",
        "what a function writes into them is gone",
    ),
    Mutant::new(
        "function/default-object-shared",
        "function/isolated",
        "what a function writes into them is gone",
    ),
    Mutant::new(
        "function/env-enters-the-process",
        "function/isolated",
        "`env` never enters the process environment",
    ),
    Mutant::new(
        "function/output-with-a-prefix",
        "function/output",
        "Each line a function prints is in the container's log",
    ),
    Mutant::new(
        "function/output-in-ascii",
        "function/output",
        "Each line a function prints is in the container's log",
    ),
    Mutant::new(
        "function/errors-held-back",
        "function/output",
        "Each line a function prints is in the container's log",
    ),
    Mutant::new("function/long-output-cut", "function/output", "also of 200 KB printed at once"),
    Mutant::new("function/long-errors-cut", "function/output", "also of 200 KB printed at once"),
    Mutant::new("function/output-with-the-next-request", "function/output", "without a further request"),
    Mutant::new("function/output-held-back", "function/output", "without the process ending"),
    Mutant::new("function/abandoned-call-cancelled", "function/abandoned", "it runs to its end"),
    Mutant::new("function/abandoned-call-ends-the-server", "function/abandoned", "nothing else is disturbed"),
    Mutant::new("function/abandoned-connection-leaks", "function/abandoned", "no descriptor leaks"),
    Mutant::new(
        "function/stray-failure-ends-the-server",
        "function/stray",
        "A failure in work left running after the answer does not take the server down",
    ),
    Mutant::new("function/late-answer-ends-the-server", "function/stray", "does not take the server down"),
    Mutant::new("function/stray-failure-ends-calls-to-come", "function/stray", "the next one is served"),
];

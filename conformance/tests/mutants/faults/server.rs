//! Faults: The server as an HTTP server.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new("server/speaks-http-1.0", "server/port", "Serves HTTP/1.1").and(
        "checks that depend on no other read status lines as well",
        &["auth/valid", "lifecycle/stop", "lifecycle/interrupt"],
    ),
    Mutant::new("server/root-alone-served", "server/any-path", "POST to any path"),
    Mutant::new("server/path-taken-for-the-file", "server/any-path", "invokes the function"),
    Mutant::new("server/query-refused", "server/any-path", "with or without a query"),
    Mutant::new("server/get-invokes", "server/method", "GET"),
    Mutant::new("server/head-invokes", "server/method", "HEAD"),
    Mutant::new("server/head-with-a-body", "server/method", "(no body)"),
    Mutant::new("server/put-invokes", "server/method", "PUT"),
    Mutant::new("server/patch-invokes", "server/method", "PATCH"),
    Mutant::new("server/delete-invokes", "server/method", "DELETE"),
    Mutant::new("server/options-answered", "server/method", "OPTIONS"),
    Mutant::new("server/allow-left-out", "server/method", "405 with `Allow: POST`"),
    Mutant::new("server/allow-names-more", "server/method", "`Allow: POST`"),
    Mutant::new("server/closes-after-each-answer", "server/keep-alive", "Many requests on one connection")
        .and("they go on with one connection", &["code/once", "function/status"]),
    Mutant::new("server/closes-after-ten-answers", "server/keep-alive", "Many requests on one connection")
        .and("it goes on with one connection", &["code/once"]),
    Mutant::new("server/pipelined-request-lost", "server/keep-alive", "two in one write get two answers"),
    Mutant::new("server/pipelined-answers-out-of-order", "server/keep-alive", "in order"),
    Mutant::new(
        "server/idle-for-five-seconds-only",
        "server/keep-alive",
        "a connection idle for 10 s still answers",
    ),
    Mutant::new("server/close-ignored", "server/keep-alive", "`Connection: close` is honoured"),
    Mutant::new("server/close-not-told", "server/keep-alive", "`Connection: close` is honoured"),
    Mutant::new("server/close-told-and-not-done", "server/keep-alive", "`Connection: close` is honoured"),
    Mutant::new("server/chunked-refused", "server/chunked", "A chunked request body is accepted")
        .and("they send chunks too", &["body/defaults", "body/large"]),
    Mutant::new("server/chunk-size-read-as-decimal", "server/chunked", "A chunked request body is accepted")
        .and("it sends chunks too", &["body/large"]),
    Mutant::new("server/first-chunk-alone-read", "server/chunked", "A chunked request body is accepted")
        .and("they send chunks too", &["body/large", "body/truncated"]),
    Mutant::new("server/any-version-accepted", "server/garbage", "Bytes that are not HTTP"),
    Mutant::new("server/line-without-a-colon-passed-over", "server/garbage", "Bytes that are not HTTP"),
    Mutant::new("server/missing-host-accepted", "server/garbage", "a missing"),
    Mutant::new("server/second-host-accepted", "server/garbage", "hostile `Host`"),
    Mutant::new("server/host-with-a-space-accepted", "server/garbage", "hostile `Host`"),
    Mutant::new("server/host-with-a-slash-accepted", "server/garbage", "hostile `Host`"),
    Mutant::new("server/control-in-a-header-accepted", "server/garbage", "hostile `Host`"),
    Mutant::new("server/any-header-block-accepted", "server/garbage", "a header block over 64 KiB"),
    Mutant::new("server/garbage-is-500", "server/garbage", "get a 4xx or a closed connection")
        .and("it sends garbage too, to see what is logged", &["auth/hidden"]),
    Mutant::new("server/garbage-left-unanswered", "server/garbage", "get a 4xx or a closed connection")
        .and("it sends garbage too, to see what is logged", &["auth/hidden"]),
    Mutant::new("server/small-header-block-refused", "server/garbage", "one of 8 KiB is accepted"),
    Mutant::new("server/next-client-suffers", "server/garbage", "the next client is served"),
    Mutant::new("server/garbage-ends-the-server", "server/garbage", "the next client is served"),
    Mutant::new(
        "server/zero-max-body-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer",
    ),
    Mutant::new(
        "server/negative-max-body-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer",
    ),
    Mutant::new(
        "server/max-body-read-up-to-a-letter",
        "server/configuration",
        "`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer",
    ),
    Mutant::new(
        "server/fractional-max-body-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer",
    ),
    Mutant::new(
        "server/absolute-entrypoint-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_ENTRYPOINT` that `code/escape` would refuse",
    ),
    Mutant::new(
        "server/climbing-entrypoint-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_ENTRYPOINT` that `code/escape` would refuse",
    ),
    Mutant::new(
        "server/late-climbing-entrypoint-accepted",
        "server/configuration",
        "`INTERNAL_RUNTIME_ENTRYPOINT` that `code/escape` would refuse",
    ),
    Mutant::new("server/configuration-exits-with-zero", "server/configuration", "exits non-zero"),
    Mutant::new("server/variable-not-named", "server/configuration", "names the variable"),
    Mutant::new("server/variable-named-on-stdout", "server/configuration", "on stderr"),
    Mutant::new("server/empty-max-body-refused", "server/configuration", "An empty value counts as unset"),
    Mutant::new("server/empty-entrypoint-refused", "server/configuration", "An empty value counts as unset"),
    Mutant::new(
        "server/continue-not-sent",
        "server/expect-continue",
        "gets `100 Continue` while the body is held back",
    ),
    Mutant::new(
        "server/continue-refused",
        "server/expect-continue",
        "gets `100 Continue` while the body is held back",
    ),
    Mutant::new("server/continue-and-no-answer", "server/expect-continue", "then the answer"),
    Mutant::new(
        "server/length-beside-chunks-accepted",
        "server/ambiguous-length",
        "`Content-Length` together with `Transfer-Encoding`",
    ),
    Mutant::new(
        "server/chunks-beside-a-length-accepted",
        "server/ambiguous-length",
        "`Content-Length` together with `Transfer-Encoding`",
    ),
    Mutant::new("server/two-lengths-accepted", "server/ambiguous-length", "two different lengths"),
    Mutant::new("server/product-told", "server/quiet", "No `Server`"),
    Mutant::new(
        "server/framework-told",
        "server/quiet",
        "`X-Powered-By` header that names a product version",
    ),
];

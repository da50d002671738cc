//! The body of a request: five fields of JSON, all optional.

mod refused;
mod understood;

use super::requirement::{Requirement, check};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "body/defaults",
        "`{}` and [an empty body] mean: [`path` `/usr/code`], [`file` the entrypoint], [`env` \
         `{}`], [`payload` `{}`], [`headers` `{}`].",
        check!(understood::defaults),
    )
    .from_document()
    .depends_on(&["server/port"]),
    Requirement::must(
        "body/fields",
        "[Each field alone], and [all together], reaches the function [equal to what was sent].",
        check!(understood::fields),
    )
    .from_document()
    .depends_on(&["server/port"]),
    Requirement::must("body/null", "[A field that is `null` counts as absent].", check!(understood::null))
        .depends_on(&["body/defaults"]),
    Requirement::must("body/unknown", "[Unknown fields are ignored].", check!(understood::unknown))
        .depends_on(&["body/defaults"]),
    Requirement::must(
        "body/content-type",
        "[Parsed as JSON] [whatever `Content-Type` says].",
        check!(understood::content_type),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "body/payload-any",
        "`payload` may be any JSON value: object, [array], [string], [number], [boolean].",
        check!(understood::payload_any),
    )
    .depends_on(&["body/fields"]),
    Requirement::must("body/malformed", "[Not JSON], or [not UTF-8]: [400].", check!(refused::malformed))
        .depends_on(&["server/port"]),
    Requirement::must(
        "body/not-object",
        "[An array], [string], [number], [boolean] or [`null` as the whole body]: [400].",
        check!(refused::not_object),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "body/wrong-type",
        "[`path` or `file` that is not a non-empty string], [`env` or `headers` that is not an object of \
         strings] [(`null` is not a string)]: [400], and [the message names the field].",
        check!(refused::wrong_type),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "body/values",
        "Round trip: [Unicode with astral characters], [integers to ±(2^53−1)], [doubles of up to \
         15 significant digits], [nesting to depth 64], [1,000 members], [empty object] and \
         [empty array].",
        check!(understood::values),
    )
    .depends_on(&["body/fields"]),
    Requirement::must("body/nul", "[U+0000 in a string round-trips].", check!(understood::nul))
        .depends_on(&["body/fields"]),
    Requirement::must(
        "body/hostile",
        "[More than 512 brackets open at once], [100,000 nested arrays], a NUL in `file`: 400. [A \
         lone surrogate], [`1e400`], [`1e100000000`], [a number of 100,000 digits], [a member \
         given twice], [a byte order mark]: 200 or 400. [Never 5xx or silence]; [what is emitted \
         is JSON]; [the next request is served].",
        check!(refused::hostile),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "body/large",
        "[A 6 MiB payload works]. [Over the limit (20 MiB], or [`INTERNAL_RUNTIME_MAX_BODY` \
         bytes], [be it less or more]) [is 413], [declared] or [chunked].",
        check!(refused::large),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "body/truncated",
        "A client that goes away mid-body [does not invoke the function], and [harms no one \
         else].",
        check!(refused::truncated),
    )
    .depends_on(&["server/port"]),
];

//! Faults: Which code is called, and when it is loaded.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new("code/default-is-another-file", "code/default", "the entrypoint in `/usr/code` is called")
        .and(
            "packages without that other file have nothing to serve",
            &[
                "body/defaults",
                "code/no-handler",
                "code/broken",
                "code/late",
                "build/package",
                "build/deploy",
            ],
        ),
    Mutant::new("code/file-ignored", "code/file", "Another `file` is called by its name").and(
        "no file is ever missing, and none is another",
        &["body/fields", "code/path", "code/missing", "code/no-handler", "code/broken", "code/once"],
    ),
    Mutant::new("code/entrypoint-variable-ignored", "code/file", "Another `file` is called by its name"),
    Mutant::new("code/sub-folder-refused", "code/file", "also in a sub-folder")
        .and("they look below other folders", &["body/fields", "code/path", "code/once", "code/late"]),
    Mutant::new("code/base-name-looked-up", "code/file", "also in a sub-folder")
        .and("they name a file in a sub-folder", &["body/fields", "code/once"]),
    Mutant::new("code/path-ignored", "code/path", "Another `path` is where `file` is looked for")
        .and("they name another path", &["body/fields", "code/missing", "code/once"]),
    Mutant::new("code/path-below-usr-code", "code/path", "Another `path` is where `file` is looked for")
        .and("they name a path elsewhere", &["body/fields", "code/once", "code/late"]),
    Mutant::new("code/other-path-after-usr-code-only", "code/path", "also in the first request of all"),
    Mutant::new("code/missing-is-500", "code/missing", "A `file` that does not exist: 404").and(
        "they end by asking for a file that is not there",
        &["code/no-handler", "code/broken", "build/launch"],
    ),
    Mutant::new("code/missing-in-other-words", "code/missing", "A `file` that does not exist: 404"),
    Mutant::new(
        "code/folder-counts-as-a-file",
        "code/missing",
        "Anything but a regular file counts as missing",
    ),
    Mutant::new(
        "code/device-counts-as-a-file",
        "code/missing",
        "Anything but a regular file counts as missing",
    ),
    Mutant::new("code/absolute-file-accepted", "code/escape", "`file` absolute"),
    Mutant::new("code/absolute-file-made-relative", "code/escape", "`file` absolute"),
    Mutant::new("code/climbing-file-accepted", "code/escape", "leaving `path` through `..`"),
    Mutant::new("code/climbing-file-clamped", "code/escape", "leaving `path` through `..`"),
    Mutant::new("code/first-step-alone-looked-at", "code/escape", "leaving `path` through `..`"),
    Mutant::new("code/any-two-dots-refused", "code/escape", "leaving `path` through `..`"),
    Mutant::new("code/relative-path-accepted", "code/escape", "`path` not absolute"),
    Mutant::new("code/nul-in-file-accepted", "code/escape", "a NUL in either")
        .and("it sends a NUL there too", &["body/hostile"]),
    Mutant::new("code/nul-in-path-accepted", "code/escape", "a NUL in either"),
    Mutant::new("code/escape-without-its-name", "code/escape", "400"),
    Mutant::new("code/file-system-asked", "code/escape", "no file system asked"),
    Mutant::new("code/symbolic-link-refused", "code/escape", "symbolic links followed"),
    Mutant::new("code/no-handler-is-404", "code/no-handler", "500 `load-failed`"),
    Mutant::new("code/no-handler-is-a-function-error", "code/no-handler", "500 `load-failed`"),
    Mutant::new("code/no-handler-runs-as-nothing", "code/no-handler", "500 `load-failed`"),
    Mutant::new("code/no-handler-without-advice", "code/no-handler", "the message says what to export"),
    Mutant::new("code/broken-is-404", "code/broken", "500 `load-failed`"),
    Mutant::new("code/broken-is-a-function-error", "code/broken", "500 `load-failed`"),
    Mutant::new("code/broken-without-its-message", "code/broken", "500 `load-failed`"),
    Mutant::new("code/broken-ends-the-server", "code/broken", "the server lives"),
    Mutant::new("code/loaded-for-every-request", "code/once", "20 requests see one load mark"),
    Mutant::new("code/loaded-again-now-and-then", "code/once", "then kept"),
    Mutant::new("code/counter-starts-again", "code/once", "a counter that rises by one"),
    Mutant::new(
        "code/kept-by-its-name-alone",
        "code/once",
        "Files of one name in two folders are two functions",
    ),
    Mutant::new("code/same-bytes-not-called-again", "code/once", "The same bytes sent twice are two calls"),
    Mutant::new("code/empty-folder-is-500", "code/late", "over an empty `/usr/code` answers 404")
        .and("it starts over an empty folder too", &["build/launch"]),
    Mutant::new(
        "code/folder-listed-once",
        "code/late",
        "an unpacked package whose entrypoint appears last, by rename",
    ),
    Mutant::new("code/late-in-usr-code-only", "code/late", "a new folder that `path` names"),
    Mutant::new("code/missing-folder-remembered", "code/late", "a new folder that `path` names"),
    Mutant::new("code/missing-file-remembered", "code/late", "A missing file is never remembered"),
];

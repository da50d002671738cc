//! Faults: From source to a package, and from a package to a server.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new("build/nothing-packed", "build/package", "turns the source in `/usr/code` into the package")
        .and("what it deploys was packed before", &["build/deploy"]),
    Mutant::new("build/package-written-in-place", "build/package", "appears by rename"),
    Mutant::new("build/package-contains-itself", "build/package", "never contains itself"),
    Mutant::new("build/hidden-files-left-out", "build/package", "hidden files"),
    Mutant::new("build/programs-no-longer-executable", "build/package", "programs"),
    Mutant::new("build/links-followed", "build/package", "links"),
    Mutant::new("build/empty-folders-left-out", "build/package", "empty folders"),
    Mutant::new("build/its-own-notes-packed", "build/package", "nothing else"),
    Mutant::new("build/package-not-unpacked", "build/package", "unpacks `/tmp/code.tar.gz` and serves").and(
        "there is no code: whatever depends on nothing is red, the rest blocked",
        &[
            "server/port",
            "server/configuration",
            "auth/valid",
            "code/no-handler",
            "code/broken",
            "lifecycle/stop",
            "lifecycle/interrupt",
            "lifecycle/crash",
            "lifecycle/restart",
            "lifecycle/orphans",
            "build/deploy",
        ],
    ),
    Mutant::new("build/deploy-does-not-build", "build/deploy", "builds and serves"),
    Mutant::new("build/deploys-usr-code", "build/deploy", "from `/usr/deploy-code`"),
    Mutant::new("build/package-needed", "build/launch", "Without a package")
        .and("it starts without a package", &["code/late"]),
    Mutant::new("build/old-code-swept", "build/launch", "serves the contents of `/usr/code`"),
    Mutant::new("build/code-needed", "build/launch", "even if it is empty")
        .and("it starts without code", &["code/late"]),
    Mutant::new(
        "build/spoilt-package-passed-over",
        "build/launch",
        "a package that it cannot unpack makes it exit non-zero",
    ),
    Mutant::new("build/spoilt-package-exits-with-zero", "build/launch", "exit non-zero"),
    Mutant::new("build/spoilt-package-not-named", "build/launch", "say so"),
    Mutant::new("build/cut-package-passed-over", "build/launch", "also one that is cut short"),
    Mutant::new("build/gzip-of-anything-accepted", "build/launch", "a gzip of no archive"),
    Mutant::new("build/unpacks-once-only", "build/launch", "launching twice over the same `/usr/code` works"),
    Mutant::new("build/dependency-not-installed", "build/dependency", "installed"),
    Mutant::new("build/dependency-is-an-empty-shell", "build/dependency", "usable"),
    Mutant::new("build/failure-exits-with-zero", "build/failure", "exits non-zero"),
    Mutant::new("build/failure-unnoticed", "build/failure", "A failing build exits non-zero"),
    Mutant::new("build/tool-silenced", "build/failure", "shows the tool's own message"),
    Mutant::new("build/failure-leaves-a-package", "build/failure", "leaves no package"),
    Mutant::new("build/earlier-package-left", "build/failure", "not even an earlier one"),
];

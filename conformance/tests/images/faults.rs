//! Broken images and broken folders of a runtime: what only an engine can show.

use engine::ContainerSpec;

/// A runtime with one fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mutant {
    /// The fault: `section/what-is-wrong`.
    pub(crate) name: &'static str,
    /// The requirement that it is made for.
    pub(crate) breaks: &'static str,
    /// The words of that requirement that it breaks.
    pub(crate) clause: &'static str,
    /// What else of its section goes red with it.
    pub(crate) also: &'static [&'static str],
    /// Why it cannot but.
    pub(crate) why: &'static str,
    /// Which sound runtime is broken.
    pub(crate) sound: &'static str,
    /// What is done to a copy of its folder, or to its containers.
    pub(crate) change: Change,
}

/// What is done to a sound runtime.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// Lines at the end of its Dockerfile, as root.
    Image(&'static str),
    /// A text in a file of its folder replaced by another.
    Text(&'static str, &'static str, &'static str),
    /// A file of its folder removed.
    Without(&'static str),
    /// Its serving containers described otherwise.
    Container(fn(&mut ContainerSpec)),
}

const fn mutant(name: &'static str, breaks: &'static str, clause: &'static str, change: Change) -> Mutant {
    Mutant { name, breaks, clause, also: &[], why: "", sound: SOUND, change }
}

/// A mutant of a version that is a pair.
const fn of_pair(name: &'static str, clause: &'static str, from: &'static str, to: &'static str) -> Mutant {
    Mutant { sound: PAIR, ..mutant(name, "layout/pair", clause, Change::Text("Dockerfile", from, to)) }
}

impl Mutant {
    const fn and(self, why: &'static str, also: &'static [&'static str]) -> Self {
        Mutant { also, why, ..self }
    }
}

/// The runtime that is broken if a pair is not needed: the first that there was.
pub(crate) const SOUND: &str = "node:24";
/// The one that is broken if a pair is needed.
pub(crate) const PAIR: &str = "go:1.27";

const LIB: &str = "/usr/local/lib/open-runtimes";

pub(crate) const MUTANTS: &[Mutant] = &[
    // hardening
    mutant("hardening/root", "hardening/user", "numeric and not 0", Change::Image("USER 0")),
    mutant("hardening/named-user", "hardening/user", "numeric", Change::Image("USER runtime")),
    mutant("hardening/root-group", "hardening/user", "nothing in the container runs as 0", Change::Image("USER 65532:0")),
    mutant("hardening/writable-root", "hardening/locked", "read-only root", Change::Container(|spec| spec.profile.writable_root = true)),
    mutant("hardening/capabilities", "hardening/locked", "all capabilities dropped", Change::Container(|spec| {
        // What a process that is not root holds of them shows only in what it could gain.
        spec.profile.capabilities = true;
        spec.user = Some("0:0".into());
    })).and("only root shows what capabilities it has", &["hardening/user"]),
    mutant("hardening/new-privileges", "hardening/locked", "`no-new-privileges`", Change::Container(|spec| spec.profile.new_privileges = true)),
    mutant("hardening/more-processes", "hardening/locked", "128 pids", Change::Container(|spec| spec.profile.processes = Some(256))),
    mutant("hardening/more-memory", "hardening/locked", "256 MiB", Change::Container(|spec| spec.profile.memory = Some(512))),
    mutant("hardening/code-not-executable", "hardening/locked", "an *executable* `/usr/code`", Change::Container(|spec| {
        spec.memory_folders[0].1 = "noexec".into();
    })),
    mutant("hardening/key-in-the-image", "hardening/image", "No key in the image's environment", Change::Image("ENV INTERNAL_RUNTIME_KEY=default")),
    mutant("hardening/key-in-a-layer", "hardening/image", "or layers", Change::Image("RUN INTERNAL_RUNTIME_KEY=default true")),
    mutant("hardening/no-title", "hardening/image", "labels `org.opencontainers.image.*`", Change::Image("LABEL org.opencontainers.image.title=\"\"")),
    mutant("hardening/another-contract", "hardening/image", "`org.open-runtimes.contract` (this version, `1`)", Change::Image("LABEL org.open-runtimes.contract=2")),
    mutant("hardening/another-entrypoint", "hardening/image", "`org.open-runtimes.entrypoint`", Change::Image("LABEL org.open-runtimes.entrypoint=other.js")),
    // auth, server: what is refused in a container; the rest of both is broken without one
    mutant("auth/accents-accepted", "auth/unset", "anything but visible ASCII (0x21–0x7E)", Change::Image(
        "RUN sed -i 's|\\*\\[!!-~\\]\\*)|*[[:space:]]*)|' LIB/key.sh",
    )),
    mutant("auth/refusal-exits-with-zero", "auth/unset", "exits non-zero", Change::Image("RUN sed -i '/visible ASCII only/{n;s|exit 1|exit 0|}' LIB/key.sh")),
    mutant("server/limit-ignored", "server/configuration", "`INTERNAL_RUNTIME_MAX_BODY` that is not a positive integer", Change::Image(
        "RUN sed -i 's|^serve |unset INTERNAL_RUNTIME_MAX_BODY; serve |' /usr/local/src/launch.sh",
    )),
    mutant("server/refusal-on-stdout", "server/configuration", "on stderr", Change::Image(
        "RUN sed -i 's|^serve |exec 2>\\&1; serve |' /usr/local/src/launch.sh",
    )),
    // build
    mutant("build/written-in-place", "build/package", "which appears by rename", Change::Image(
        "RUN sed -i 's|mv \"$unfinished\" \"$package\"|dd if=\"$unfinished\" of=\"$package\" bs=64k status=none|' LIB/build.sh",
    )),
    mutant("build/contains-itself", "build/package", "never contains itself", Change::Image(
        "RUN sed -i -e '/^rm -f \"$package\"/d' -e 's|for name in code.tar.gz |for name in |' LIB/build.sh",
    )).and("the package of an earlier build is not removed", &["build/failure"]),
    mutant("build/makes-nothing", "build/package", "`build.sh` turns the source in `/usr/code` into the package", Change::Image(
        "RUN sed -i 's|mv \"$unfinished\" \"$package\"|rm \"$unfinished\"|; s|echo \"build.sh: $package is ready.*|true|' LIB/build.sh",
    )).and("both serve a package", &["build/offline", "build/deploy"]),
    mutant("build/does-not-unpack", "build/package", "unpacks `/tmp/code.tar.gz` and serves", Change::Image(
        "RUN sed -i 's|^    \\[ -e \"$package\" \\] .. return 0|    return 0|' LIB/launch.sh",
    )).and("both serve a package", &["build/offline", "build/deploy"]),
    mutant("build/deploys-nothing", "build/deploy", "`deploy.sh` builds and serves", Change::Image(
        "RUN sed -i 's|^build.sh .*||' LIB/deploy.sh",
    )),
    mutant("build/deploys-in-place", "build/deploy", "which may be read-only", Change::Image(
        "RUN sed -i 's|^build.sh .*|touch /usr/deploy-code/built; build.sh /usr/deploy-code /tmp/code.tar.gz|' LIB/deploy.sh",
    )),
    mutant("build/launch-wants-a-package", "build/launch", "Without a package `launch.sh` serves the contents of `/usr/code`, even if it is empty", Change::Image(
        "RUN sed -i 's|^    \\[ -e \"$package\" \\] .. return 0|    [ -e \"$package\" ] \\|\\| exit 1|' LIB/launch.sh",
    )),
    mutant("build/launch-passes-over-garbage", "build/launch", "a package that it cannot unpack makes it exit non-zero", Change::Image(
        "RUN sed -i 's|--no-same-permissions && has_code && return|--no-same-permissions; return 0|' LIB/launch.sh",
    )),
    mutant("build/launch-fails-without-a-word", "build/launch", "and say so", Change::Image(
        "RUN sed -i '/echo \"launch.sh: /d; s|--no-same-permissions && has_code|--no-same-permissions 2>/dev/null \\&\\& has_code|' LIB/launch.sh",
    )),
    mutant("build/launch-works-once", "build/launch", "launching twice over the same `/usr/code` works", Change::Image(
        "RUN sed -i 's|tar -xf|tar --keep-old-files -xf|' LIB/launch.sh",
    )),
    mutant(
        "build/installs-nothing",
        "build/dependency",
        "installed and usable",
        Change::Image("RUN sed -i 's|^pack$|rm -rf node_modules; pack|' /usr/local/src/build.sh"),
    ),
    mutant("build/asks-the-registry", "build/offline", "builds with no network", Change::Image(
        "RUN sed -i 's|^installs=no|run_npm ping --fetch-retries=0 2>/dev/null \\|\\| fail \"no registry\"\\ninstalls=no|' /usr/local/src/build.sh",
    )),
    mutant("build/failure-is-success", "build/failure", "A failing build exits non-zero", Change::Image(
        "RUN mv /usr/local/src/build.sh /usr/local/src/build-first.sh && printf '#!/bin/sh\\nbuild-first.sh \"$@\" || exit 0\\n' > /usr/local/src/build.sh && chmod 755 /usr/local/src/build.sh",
    )),
    mutant("build/failure-is-silent", "build/failure", "shows the tool's own message", Change::Image(
        "RUN mv /usr/local/src/build.sh /usr/local/src/build-first.sh && printf '#!/bin/sh\\nbuild-first.sh \"$@\" >/dev/null 2>&1\\n' > /usr/local/src/build.sh && chmod 755 /usr/local/src/build.sh",
    )),
    mutant("build/failure-leaves-the-earlier-package", "build/failure", "leaves no package, not even an earlier one", Change::Image(
        "RUN sed -i '/^rm -f \"$package\"/d' LIB/build.sh",
    )),
    // layout
    mutant("layout/no-readme", "layout/files", "`README.md`", Change::Without("README.md")),
    mutant("layout/no-compose-file", "layout/files", "`docker-compose.yml`", Change::Without("docker-compose.yml")),
    mutant("layout/no-example", "layout/files", "`example/`", Change::Without("example/README.md")),
    mutant("layout/no-dockerfile", "layout/files", "`Dockerfile`", Change::Without("Dockerfile")),
    mutant("layout/no-build", "layout/files", "`build.sh`", Change::Without("build.sh")),
    mutant("layout/no-launch", "layout/files", "`launch.sh`", Change::Without("launch.sh")),
    mutant("layout/no-deploy", "layout/files", "`deploy.sh`", Change::Without("deploy.sh")),
    mutant("layout/no-server", "layout/files", "`server.X`", Change::Without("server.js")),
    mutant("layout/no-manifest", "layout/files", "the manifest, `runtime.toml`", Change::Without("runtime.toml")),
    mutant("layout/scripts-elsewhere", "layout/scripts", "The three scripts are in `/usr/local/src`", Change::Image("RUN mv /usr/local/src/build.sh /usr/local/bin/build.sh")),
    mutant("layout/not-executable", "layout/scripts", "executable and on `PATH`", Change::Image("RUN chmod 644 /usr/local/src/deploy.sh")),
    mutant("layout/another-command", "layout/scripts", "the image's command is `launch.sh`", Change::Image("CMD [\"sh\", \"-c\", \"exec launch.sh\"]")),
    mutant("layout/one-user-only", "layout/scripts", "any numeric user", Change::Image(
        "RUN sed -i 's|^installs=no|[ \"$(id -u)\" = 65532 ] \\|\\| fail \"another user\"\\ninstalls=no|' /usr/local/src/build.sh",
    )),
    mutant("layout/home-of-root", "layout/scripts", "`HOME` writable", Change::Image("ENV HOME=/root")),
    mutant("layout/build-wants-the-key", "layout/scripts", "`build.sh` needs no key", Change::Image(
        "RUN sed -i 's|^installs=no|[ \"${INTERNAL_RUNTIME_KEY:-}\" ] \\|\\| fail \"no key\"\\ninstalls=no|' /usr/local/src/build.sh",
    )),
    mutant("layout/build-hands-the-key-on", "layout/scripts", "never sees one", Change::Image(
        "RUN sed -i 's|^if \\[ \"${INTERNAL_RUNTIME_KEY+set}\" \\]; then|if false; then|' LIB/build.sh",
    )),
    mutant("layout/alone-and-of-a-pair", "layout/pair", "one image alone has none of these labels", Change::Image(
        "LABEL org.open-runtimes.role=build",
    )),
    of_pair("layout/no-role", "Each of a pair has its role as a label, `org.open-runtimes.role`", "role=\"serve\"", "role=\"\""),
    of_pair("layout/names-another", "names the other, `org.open-runtimes.serve` and `org.open-runtimes.build`", "build=\"open-runtimes/go:${LOCK}\"", "build=\"open-runtimes/go:1.26\""),
    of_pair("layout/serves-another-entrypoint", "Both have the same contract and entrypoint", "entrypoint=\"main.go\"", "entrypoint=\"other.go\""),
    of_pair("layout/serves-by-another-command", "the same command", "CMD [\"launch.sh\"]", "CMD [\"/usr/local/src/launch.sh\"]"),
    of_pair("layout/serves-by-another-script", "and the same `launch.sh` and server", "COPY launch.sh /usr/local/src/", "COPY launch.sh /usr/local/src/\nUSER 0\nRUN echo true >> /usr/local/src/launch.sh\nUSER 65532:65532"),
    of_pair("layout/serves-from-more", "is smaller", "FROM ${BASE} AS run", "FROM function AS run\nRUN rm /usr/local/bin/go\nUSER 65532:65532\nWORKDIR /usr/code"),
    of_pair("layout/serves-with-build-sh", "has no `build.sh` and no `deploy.sh`", "COPY launch.sh /usr/local/src/", "COPY build.sh launch.sh /usr/local/src/"),
    of_pair("layout/serves-with-the-compiler", "and none of the programs that the manifest says it lacks", "FROM ${BASE} AS run", "FROM toolchain AS run\nUSER 65532:65532"),
    mutant("layout/example-does-not-build", "layout/example", "The example builds", Change::Text("example/index.js", "module.exports", "module.exports = ; //")),
    mutant("layout/example-answers-otherwise", "layout/example", "answers as its README says", Change::Text("example/README.md", "-d '{", "-d '{\"env\": {\"other\": 1}, ")),
    mutant("layout/compose-of-one-version", "layout/example", "`image: open-runtimes/<name>:${TAG:-<version>}`", Change::Text("docker-compose.yml", "${TAG:-24}", "24")),
    mutant("layout/compose-builds", "layout/example", "no `build:`", Change::Text("docker-compose.yml", "    image:", "    build: .\n    image:")),
    mutant("layout/compose-mounts-writable", "layout/example", "`./example` mounted read-only at `/usr/deploy-code`", Change::Text("docker-compose.yml", "deploy-code:ro", "deploy-code")),
    mutant("layout/compose-open-to-all", "layout/example", "`127.0.0.1:${PORT:-3000}:3000`", Change::Text("docker-compose.yml", "127.0.0.1:${PORT", "${PORT")),
    mutant("layout/compose-without-a-key", "layout/example", "key `${INTERNAL_RUNTIME_KEY:-password}`", Change::Text("docker-compose.yml", "${INTERNAL_RUNTIME_KEY:-password}", "${INTERNAL_RUNTIME_KEY}")),
    mutant("layout/compose-does-not-come-up", "layout/example", "comes up with `docker compose up`", Change::Text("docker-compose.yml", "command: deploy.sh", "command: no-such.sh")),
    // cold-start
    mutant("cold-start/boots-late", "cold-start/boot", "At most 100 ms", Change::Image(
        "RUN sed -i 's|^serve |sleep 0.2\\nserve |' /usr/local/src/launch.sh",
    )),
    mutant("cold-start/warms-late", "cold-start/warm", "under 1 ms", Change::Image(
        "RUN printf '%s\\n' 'const { Socket } = require(\"node:net\"); const write = Socket.prototype.write; Socket.prototype.write = function (...all) { const until = process.hrtime.bigint() + 2000000n; while (process.hrtime.bigint() < until); return write.apply(this, all); };' > /usr/local/src/slow.js && sed -i 's|^serve node|serve node --require /usr/local/src/slow.js|' /usr/local/src/launch.sh",
    )),
];

/// Lines for a Dockerfile, with the base's folder written out.
pub(crate) fn lines(lines: &str) -> String {
    lines.replace("LIB/", &format!("{LIB}/"))
}

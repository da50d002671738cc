//! Which code is called, and when it is loaded.

use serde_json::{Value, json};

use super::expect::{During, Expect, ensure, member, nonce, same};
use super::requirement::{BUILDS, Requirement, check};
use crate::backend::{BuildJob, CheckResult, Launch, Package, Source};
use crate::fixture::{Context, Server, ServerContext};
use protocol::{CODE, ENTRYPOINT, Kind, message};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "code/default",
        "Without `path` and `file`, [the entrypoint in `/usr/code` is called].",
        check!(default),
    )
    .from_document()
    .depends_on(&["server/port"]),
    Requirement::must(
        "code/file",
        "[Another `file` is called by its name], [also in a sub-folder].",
        check!(file),
    )
    .from_document()
    .depends_on(&["code/default"]),
    Requirement::must("code/path", "[Another `path` is where `file` is looked for].", check!(path))
        .from_document()
        .depends_on(&["code/default"]),
    Requirement::must(
        "code/missing",
        "[A `file` that does not exist: 404]. [Anything but a regular file counts as missing].",
        check!(missing),
    )
    .depends_on(&["server/port"]),
    Requirement::must(
        "code/escape",
        "[`file` absolute] or [leaving `path` through `..`], [`path` not absolute], [a NUL in \
         either]: [400]. Lexical: [no file system asked], [symbolic links followed]. (Tidiness, \
         not a sandbox: the caller chooses `path`.)",
        check!(escape),
    )
    .depends_on(&["code/file"]),
    Requirement::must(
        "code/no-handler",
        "A file without a handler: [500 `load-failed`], and [the message says what to export].",
        check!(Empty, no_handler),
    )
    .timeout(BUILDS),
    Requirement::must(
        "code/broken",
        "A file that fails to load: [500 `load-failed`]; [the server lives]. If code is compiled, \
         `build.sh` fails instead, for this and for `code/no-handler`, with the same information.",
        check!(Empty, broken),
    )
    .timeout(BUILDS),
    Requirement::must(
        "code/once",
        "Loaded once per (`path`, `file`), [then kept]: on one kept connection [20 requests see \
         one load mark] and [a counter that rises by one].",
        check!(Own, once),
    )
    .depends_on(&["code/default"]),
    Requirement::must(
        "code/late",
        "A runtime started [over an empty `/usr/code` answers 404] and serves code that arrives later, \
         with no restart: [an unpacked package whose entrypoint appears last, by rename], in `/usr/code` \
         or in [a new folder that `path` names]. [A missing file is never remembered]; whether a failed \
         load is remembered is left open. (This makes prewarmed pools possible.)",
        check!(Empty, late),
    )
    .depends_on(&["code/missing"]),
];

/// Calls the probe and expects it to say that it is `file`.
async fn acts_as(s: &Server, file: &str, mut body: Value) -> CheckResult {
    let nonce = nonce();
    body["payload"] = json!({ "nonce": nonce });
    let value = s.post(&body).await?.value()?;
    same("the payload", &body["payload"], member(&value, "payload")?)?;
    same("`file`", &json!(file), member(&value, "file")?)
}

async fn default(s: &ServerContext) -> CheckResult {
    let entrypoint = &s.spec().entrypoint;
    acts_as(s, entrypoint, json!({})).await?;
    acts_as(s, entrypoint, json!({ "path": CODE, "file": entrypoint })).await.during("by name")
}

async fn file(s: &ServerContext) -> CheckResult {
    for file in &s.spec().files {
        acts_as(s, file, json!({ "file": file })).await.during(file)?;
    }
    let other = &s.spec().files[0];
    let server = s.serve(Launch::default().variable(ENTRYPOINT, other)).await?;
    acts_as(&server, other, json!({})).await.during(&format!("{ENTRYPOINT}={other}"))?;
    let entrypoint = &s.spec().entrypoint;
    acts_as(&server, entrypoint, json!({ "file": entrypoint })).await.during(&format!("{ENTRYPOINT}={other}"))
}

async fn path(s: &ServerContext) -> CheckResult {
    let (folder, file) = &s.spec().nested;
    let path = format!("{CODE}/{folder}");
    acts_as(s, &format!("{folder}/{file}"), json!({ "path": path, "file": file })).await
}

async fn missing(s: &ServerContext) -> CheckResult {
    let (folder, file) = &s.spec().nested;
    let bodies = [
        json!({ "file": "no-such-file" }),
        json!({ "file": format!("no-such-folder/{file}") }),
        json!({ "file": folder }),
        json!({ "path": "/no/such/folder" }),
        json!({ "path": format!("{CODE}/{}", s.spec().entrypoint) }),
        json!({ "path": "/dev", "file": "null" }),
        json!({ "path": "/dev", "file": "zero" }),
    ];
    for body in bodies {
        let answer = s.post(&body).await?;
        answer.says(Kind::CodeNotFound, message::CODE_NOT_FOUND).during(&body.to_string())?;
    }
    Ok(())
}

async fn escape(s: &ServerContext) -> CheckResult {
    let (folder, file) = &s.spec().nested;
    let entrypoint = &s.spec().entrypoint;
    let refused = [
        ("file", json!({ "file": format!("{CODE}/{entrypoint}") })),
        ("file", json!({ "file": "/etc/hostname" })),
        ("file", json!({ "file": "../code/index" })),
        ("file", json!({ "file": format!("{folder}/../../code/{entrypoint}") })),
        ("file", json!({ "file": ".." })),
        ("file", json!({ "path": format!("{CODE}/{folder}"), "file": format!("../{entrypoint}") })),
        ("file", json!({ "file": "no-such-folder/../../x" })),
        ("file", json!({ "file": format!("{entrypoint}\u{0}") })),
        ("path", json!({ "path": "usr/code" })),
        ("path", json!({ "path": "." })),
        ("path", json!({ "path": "../usr/code" })),
        ("path", json!({ "path": format!("{CODE}\u{0}") })),
    ];
    for (name, body) in refused {
        let message = s.post(&body).await?.error(Kind::BadRequest).during(&body.to_string())?;
        let named = message.starts_with(&format!("{name} must be "));
        ensure(named, format!("{body}: the message names `{name}`"), message)?;
    }
    let within = format!("{folder}/../{folder}/./{file}");
    acts_as(s, &format!("{folder}/{file}"), json!({ "file": within }))
        .await
        .during("`..` that stays inside")?;
    let link = nonce();
    s.instance().link(CODE, &link).await?;
    let through = json!({ "file": format!("{link}/{entrypoint}") });
    acts_as(s, entrypoint, through).await.during("through a symbolic link")
}

/// Expects that a package is refused: by `build.sh` if code is compiled, else at the first request.
async fn is_refused(s: &Context, package: Package, source: Source, shows: &str) -> CheckResult {
    if s.spec().compiled {
        let built = s.runtime().run_build(&BuildJob::of(source)).await?;
        return ensure(
            built.exit.code != 0 && built.package.is_none() && built.log.contains(shows),
            format!("build.sh fails, leaves no package and shows {shows:?}"),
            built.summary(),
        );
    }
    let server = s.serve(Launch::default().package(package)).await?;
    for attempt in ["the first time", "again"] {
        let answer = server.post(&json!({})).await.during(attempt)?;
        let message = answer.error(Kind::LoadFailed).during(attempt)?;
        let text = answer.text().unwrap_or_default();
        ensure(text.contains(shows), format!("{attempt}: {shows:?} in the answer"), message)?;
    }
    let answer = server.post(&json!({ "file": "no-such-file" })).await.during("the server lives")?;
    answer.error(Kind::CodeNotFound).during("the server lives")?;
    Ok(())
}

async fn no_handler(s: &Context) -> CheckResult {
    is_refused(s, Package::NoHandler, Source::NoHandler, &s.spec().messages.no_handler).await
}

async fn broken(s: &Context) -> CheckResult {
    is_refused(s, Package::Broken, Source::Broken, &s.spec().messages.broken).await
}

async fn once(s: &ServerContext) -> CheckResult {
    let mut connection = s.connect().await?;
    let mut marks: Vec<(Value, u64)> = Vec::new();
    for _ in 0..20 {
        let request = s.request().json(&json!({ "payload": { "nonce": nonce() } }));
        let value = connection.exchange(&request).await?.value()?;
        let count = member(&value, "count")?.as_u64().unwrap_or_default();
        marks.push((member(&value, "load")?.clone(), count));
    }
    let one_load = marks.iter().all(|(load, _)| *load == marks[0].0);
    ensure(one_load, "one load mark in 20 requests", format!("{marks:?}"))?;
    let rises = marks.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1);
    ensure(rises, "a counter that rises by one", format!("{marks:?}"))
}

async fn late(s: &Context) -> CheckResult {
    let server = s.serve(Launch::default().without_package()).await?;
    let package = s.runtime().package(Package::Probe).await?;
    let entrypoint = &s.spec().entrypoint;
    for path in [CODE.to_string(), format!("{CODE}/{}", nonce()), format!("/tmp/{}", nonce())] {
        let body = json!({ "path": path });
        let not_found = async |when: &str| {
            let answer = server.post(&body).await.during(when)?;
            answer.says(Kind::CodeNotFound, message::CODE_NOT_FOUND).during(when)
        };
        not_found(&format!("{path}, nothing there")).await?;
        server.instance().unpack(&package, &path, entrypoint).await?;
        not_found(&format!("{path}, all but the entrypoint there")).await?;
        server.instance().reveal(&path, entrypoint).await?;
        acts_as(&server, entrypoint, body.clone()).await.during(&format!("{path}, the entrypoint there"))?;
    }
    Ok(())
}

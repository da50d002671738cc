//! Which code is called, and when it is loaded.

use serde_json::{Value, json};

use super::expect::{During, Expect, ensure, member, nonce, same};
use super::requirement::{BUILDS, Requirement, check};
use crate::backend::{BuildJob, CheckResult, Launch, Package, Source};
use crate::fixture::{Context, Server, ServerContext};
use crate::wire::{Connection, Response};
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
    .depends_on(&["server/port"]),
    Requirement::must(
        "code/path",
        "[Another `path` is where `file` is looked for], [also in the first request of all].",
        check!(Own, path),
    )
    .from_document()
    .depends_on(&["server/port"]),
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
         one load mark] and [a counter that rises by one]. [Files of one name in two folders are two \
         functions], whichever of `path` and `file` names the folder. [The same bytes sent twice are two \
         calls].",
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

/// On a server of its own: what was called before must not be what makes it work.
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
    let mut marks = Vec::new();
    for _ in 0..20 {
        marks.push(Mark::of(s, &mut connection, json!({})).await?);
    }
    is_one_load(&marks)?;
    let body = json!({ "payload": { "nonce": nonce() } });
    let mut same = Vec::new();
    for _ in 0..3 {
        same.push(Mark::answered(&connection.exchange(&s.request().json(&body)).await?, &body)?);
    }
    is_one_load(&same).during("the same bytes sent again")?;
    twins(s, &mut connection).await.during("two folders with a file of one name")
}

/// What a function says of its own load, and of how often it was called since.
#[derive(Debug)]
struct Mark {
    load: Value,
    count: f64,
}

impl Mark {
    async fn of(s: &Server, connection: &mut Connection, mut body: Value) -> CheckResult<Self> {
        body["payload"] = json!({ "nonce": nonce() });
        Mark::answered(&connection.exchange(&s.request().json(&body)).await?, &body)
    }

    fn answered(answer: &Response, body: &Value) -> CheckResult<Self> {
        let value = answer.value()?;
        same("the payload", &body["payload"], member(&value, "payload")?)?;
        let count = member(&value, "count")?.as_f64().unwrap_or_default();
        Ok(Mark { load: member(&value, "load")?.clone(), count })
    }
}

fn is_one_load(marks: &[Mark]) -> CheckResult {
    let one_load = marks.iter().all(|mark| mark.load == marks[0].load);
    ensure(one_load, format!("one load mark in {} requests", marks.len()), format!("{marks:?}"))?;
    let rises = marks.windows(2).all(|pair| pair[1].count == pair[0].count + 1.0);
    ensure(rises, "a counter that rises by one", format!("{marks:?}"))
}

/// Calls files of one name in two new folders in turn: the first as `path`, and as part of `file`.
async fn twins(s: &ServerContext, connection: &mut Connection) -> CheckResult {
    let package = s.runtime().package(Package::Probe).await?;
    let entrypoint = &s.spec().entrypoint;
    let folders = [nonce(), nonce()];
    for folder in &folders {
        let path = format!("{CODE}/{folder}");
        s.instance().unpack(&package, &path, entrypoint).await?;
        s.instance().reveal(&path, entrypoint).await?;
    }
    let bodies = [
        folders.each_ref().map(|folder| json!({ "path": format!("{CODE}/{folder}") })),
        folders.each_ref().map(|folder| json!({ "file": format!("{folder}/{entrypoint}") })),
    ];
    for [one, other] in bodies {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            first.push(Mark::of(s, connection, one.clone()).await?);
            second.push(Mark::of(s, connection, other.clone()).await?);
        }
        is_one_load(&first).during(&one.to_string())?;
        is_one_load(&second).during(&other.to_string())?;
        let differ = first[0].load != second[0].load;
        ensure(differ, "a load mark for each", format!("{first:?}, {second:?}")).during(&one.to_string())?;
    }
    Ok(())
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

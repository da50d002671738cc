//! From source to a package, and from a package to a server.

mod contents;

use engine::Archive;
use futures_util::future::try_join_all;
use serde_json::json;

use super::expect::{During, Expect, echo, ensure, member};
use super::requirement::{BUILDS, Requirement, check};
use super::steps::{Probe, Step};
use crate::backend::{BuildJob, Built, CheckResult, Extra, Launch, Package, Source, Spec, Start};
use crate::fixture::{Context, ServerContext, eventually};
use protocol::{Kind, PACKAGE_NAME};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "build/package",
        "[`build.sh` [turns the source in `/usr/code` into the package]], [which [appears by \
         rename]] and [never contains itself]. In it is the whole source, [hidden files], [programs], \
         [links] and [empty folders] as they are, but for what the language leaves out and what it adds, and \
         [nothing else]. `launch.sh`, in a fresh container, [unpacks `/tmp/code.tar.gz` and serves].",
        check!(Empty, package),
    )
    .from_document()
    .timeout(BUILDS),
    Requirement::must(
        "build/deploy",
        "[`deploy.sh` [builds and serves]] [from `/usr/deploy-code`], [which may be read-only].",
        check!(Empty, deploy),
    )
    .from_document()
    .timeout(BUILDS),
    Requirement::must(
        "build/launch",
        "[[Without a package] `launch.sh` [serves the contents of `/usr/code`], [even if it is empty]]; \
         [a package that it cannot unpack makes it [exit non-zero]] [and [say so]], [also one that is cut \
         short] or [a gzip of no archive]; [launching twice over \
         the same `/usr/code` works].",
        check!(Empty, launch),
    )
    .depends_on(&["lifecycle/stop"])
    .timeout(BUILDS),
    Requirement::must(
        "build/dependency",
        "A dependency declared in the language's own manifest is [[installed] and [usable]].",
        check!(dependency),
    )
    .depends_on(&["body/fields"]),
    Requirement::must(
        "build/offline",
        "A function without dependencies [builds with no network].",
        check!(Empty, offline),
    )
    .timeout(BUILDS),
    Requirement::must(
        "build/failure",
        "[A failing build [exits non-zero]], [shows the tool's own message], and [[leaves no \
         package], [not even an earlier one]].",
        check!(Empty, failure),
    )
    .timeout(BUILDS),
];

/// Expects that a build succeeded, and returns the package.
fn succeeds(built: &Built) -> CheckResult<&[u8]> {
    let package = built.package.as_deref().unwrap_or_default();
    let actual =
        format!("exit code {}, {} bytes, and printed: {}", built.exit.code, package.len(), built.log.trim());
    ensure(built.exit.code == 0 && !package.is_empty(), "exit code 0 and a package", actual)?;
    Ok(package)
}

fn earlier_package() -> Extra {
    Extra::File(b"an earlier package".to_vec())
}

async fn package(s: &Context) -> CheckResult {
    // Bytes that do not compress, so that writing the package takes long enough to be seen.
    // Repeated at a distance that no gzip looks back, so it is as good as 8 MiB of chance.
    let mut chance = [0; 64 * 1024];
    rand::fill(&mut chance);
    let ballast = chance.repeat(128);
    let extra = vec![("ballast.bin".to_string(), Extra::File(ballast))];
    let job = BuildJob { extra, watched: true, ..BuildJob::of(Source::Plain) };
    let built = s.runtime().run_build(&job).await?;
    let size = succeeds(&built)?.len();
    let sizes = built.watched()?.sightings;
    let whole = sizes.iter().all(|seen| *seen == size as u64);
    ensure(
        whole,
        format!("a package seen whole or not at all, {size} bytes"),
        format!("seen with {sizes:?} bytes"),
    )?;

    let mut extra = contents::beside();
    extra.push((PACKAGE_NAME.to_string(), earlier_package()));
    let built = s.runtime().run_build(&BuildJob { extra, ..BuildJob::of(Source::Plain) }).await;
    let built = built.during("over an earlier package")?;
    succeeds(&built).during("over an earlier package")?;
    let entries = built.entries()?;
    let itself = entries.iter().find(|entry| entry.path.ends_with(PACKAGE_NAME));
    let itself = itself.map(|entry| entry.path.display().to_string());
    ensure(itself.is_none(), "a package that does not contain itself", format!("{itself:?}"))?;
    contents::are_whole(s.spec(), &entries)?;

    let server = s.serve(Launch::default().package(Package::Plain)).await?;
    echo(&server).await.during("launch.sh in a fresh container")?;
    Ok(())
}

async fn deploy(s: &Context) -> CheckResult {
    let server = s.serve(Launch::default().started(Start::Deploy(Source::Plain))).await?;
    echo(&server).await?;
    Ok(())
}

async fn launch(s: &Context) -> CheckResult {
    let empty = s.serve(Launch::default().without_package()).await?;
    let answer = empty.post(&json!({})).await.during("over an empty folder")?;
    answer.error(Kind::CodeNotFound).during("over an empty folder")?;

    let unpacked = Launch::default().package(Package::Plain).started(Start::Unpacked);
    let server = s.serve(unpacked).await.during("over code that lies there already")?;
    echo(&server).await.during("over code that lies there already")?;

    let whole = s.runtime().package(Package::Plain).await?;
    let garbage = [
        ("no archive", b"no archive".to_vec()),
        ("nothing", Vec::new()),
        ("half of one", whole[..whole.len() / 2].to_vec()),
        ("all of one but its last byte", whole[..whole.len() - 1].to_vec()),
        ("a gzip of no archive", Archive::zip(b"no archive")?),
        ("a gzip of much that is no archive", Archive::zip(&b"no archive".repeat(1000))?),
    ];
    let refused = garbage.into_iter().map(|(what, garbage)| async move {
        let expected = format!("a package that is {what}: launch.sh exits non-zero and says so");
        let launch = Launch::default().without_package().file(PACKAGE_NAME, garbage);
        let ended = s.refuse(launch, &expected).await?;
        ensure(ended.blames(PACKAGE_NAME), expected, ended.summary())
    });
    try_join_all(refused).await?;

    // Both answer on the same port, so the second is awaited by the mark between them.
    let server = s.serve(Launch::default().started(Start::Twice)).await.during("launched twice")?;
    eventually("an end of the first launch", || async {
        let over = server.instance().has(Launch::ONCE_OVER).await?;
        Ok(if over { Ok(()) } else { Err("it goes on".to_string()) })
    })
    .await?;
    eventually("an answer of the second launch", || async {
        Ok(echo(&server).await.map_err(|_| "none".to_string()))
    })
    .await?;
    Ok(())
}

async fn dependency(s: &ServerContext) -> CheckResult {
    let value = s.observe([Step::dependency()]).await?;
    for name in ["name", "version"] {
        let text = member(&value, name)?.as_str().unwrap_or_default();
        ensure(!text.is_empty(), format!("the dependency's {name}"), value.to_string())?;
    }
    let name = value["name"].as_str().unwrap_or_default();
    let declared = declares(s.spec(), name);
    ensure(declared, format!("{name} declared in the probe's own manifest"), "no file in probe/ names it")
}

/// Whether a file right in `probe/` that is not code names the dependency.
fn declares(spec: &Spec, name: &str) -> bool {
    let entries = std::fs::read_dir(spec.source(Source::Probe)).into_iter().flatten().flatten();
    let entrypoint = &spec.entrypoint;
    entries
        .filter(|entry| entry.file_name().to_string_lossy() != entrypoint.as_str())
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
        .any(|text| text.contains(name))
}

async fn offline(s: &Context) -> CheckResult {
    let built = s.runtime().run_build(&BuildJob { online: false, ..BuildJob::of(Source::Plain) }).await?;
    let package = succeeds(&built)?.to_vec();
    let launch = Launch::default().without_package().file(PACKAGE_NAME, package);
    echo(&s.serve(launch).await?).await?;
    Ok(())
}

async fn failure(s: &Context) -> CheckResult {
    let shows = &s.spec().messages.failing;
    let stale = vec![(PACKAGE_NAME.to_string(), earlier_package())];
    for extra in [Vec::new(), stale] {
        let built = s.runtime().run_build(&BuildJob { extra, ..BuildJob::of(Source::Failing) }).await?;
        ensure(built.exit.code != 0, "a non-zero exit code", built.summary())?;
        ensure(built.package.is_none(), "no package, not even an earlier one", "there is one")?;
        ensure(
            built.log.contains(shows),
            format!("the tool's own message, with {shows:?}"),
            built.log.trim(),
        )?;
    }
    Ok(())
}

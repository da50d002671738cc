//! Which files are where: in the runtime's folder and in its image.

mod pair;

use std::path::Path;
use std::time::Duration;

use super::expect::{During, Expect, ensure, same};
use super::requirement::{BUILDS, Requirement, check};
use crate::backend::{BuildJob, CheckError, CheckResult, Launch, Package, Source};
use crate::docker::Composition;
use crate::fixture::{Context, within};
use crate::wire::{Client, Request, Response};
use protocol::{CHALLENGE, SOURCE};

/// How long what Compose brings up may take to its first answer: it builds first. 2 s for most, and once more than
/// 15 s on a machine at load 12.
const DEPLOY: Duration = Duration::from_secs(120);

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "layout/files",
        "[`Dockerfile`], [`docker-compose.yml`], [`build.sh`], [`launch.sh`], [`deploy.sh`], \
         [`server.X`], [`README.md`], [`example/`], and [the manifest, `runtime.toml`].",
        check!(Empty, files),
    )
    .from_document(),
    Requirement::must(
        "layout/scripts",
        "[The three scripts are in `/usr/local/src`], [executable and on `PATH`]; [the image's command is \
         `launch.sh`]. `docker run -v \"$PWD:/usr/code\" --user \"$(id -u):$(id -g)\" IMAGE build.sh` \
         works: [any numeric user], [`HOME` writable]. [`build.sh` needs no key] and [never sees one].",
        check!(Empty, scripts),
    )
    .timeout(BUILDS),
    Requirement::must(
        "layout/pair",
        "A version is one image, or a *pair*: an image that builds, and a smaller one that serves what the other built. \
         [Each of a pair has its role as a label, `org.open-runtimes.role`], and [names the other, \
         `org.open-runtimes.serve` and `org.open-runtimes.build`]; [one image alone has none of these labels]. [Both \
         have the same contract and entrypoint], [the same command], [and the same `launch.sh` and server]; the one that \
         serves [is smaller], [has no `build.sh` and no `deploy.sh`] [and none of the programs that the manifest says it \
         lacks].",
        check!(Empty, pair::pair),
    )
    .depends_on(&["layout/scripts"])
    .timeout(BUILDS),
    Requirement::must(
        "layout/example",
        "[The example builds], [answers as its README says], and [comes up with `docker compose \
         up`]: [`image: open-runtimes/<name>:${TAG:-<version>}`] and [no `build:`], [`./example` \
         mounted read-only at `/usr/deploy-code`], [`127.0.0.1:${PORT:-3000}:3000`], [key \
         `${INTERNAL_RUNTIME_KEY:-password}`]; Compose 1 and 2 both accept it. (The one check \
         with a bind mount: not applicable on a remote engine, and says so.)",
        check!(Empty, example),
    )
    .from_document()
    .depends_on(&["layout/files"])
    .timeout(BUILDS),
];

/// A user that no image knows.
const STRANGER: u64 = 12_345;

async fn files(s: &Context) -> CheckResult {
    let folder = &s.spec().folder;
    let names = [
        "Dockerfile",
        "docker-compose.yml",
        "build.sh",
        "launch.sh",
        "deploy.sh",
        "README.md",
        "runtime.toml",
        "example/README.md",
    ];
    for name in names {
        ensure(folder.join(name).is_file(), name, format!("{} has none", folder.display()))?;
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let server = names.iter().any(|name| name.starts_with("server."));
    ensure(server, "a file server.X", format!("{names:?}"))
}

async fn scripts(s: &Context) -> CheckResult {
    let image = s.runtime().image().await?;
    let command: Vec<&String> = image.entrypoint.iter().chain(&image.command).collect();
    ensure(command == ["launch.sh"], "launch.sh as the image's command", format!("{command:?}"))?;
    let server = s.serve(Launch::default().without_package().where_built()).await?;
    for name in ["build.sh", "launch.sh", "deploy.sh"] {
        let found = server.instance().which(name).await?;
        let place = format!("{SOURCE}/{name}");
        ensure(found == place, format!("{name} executable on PATH at {place}"), found)?;
    }
    let job = BuildJob { user: Some(STRANGER), keyed: true, watched: true, ..BuildJob::of(Source::Probe) };
    let built = s.runtime().run_build(&job).await?;
    let works = built.exit.code == 0 && built.package.is_some();
    ensure(works, format!("build.sh works as user {STRANGER}"), built.summary())?;
    ensure(
        built.owner == STRANGER,
        format!("a package of user {STRANGER}"),
        format!("of user {}", built.owner),
    )?;
    let seen = built.watched()?;
    ensure(seen.home_writable, "HOME writable for any user", format!("{seen:?}"))?;
    ensure(!seen.key_seen, "build.sh hands on no key that the container has", format!("{seen:?}"))
}

/// One exchange that an example's README shows: the body that a `curl` sends with `-d '…'`, and in the next
/// block the answer, whose fence names its kind and, if it is not 200, its status.
#[derive(Debug)]
struct Promise {
    body: String,
    kind: String,
    status: u16,
    answer: String,
}

impl Promise {
    fn all(folder: &Path) -> CheckResult<Vec<Self>> {
        let path = folder.join("README.md");
        let readme = std::fs::read_to_string(&path).unwrap_or_default();
        let mut rest = readme.as_str();
        let mut promises = Vec::new();
        while let Some((promise, after)) = Self::next(rest) {
            promises.push(promise);
            rest = after;
        }
        let expected = "a README that shows a `curl … -d '<body>'` and, in the next block, its answer";
        ensure(!promises.is_empty(), expected, format!("{} has no such pair", path.display()))?;
        Ok(promises)
    }

    fn next(text: &str) -> Option<(Self, &str)> {
        let (_, rest) = text.split_once("-d '")?;
        let (body, rest) = rest.split_once('\'')?;
        let (_, rest) = rest.split_once("\n```\n")?;
        let (_, rest) = rest.split_once("```")?;
        let (fence, rest) = rest.split_once('\n')?;
        let (answer, rest) = rest.split_once("\n```")?;
        let mut words = fence.split_whitespace();
        let kind = words.next()?.to_string();
        let status = words.next().map_or(Some(200), |status| status.parse().ok())?;
        Some((Promise { body: body.into(), kind, status, answer: answer.into() }, rest))
    }

    fn request(&self, key: &str) -> Request {
        Request::post().header(CHALLENGE, key).body(self.body.clone())
    }

    fn is_kept_by(&self, answer: &Response) -> CheckResult {
        answer.is(self.status)?;
        if self.kind == "json" {
            let shown = serde_json::from_str(&self.answer).unwrap_or_default();
            return same("the answer that the README shows", &shown, &answer.json().unwrap_or_default());
        }
        let text = answer.text().unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        ensure(
            text == self.answer,
            format!("the answer that the README shows, {:?}", self.answer),
            answer.summary(),
        )
    }
}

async fn example(s: &Context) -> CheckResult {
    for (number, folder) in s.spec().examples.iter().enumerate() {
        let what = folder.display().to_string();
        let promises = Promise::all(folder)?;
        let server = s.serve(Launch::default().package(Package::Example(number))).await.during(&what)?;
        for promise in promises {
            let answer = server.send(&promise.request(server.key())).await.during(&what)?;
            promise.is_kept_by(&answer).during(&format!("{what}: {}", promise.body))?;
        }
    }

    let compose = std::fs::read_to_string(s.spec().folder.join("docker-compose.yml")).unwrap_or_default();
    ensure(!compose.contains("build:"), "no `build:`", "it has `build:`")?;
    let image = format!("image: open-runtimes/{}:${{TAG:-", s.spec().id.name());
    for needed in [
        &image,
        "./example:/usr/deploy-code:ro",
        "127.0.0.1:${PORT:-3000}:3000",
        "${INTERNAL_RUNTIME_KEY:-password}",
    ] {
        ensure(compose.contains(needed), format!("docker-compose.yml with {needed}"), "it is not there")?;
    }
    if !s.runtime().session().engine().await?.is_local() {
        return Err(CheckError::NotApplicable(
            "the engine is remote, and Compose mounts ./example from here".into(),
        ));
    }
    let image = s.runtime().image().await?.id;
    let composition =
        Composition::up(s.runtime().session(), s.spec(), &image, s.transcript().clone()).await?;
    let promise = Promise::all(&s.spec().examples[0])?.remove(0);
    let outcome = comes_up(s, &composition, &promise).await;
    composition.down().await?;
    outcome.during("docker compose up")
}

async fn comes_up(s: &Context, composition: &Composition, promise: &Promise) -> CheckResult {
    let client: &Client = composition.client();
    let request = promise.request(s.runtime().session().key());
    let answer = within(DEPLOY, "an answer", || async {
        Ok(client.send(&request).await.map_err(|error| error.to_string()))
    });
    match answer.await {
        Ok(answer) => promise.is_kept_by(&answer),
        // Asked once: Compose 1 needs half a second of the processor to start.
        Err(CheckError::Broken { expected, actual }) => {
            let log = composition.log().await?;
            Err(CheckError::broken(expected, format!("{actual}; the log says: {}", log.trim())))
        }
        Err(other) => Err(other),
    }
}

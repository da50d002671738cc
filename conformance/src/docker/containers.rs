//! The engine as the place where servers run and packages are made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::backend::{
    Backend, BackendFuture, BuildJob, Built, CheckError, CheckResult, Extra, Instance, Key, LEFT_BY_BUILDS,
    Launch, Source, Spec, Start, registry,
};
use crate::docker::container::start;
use crate::docker::session::Session;
use engine::{Archive, BuildRequest, ContainerSpec, Exit, Image, Member, Network, Processor, Volume};

/// How long a build may take, downloads included.
const TIMEOUT: Duration = Duration::from_secs(600);

/// For a container in which time is measured: it goes before all else that the machine does.
const FIRST: Processor = Processor { shares: Processor::MOST, of_machine: true };

/// Containers of one version's image, or of its two if it is a pair.
#[derive(Debug)]
pub struct Containers {
    spec: Spec,
    session: Arc<Session>,
    image: OnceCell<CheckResult<Image>>,
    serving: OnceCell<CheckResult<Image>>,
    bare: OnceCell<CheckResult<Arc<Vec<u8>>>>,
    user: OnceCell<CheckResult<u64>>,
    tamper: fn(&mut ContainerSpec),
}

/// What came of a container that was run to its end.
pub(super) struct Ran {
    /// How it ended; `None` if it had to be ended.
    pub(super) exit: Option<Exit>,
    pub(super) log: String,
    left: Option<Member>,
}

impl Containers {
    /// Containers of that version's image, which is built when first asked for.
    pub fn new(spec: Spec, session: Arc<Session>) -> Self {
        let (image, serving, bare, user) =
            (OnceCell::new(), OnceCell::new(), OnceCell::new(), OnceCell::new());
        Containers { spec, session, image, serving, bare, user, tamper: |_| {} }
    }

    /// The same with each serving container tampered with: how the harness proves that it would notice.
    pub fn tampered_with(self, tamper: fn(&mut ContainerSpec)) -> Self {
        Containers { tamper, ..self }
    }

    pub(super) fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The numeric user of the image: that it is named is for `hardening/user` to judge alone.
    pub(super) async fn user(&self, image: &Image) -> CheckResult<u64> {
        let name = image.user.split(':').next().unwrap_or_default();
        match name.parse() {
            Ok(id) => Ok(id),
            Err(_) if name.is_empty() => Ok(0),
            Err(_) => self.user.get_or_init(|| self.user_named(name)).await.clone(),
        }
    }

    /// The id of a user that the image's own list has; one that it does not have owns nothing, and files are root's.
    async fn user_named(&self, name: &str) -> CheckResult<u64> {
        let engine = self.session.engine().await?;
        let container = engine.create(&ContainerSpec::of(&self.image().await?.id)).await?;
        let passwd = container.download("/etc/passwd").await;
        container.remove().await?;
        let file = match passwd? {
            Some(archive) => Archive::members(&archive)?.pop(),
            None => None,
        };
        let content = file.map(|member| member.content).unwrap_or_default();
        Ok(id_of(name, &String::from_utf8_lossy(&content)).unwrap_or(0))
    }

    /// The image that serves. It is built after the other, whose steps it shares.
    async fn build_serving_image(&self) -> CheckResult<Image> {
        let image = self.image().await?;
        match &self.spec.serving {
            Some(serving) => self.build_image(&serving.image, Some(serving.target.clone())).await,
            None => Ok(image),
        }
    }

    async fn build_image(&self, tag: &str, target: Option<String>) -> CheckResult<Image> {
        let engine = self.session.engine().await?;
        let base = self.session.base(&self.spec.base).await?;
        let label = &self.spec.id;
        let mut arguments = self.spec.arguments.clone();
        arguments.insert("BASE".into(), base);
        let request = BuildRequest {
            context: self.spec.folder.clone(),
            dockerfile: "Dockerfile".into(),
            target,
            tag: tag.to_string(),
            arguments,
            labels: BTreeMap::new(),
        };
        self.session.say(&format!("{label}: building the image {tag}"));
        let release = self.spec.base.release;
        if release.is_unstable() {
            self.session.say(&format!(
                "warning: {label} is unstable: it comes from Debian {release}, which changes from day to day"
            ));
        }
        let missing = |why: String| CheckError::missing(format!("the image of {label}"), why);
        let progress = |line: &str| self.session.detail(&format!("{label}: {line}"));
        let id = engine.build(&request, progress).await.map_err(|error| {
            let text = error.to_string();
            match registry::unreachable(&text) {
                Some(line) => registry::down(&format!("the image of {label}"), line),
                None => missing(text),
            }
        })?;
        // A container that is never started, so that the image stays for the run if another build takes the tag away.
        engine.create(&ContainerSpec::of(&id)).await?;
        let image = engine.image(&id).await?;
        image.ok_or_else(|| missing(format!("{tag} is not there after its build")))
    }

    async fn run_build(&self, job: &BuildJob) -> CheckResult<Built> {
        let image = self.image().await?;
        let owner = match job.user {
            Some(user) => user,
            None => self.user(&image).await?,
        };
        let mut command = vec!["build.sh".to_string()];
        if job.watched {
            let target = format!("{}/{}", protocol::CODE, protocol::PACKAGE_NAME);
            command.splice(0..0, ["/tmp/agent".into(), "watch".into(), target, "--".into()]);
        }
        let key = job.keyed.then(|| (protocol::KEY.to_string(), self.session.key().to_string()));
        let spec = ContainerSpec {
            command: Some(command),
            environment: key.into_iter().collect(),
            user: job.user.map(|user| format!("{user}:{user}")),
            network: if job.online { Network::Bridge } else { Network::None },
            ..ContainerSpec::of(&image.id)
        };
        let agent = Archive::owned_by(owner).file("agent", &self.session.agent().await?, true)?;
        let mut source = source_of(&self.spec, job.source, owner)?;
        for (path, extra) in &job.extra {
            source = match extra {
                Extra::File(content) => source.file(path, content, false)?,
                Extra::Program(content) => source.file(path, content, true)?,
                Extra::Folder => source.empty_folder(path)?,
                Extra::Link(target) => source.link(path, target)?,
            };
        }
        let uploads = [("/tmp", agent), (protocol::CODE, source)];
        let ran = self.run_to_end(spec, uploads, Some(protocol::PACKAGE_NAME)).await?;
        let Some(exit) = ran.exit else {
            let limit = format!("an end of build.sh within {} s", TIMEOUT.as_secs());
            return Err(CheckError::broken(limit, "it still ran"));
        };
        let owner = ran.left.as_ref().map_or(0, |member| member.owner);
        Ok(Built { exit, log: ran.log, package: ran.left.map(|member| member.content), owner })
    }

    /// Runs a container to its end over what is put into it, and takes `artefact` out of `/usr/code`.
    pub(super) async fn run_to_end(
        &self,
        spec: ContainerSpec,
        uploads: impl IntoIterator<Item = (impl AsRef<str>, Archive)>,
        artefact: Option<&str>,
    ) -> CheckResult<Ran> {
        let engine = self.session.engine().await?;
        let mut volumes = vec![Volume::own("/tmp"), Volume::own(protocol::CODE)];
        volumes.extend(spec.volumes);
        let container = engine.create(&ContainerSpec { volumes, ..spec }).await?;
        for (folder, archive) in uploads {
            container.upload(folder.as_ref(), archive.finish()?).await?;
        }
        start(&container).await?;
        let exit = container.wait(TIMEOUT).await?;
        let log = container.log().await?.all;
        let found = match artefact {
            Some(name) => container.download(&format!("{}/{name}", protocol::CODE)).await?,
            None => None,
        };
        container.remove().await?;
        let left = match found {
            Some(archive) => Archive::members(&archive)?.pop(),
            None => None,
        };
        Ok(Ran { exit, log, left })
    }

    /// The bare server's one file: as it is in the language's folder, or built there by the image.
    async fn make_bare(&self) -> CheckResult<Arc<Vec<u8>>> {
        let bare = &self.spec.bare;
        let Some(build) = &bare.build else {
            let path = self.spec.language.join(&bare.file);
            let read = std::fs::read(&path);
            return read
                .map(Arc::new)
                .map_err(|error| CheckError::Fault(format!("{}: {error}", path.display())));
        };
        let image = self.image().await?;
        self.session.say(&format!("{}: building the bare server", self.spec.id));
        let spec = ContainerSpec {
            command: Some(build.command.clone()),
            network: Network::Bridge,
            ..ContainerSpec::of(&image.id)
        };
        let folder = self.spec.language.join(&build.folder);
        let source = Archive::owned_by(self.user(&image).await?).folder(&folder, LEFT_BY_BUILDS)?;
        let ran = self.run_to_end(spec, [(protocol::CODE, source)], Some(&build.artefact)).await?;
        let failed = || {
            let (exit, log) = (ran.exit, ran.log.trim());
            CheckError::Fault(format!("the bare server did not build ({exit:?}): {log}"))
        };
        ran.left.map(|member| Arc::new(member.content)).ok_or_else(failed)
    }

    async fn make(&self, launch: &Launch, package: Option<Arc<Vec<u8>>>) -> CheckResult<Arc<dyn Instance>> {
        let engine = self.session.engine().await?;
        let image = if launch.is_where_built() { self.image().await? } else { self.serving_image().await? };
        let agent = self.session.agent().await?;
        let mut archive = Archive::owned_by(self.user(&image).await?).file("agent", &agent, true)?;
        if let Some(package) = package {
            archive = archive.file(launch.package_name(), &package, false)?;
        }
        for (name, content) in launch.files() {
            archive = archive.file(name, content, true)?;
        }
        let mut environment = launch.environment().to_vec();
        match launch.given_key() {
            Key::Valid => environment.push((protocol::KEY.into(), self.session.key().into())),
            Key::Unset => {}
            Key::Raw(key) => environment.push((protocol::KEY.into(), key.clone())),
        }
        let mut spec = ContainerSpec {
            command: command(launch.how()),
            environment,
            processor: matches!(launch.how(), Start::Agent(_)).then_some(FIRST),
            ..ContainerSpec::serving(&image.id, self.spec.processes, self.spec.memory)
        };
        if let Start::Deploy(source) = launch.how() {
            spec.volumes.push(self.stocked_volume(*source, &image.id).await?);
        }
        (self.tamper)(&mut spec);
        let container = engine.create(&spec).await?;
        container.upload("/tmp", archive.finish()?).await?;
        Ok(Arc::new(container))
    }

    /// A volume with source in it, mounted read-only in the folder in which `deploy.sh` looks.
    async fn stocked_volume(&self, source: Source, image: &str) -> CheckResult<Volume> {
        let engine = self.session.engine().await?;
        let name = engine.create_volume().await?;
        let volume = Volume { target: protocol::DEPLOY_CODE.into(), name: Some(name), read_only: false };
        let carrier = ContainerSpec { volumes: vec![volume.clone()], ..ContainerSpec::of(image) };
        let carrier = engine.create(&carrier).await?;
        let archive = source_of(&self.spec, source, 0)?.finish()?;
        carrier.upload(protocol::DEPLOY_CODE, archive).await?;
        carrier.remove().await?;
        Ok(Volume { read_only: true, ..volume })
    }
}

impl Backend for Containers {
    fn image(&self) -> BackendFuture<'_, Image> {
        Box::pin(async { self.image.get_or_init(|| self.build_image(&self.spec.image, None)).await.clone() })
    }

    fn serving_image(&self) -> BackendFuture<'_, Image> {
        Box::pin(async { self.serving.get_or_init(|| self.build_serving_image()).await.clone() })
    }

    fn bare(&self) -> BackendFuture<'_, Arc<Vec<u8>>> {
        Box::pin(async { self.bare.get_or_init(|| self.make_bare()).await.clone() })
    }

    fn build<'a>(&'a self, job: &'a BuildJob) -> BackendFuture<'a, Built> {
        Box::pin(self.run_build(job))
    }

    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> BackendFuture<'a, Arc<dyn Instance>> {
        Box::pin(self.make(launch, package))
    }
}

/// The container's command, if not the image's own.
fn command(how: &Start) -> Option<Vec<String>> {
    let shell = |script: String| Some(vec!["sh".to_string(), "-c".into(), script]);
    match how {
        Start::Launch => None,
        Start::Deploy(_) => Some(vec!["deploy.sh".into()]),
        Start::Agent(words) => Some([vec!["/tmp/agent".to_string()], words.clone()].concat()),
        Start::Unpacked => shell(format!(
            "tar -xzf /tmp/{} --no-overwrite-dir -C {} && exec launch.sh",
            Launch::UNPACKED,
            protocol::CODE
        )),
        Start::Twice => {
            shell(format!("/tmp/agent once -- launch.sh && touch {} && exec launch.sh", Launch::ONCE_OVER))
        }
    }
}

/// The id of a user in a list like `/etc/passwd`: `name:password:id:…`.
fn id_of(name: &str, passwd: &str) -> Option<u64> {
    let lines = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    lines.filter(|fields| fields.first() == Some(&name)).find_map(|fields| fields.get(2)?.parse().ok())
}

/// A source, with what its family shares of it.
fn source_of(spec: &Spec, source: Source, owner: u64) -> Result<Archive, engine::Error> {
    let mut archive = Archive::owned_by(owner);
    if let Some(shared) = spec.shared_source(source) {
        archive = archive.folder(&shared, &[])?;
    }
    archive.folder(&spec.source(source), LEFT_BY_BUILDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{self, Plan};

    #[test]
    fn a_source_has_what_its_family_shares_and_what_is_its_own() {
        let runtimes = plan::repository().and_then(|root| plan::discover(&root)).expect("the runtimes");
        let plan = Plan::of(&runtimes, plan::today()).expect("a plan");
        let sharing = plan.versions.values().filter(|spec| spec.shared_source(Source::Probe).is_some());
        let mut seen = 0;
        for spec in sharing {
            let archive = source_of(spec, Source::Probe, 0).and_then(Archive::finish).expect("an archive");
            let members = Archive::members(&archive).expect("members");
            for name in ["interpreter.ts", "steps.ts"] {
                assert!(
                    members.iter().any(|member| member.path.ends_with(name)),
                    "{} has no {name}",
                    spec.id
                );
            }
            seen += 1;
        }
        assert!(seen > 0, "no family shares anything of its probe");
    }

    #[test]
    fn a_user_is_found_by_its_name() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nruntimes:x:1:1::/:\nruntime:x:65532:65532::/:/bin/sh\n";
        assert_eq!(id_of("runtime", passwd), Some(65_532));
        assert_eq!(id_of("root", passwd), Some(0));
        assert_eq!(id_of("nobody", passwd), None);
    }
}

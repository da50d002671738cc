//! The engine as the place where servers run and packages are made.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::target::place::{Coming, Machine, Place};
use crate::target::registry;
use crate::target::{BuildJob, Built, Checked, Facts, Key, Launch, Source, Start, Trouble, Workshop};
use engine::{Archive, BuildRequest, Exit, Image, Member, Network, Profile, Spec, Volume};

/// How long a build may take, downloads included.
const PATIENCE: Duration = Duration::from_secs(600);

/// Containers of one version's image.
#[derive(Debug)]
pub struct Containers {
    facts: Facts,
    workshop: Arc<Workshop>,
    image: OnceCell<Checked<Image>>,
    bare: OnceCell<Checked<Arc<Vec<u8>>>>,
    tamper: fn(&mut Spec),
}

/// What came of a container that was run to its end.
struct Ran {
    /// How it ended; `None` where it had to be ended.
    exit: Option<Exit>,
    log: String,
    left: Option<Member>,
}

impl Containers {
    /// Containers of that version's image, which is built when first asked for.
    pub fn new(facts: Facts, workshop: Arc<Workshop>) -> Self {
        Containers { facts, workshop, image: OnceCell::new(), bare: OnceCell::new(), tamper: |_| {} }
    }

    /// The same with each serving container tampered with: how the harness proves that it would notice.
    pub fn tampered_with(self, tamper: fn(&mut Spec)) -> Self {
        Containers { tamper, ..self }
    }

    async fn build_image(&self) -> Checked<Image> {
        let engine = self.workshop.engine().await?;
        let base = self.workshop.base().await?;
        let label = self.facts.label();
        let mut arguments = self.facts.arguments.clone();
        arguments.insert("BASE".into(), base);
        let request = BuildRequest {
            context: self.facts.folder.clone(),
            dockerfile: "Dockerfile".into(),
            tag: self.facts.image.clone(),
            arguments,
        };
        self.workshop.say(&format!("{label}: building the image {}", self.facts.image));
        let missing = |why: String| Trouble::missing(format!("the image of {label}"), why);
        let progress = |line: &str| self.workshop.detail(&format!("{label}: {line}"));
        engine.build(&request, progress).await.map_err(|error| {
            let text = error.to_string();
            match registry::unreachable(&text) {
                Some(line) => registry::down(&format!("the image of {label}"), line),
                None => missing(text),
            }
        })?;
        let image = engine.image(&self.facts.image).await?;
        image.ok_or_else(|| missing(format!("{} is not there after its build", self.facts.image)))
    }

    async fn run_build(&self, job: &BuildJob) -> Checked<Built> {
        let image = self.image().await?;
        let owner = job.user.unwrap_or(user_of(&image.user));
        let mut command = vec!["build.sh".to_string()];
        if job.watched {
            let target = format!("{}/{}", protocol::CODE, protocol::PACKAGE_NAME);
            command.splice(0..0, ["/tmp/inside".into(), "watch".into(), target, "--".into()]);
        }
        let key = job.keyed.then(|| (protocol::KEY.to_string(), self.workshop.key().to_string()));
        let spec = Spec {
            command: Some(command),
            environment: key.into_iter().collect(),
            user: job.user.map(|user| format!("{user}:{user}")),
            network: if job.online { Network::Bridge } else { Network::None },
            ..Spec::of(&self.facts.image)
        };
        let inside = Archive::owned_by(owner).file("inside", &self.workshop.inside().await?, true)?;
        let mut source = Archive::owned_by(owner).folder(&self.facts.source(job.source))?;
        for (path, content) in &job.extra {
            source = source.file(path, content, false)?;
        }
        let uploads = [("/tmp", inside), (protocol::CODE, source)];
        let ran = self.run_to_end(spec, uploads, protocol::PACKAGE_NAME).await?;
        let Some(exit) = ran.exit else {
            let limit = format!("an end of build.sh within {} s", PATIENCE.as_secs());
            return Err(Trouble::broken(limit, "it still ran"));
        };
        let owner = ran.left.as_ref().map_or(0, |member| member.owner);
        Ok(Built { exit, log: ran.log, package: ran.left.map(|member| member.content), owner })
    }

    /// Runs a container to its end over what is put into it, and takes `artefact` out of `/usr/code`.
    async fn run_to_end<const N: usize>(
        &self,
        spec: Spec,
        uploads: [(&str, Archive); N],
        artefact: &str,
    ) -> Checked<Ran> {
        let engine = self.workshop.engine().await?;
        let volumes = vec![Volume::own("/tmp"), Volume::own(protocol::CODE)];
        let container = engine.create(&Spec { volumes, ..spec }).await?;
        for (folder, archive) in uploads {
            container.upload(folder, archive.finish()?).await?;
        }
        container.start().await?;
        let exit = container.wait(PATIENCE).await?;
        let log = container.log().await?.all;
        let found = container.download(&format!("{}/{artefact}", protocol::CODE)).await?;
        container.remove().await?;
        let left = match found {
            Some(archive) => Archive::members(&archive)?.pop(),
            None => None,
        };
        Ok(Ran { exit, log, left })
    }

    /// The bare server's one file: as it lies in the language's folder, or built there by the image.
    async fn make_bare(&self) -> Checked<Arc<Vec<u8>>> {
        let bare = &self.facts.bare;
        let Some(build) = &bare.build else {
            let path = self.facts.language.join(&bare.file);
            let read = std::fs::read(&path);
            return read
                .map(Arc::new)
                .map_err(|error| Trouble::Fault(format!("{}: {error}", path.display())));
        };
        let image = self.image().await?;
        self.workshop.say(&format!("{}: building the bare server", self.facts.label()));
        let spec = Spec {
            command: Some(build.command.clone()),
            network: Network::Bridge,
            ..Spec::of(&self.facts.image)
        };
        let folder = self.facts.language.join(&build.folder);
        let source = Archive::owned_by(user_of(&image.user)).folder(&folder)?;
        let ran = self.run_to_end(spec, [(protocol::CODE, source)], &build.artefact).await?;
        let failed = || {
            let (exit, log) = (ran.exit, ran.log.trim());
            Trouble::Fault(format!("the bare server did not build ({exit:?}): {log}"))
        };
        ran.left.map(|member| Arc::new(member.content)).ok_or_else(failed)
    }

    async fn make(&self, launch: &Launch, package: Option<Arc<Vec<u8>>>) -> Checked<Arc<dyn Machine>> {
        let engine = self.workshop.engine().await?;
        let image = self.image().await?;
        let inside = self.workshop.inside().await?;
        let mut archive = Archive::owned_by(user_of(&image.user)).file("inside", &inside, true)?;
        if let Some(package) = package {
            archive = archive.file(launch.package_name(), &package, false)?;
        }
        for (name, content) in launch.files() {
            archive = archive.file(name, content, true)?;
        }
        let mut environment = launch.environment().to_vec();
        match launch.given_key() {
            Key::Valid => environment.push((protocol::KEY.into(), self.workshop.key().into())),
            Key::Unset => {}
            Key::Raw(key) => environment.push((protocol::KEY.into(), key.clone())),
        }
        let mut volumes = vec![Volume::own("/tmp")];
        if let Start::Deploy(source) = launch.how() {
            volumes.push(self.stocked_volume(*source).await?);
        }
        let mut spec = Spec {
            command: command(launch.how()),
            environment,
            network: Network::Published(protocol::PORT),
            profile: Profile::locked(self.facts.processes, self.facts.memory),
            volumes,
            memory_folders: vec![(protocol::CODE.into(), "exec".into())],
            first: matches!(launch.how(), Start::Inside(_)),
            ..Spec::of(&self.facts.image)
        };
        (self.tamper)(&mut spec);
        let container = engine.create(&spec).await?;
        container.upload("/tmp", archive.finish()?).await?;
        Ok(Arc::new(container))
    }

    /// A volume with source in it, mounted read-only where `deploy.sh` looks.
    async fn stocked_volume(&self, source: Source) -> Checked<Volume> {
        let engine = self.workshop.engine().await?;
        let name = engine.create_volume().await?;
        let volume = Volume { target: protocol::DEPLOY_CODE.into(), name: Some(name), read_only: false };
        let carrier = Spec { volumes: vec![volume.clone()], ..Spec::of(&self.facts.image) };
        let carrier = engine.create(&carrier).await?;
        let archive = Archive::owned_by(0).folder(&self.facts.source(source))?.finish()?;
        carrier.upload(protocol::DEPLOY_CODE, archive).await?;
        carrier.remove().await?;
        Ok(Volume { read_only: true, ..volume })
    }
}

impl Place for Containers {
    fn image(&self) -> Coming<'_, Image> {
        Box::pin(async { self.image.get_or_init(|| self.build_image()).await.clone() })
    }

    fn bare(&self) -> Coming<'_, Arc<Vec<u8>>> {
        Box::pin(async { self.bare.get_or_init(|| self.make_bare()).await.clone() })
    }

    fn build<'a>(&'a self, job: &'a BuildJob) -> Coming<'a, Built> {
        Box::pin(self.run_build(job))
    }

    fn prepare<'a>(
        &'a self,
        launch: &'a Launch,
        package: Option<Arc<Vec<u8>>>,
    ) -> Coming<'a, Arc<dyn Machine>> {
        Box::pin(self.make(launch, package))
    }
}

/// The container's command, where not the image's own.
fn command(how: &Start) -> Option<Vec<String>> {
    let shell = |script: String| Some(vec!["sh".to_string(), "-c".into(), script]);
    match how {
        Start::Launch => None,
        Start::Deploy(_) => Some(vec!["deploy.sh".into()]),
        Start::Inside(words) => Some([vec!["/tmp/inside".to_string()], words.clone()].concat()),
        Start::Unpacked => shell(format!(
            "tar -xzf /tmp/{} --no-overwrite-dir -C {} && exec launch.sh",
            Launch::UNPACKED,
            protocol::CODE
        )),
        Start::Twice => {
            shell(format!("/tmp/inside once -- launch.sh && touch {} && exec launch.sh", Launch::ONCE_OVER))
        }
    }
}

/// The numeric user of an image; files for one that names its user otherwise belong to root.
fn user_of(user: &str) -> u64 {
    user.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(0)
}

//! From an empty folder to two open ports, and back to nothing.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapter::Docker;
use build::{Builder, Logs, RUNTIMES};
use engine::{Engine, Leftovers, Owner, Program};
use executor::{Executor, Front, Settings, serve_connections};
use function::{Blobs, Folder, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, timeout};

use super::control::Control;
use super::guard::Guard;
use super::platform::Platform;
use crate::api::Addresses;
use crate::exit::{Exit, fault};

/// What this platform calls its own in an engine.
const PLATFORM: Program = Program {
    labels: "org.open-runtimes.platform",
    remedy: "  On Debian or Ubuntu: `ci/up` in the repository, which installs and starts Docker Engine.
  Elsewhere: start Docker Desktop, or Podman with `podman machine start`, and try again.
  An engine somewhere else: set DOCKER_HOST, for example DOCKER_HOST=tcp://10.0.0.5:2375.",
};

/// The bytes of a source, packed.
const SOURCE: u64 = 64 * 1024 * 1024;
/// The bytes of a package.
const PACKAGE: u64 = 256 * 1024 * 1024;
/// How long calls may take to end once the platform is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long an engine may refuse to remove something that is still in use, and how long until it is asked again.
const REMOVAL: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_millis(200);

/// What `up` is told.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The folder in which everything is kept.
    pub(crate) data: PathBuf,
    /// Where functions are called.
    pub(crate) functions: SocketAddr,
    /// Where the control API is.
    pub(crate) control: SocketAddr,
    /// Names of this machine, besides those of loopback, that the control API answers to.
    pub(crate) hosts: Vec<String>,
    /// Whether addresses other than loopback's may be bound.
    pub(crate) public: bool,
    /// Instances that wait in each pool.
    pub(crate) warm: usize,
    /// Memory for all instances in MiB.
    pub(crate) memory: Option<u64>,
}

/// Runs the platform until it is told to stop.
pub(crate) async fn run(options: Options) -> Result<(), Exit> {
    if let Some(open) =
        [options.functions, options.control].iter().find(|at| !at.ip().is_loopback() && !options.public)
    {
        let why = format!(
            "{open} is open to other machines, and calls of functions need no token; say --public if that is meant"
        );
        return Err(Exit::Usage(why));
    }
    let folder = Folder::take(&options.data).map_err(fault)?;
    let (token, is_new) = folder.token().map_err(fault)?;
    let engine = connect().await?;
    let store = Store::open(&folder.path().join("state.db")).map_err(fault)?;
    let underway = store.give_up_underway("the platform ended meanwhile; deploy again").map_err(fault)?;
    if underway > 0 {
        eprintln!("{underway} deployments were on their way when the platform ended, and have failed");
    }
    let sources = Blobs::new(folder.folder("sources").map_err(fault)?, SOURCE);
    let packages = Blobs::new(folder.folder("packages").map_err(fault)?, PACKAGE);
    let (used_sources, used_packages) = store.digests().map_err(fault)?;
    sources.keep_only(&used_sources).and_then(|()| packages.keep_only(&used_packages)).map_err(fault)?;

    // Before anything is started: a port that is taken is the likeliest fault.
    let functions = bind(options.functions).await?;
    let control = bind(options.control).await?;
    let (at, control_at) = (local(&functions)?, local(&control)?);

    let network = format!("open-runtimes-{:08x}", rand::random::<u32>());
    let instances = folder.emptied("instances").map_err(fault)?;
    let started = async {
        let mut docker = Docker::new(engine.clone(), &network, &instances).await.map_err(fault)?;
        #[cfg(target_os = "linux")]
        if let Some(image) = any_image(&engine).await {
            docker.look_for_folders(&image).await.map_err(fault)?;
        }
        let docker = Arc::new(docker);
        let settings = Settings {
            warm: options.warm,
            memory: options.memory.unwrap_or_else(memory),
            starts: std::thread::available_parallelism().map_or(2, usize::from),
            ..Settings::default()
        };
        let executor = Executor::new(docker.clone(), settings);
        let platform = Arc::new(Platform {
            builder: Builder::new(engine.clone(), &network, PACKAGE),
            engine: engine.clone(),
            adapter: docker,
            executor,
            store,
            sources,
            packages,
            logs: Logs::new(folder.folder("builds").map_err(fault)?),
            turns: Platform::turns(),
            deciding: Mutex::default(),
            url: format!("http://{at}"),
        });
        serve_what_there_is(&platform)?;
        Ok(platform)
    };
    let platform = match started.await {
        Ok(platform) => platform,
        Err(exit) => {
            clean(&engine).await;
            return Err(exit);
        }
    };
    let addresses = Addresses { functions: at.to_string(), control: control_at.to_string() };
    let text = serde_json::to_string(&addresses).map_err(fault)?;
    folder.write(Addresses::FILE, &text).map_err(fault)?;

    let (stop, stopped) = watch::channel(false);
    let ports = ports(&platform, token.clone(), &options, functions, control, stopped)?;
    println!("functions  http://{at}/function/<name>");
    println!("control    http://{control_at}/v1");
    println!("data       {}", folder.path().display());
    if is_new {
        println!(
            "token      {token}\n           made now and shown once; it is kept in the file `token` of the data folder"
        );
    }
    println!(
        "engine     {}; functions and builds reach the network, this machine's own ports included",
        engine.version()
    );
    println!("ready      deploy with: open-runtimes deploy DIR");

    interrupted().await.map_err(fault)?;
    println!("stopping   calls inside may end; a second interrupt ends them");
    stop.send_replace(true);
    let ended = async {
        tokio::select! {
            _ = timeout(GRACE, ports) => {}
            _ = interrupted() => {}
        }
    };
    ended.await;
    platform.executor.stop().await;
    clean(&engine).await;
    Ok(())
}

/// The engine, without what a killed platform of this machine left there.
async fn connect() -> Result<Engine, Exit> {
    let owner = Owner::this_process(PLATFORM, &format!("up-{:08x}", rand::random::<u32>()));
    let engine = Engine::connect(owner).await.map_err(fault)?;
    let abandoned = engine.abandoned().await.map_err(fault)?;
    if !abandoned.is_empty() {
        let (containers, networks) = (abandoned.containers.len(), abandoned.networks.len());
        eprintln!("removing {containers} containers and {networks} networks that a killed platform left");
        removed(&engine, async || engine.abandoned().await).await.map_err(fault)?;
    }
    Ok(engine)
}

/// Removes all that this process has in the engine.
async fn clean(engine: &Engine) {
    if let Err(error) = removed(engine, async || engine.mine().await).await {
        eprintln!(
            "failed to remove what is left in the engine: {error}; the next `open-runtimes up` does it"
        );
    }
}

/// Removes what `find` finds until it finds nothing: a container may be on its way still, and a network cannot go
/// before it.
async fn removed(
    engine: &Engine,
    find: impl AsyncFn() -> Result<Leftovers, engine::Error>,
) -> Result<(), engine::Error> {
    let begun = Instant::now();
    loop {
        let left = find().await?;
        if left.is_empty() {
            return Ok(());
        }
        match engine.remove(&left).await {
            Err(error) if begun.elapsed() > REMOVAL => return Err(error),
            _ => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// Has every deployment answer that did when the platform ended. Instances come with the first calls.
fn serve_what_there_is(platform: &Platform) -> Result<(), Exit> {
    for deployment in platform.store.active().map_err(fault)? {
        let environment = platform.store.environment(&deployment.function).map_err(fault)?;
        match platform.active(&deployment) {
            Ok(active) => platform.executor.serve(&active, &environment),
            Err(error) => eprintln!("{} does not answer: {error}", deployment.function),
        }
    }
    Ok(())
}

/// Serves both ports until they are told to stop.
fn ports(
    platform: &Arc<Platform>,
    token: String,
    options: &Options,
    functions: TcpListener,
    control: TcpListener,
    stop: watch::Receiver<bool>,
) -> Result<impl Future<Output = ()> + use<>, Exit> {
    let settings = *platform.executor.settings();
    let front = Arc::new(Front::new(platform.executor.clone()));
    let calls = serve_connections(functions, settings, stop.clone(), move |request, client| {
        let front = front.clone();
        async move { front.answer(request, client.ip()).await }
    });
    let guard = Guard::new(token, hosts(local(&control)?, &options.hosts));
    let answering = Arc::new(Control::new(platform.clone(), guard));
    let commands = serve_connections(control, settings, stop, move |request, _| {
        let answering = answering.clone();
        async move { answering.answer(request).await }
    });
    let (calls, commands) = (tokio::spawn(calls), tokio::spawn(commands));
    Ok(async move {
        let _ = tokio::join!(calls, commands);
    })
}

/// The values of `Host` that the control API answers to.
fn hosts(at: SocketAddr, more: &[String]) -> Vec<String> {
    let port = at.port();
    let mut hosts = vec![format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
    hosts.push(at.to_string());
    hosts.extend(
        more.iter().map(|name| if name.contains(':') { name.clone() } else { format!("{name}:{port}") }),
    );
    hosts.dedup();
    hosts
}

/// The image of some runtime, if there is any.
#[cfg(target_os = "linux")]
async fn any_image(engine: &Engine) -> Option<String> {
    for name in RUNTIMES {
        let repository = format!("open-runtimes/{name}");
        if let Some((tag, _)) = engine.tags(&repository).await.ok()?.first() {
            return Some(format!("{repository}:{tag}"));
        }
    }
    None
}

async fn bind(at: SocketAddr) -> Result<TcpListener, Exit> {
    let bound = TcpListener::bind(at).await;
    bound.map_err(|error| {
        Exit::Fault(format!("{at} cannot be bound: {error}; name another with --functions or --control"))
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, Exit> {
    let mut at = listener.local_addr().map_err(fault)?;
    if at.ip().is_unspecified() {
        at.set_ip(IpAddr::from([127, 0, 0, 1]));
    }
    Ok(at)
}

/// Three quarters of this machine's memory, in MiB.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    total.map_or(Settings::default().memory, |kib: u64| kib / 1024 * 3 / 4)
}

async fn interrupted() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

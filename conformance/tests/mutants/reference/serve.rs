//! The server: from its port to its end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use super::PORT_FILE;
use super::code::Codes;
use super::configuration::Configuration;
use super::exchange;
use super::fault::Fault;
use super::probe;
use super::residue::Residue;
use super::shutdown::Shutdown;

/// A server that serves.
#[derive(Debug)]
pub(crate) struct Server {
    /// What it was told.
    pub(crate) configuration: Configuration,
    /// What it has loaded.
    pub(crate) codes: Codes,
    /// Its end.
    pub(crate) shutdown: Shutdown,
    /// Functions that run now.
    pub(crate) running: AtomicUsize,
    /// What a fault keeps between requests.
    pub(crate) residue: Residue,
}

/// Serves until it is told to stop.
pub(crate) fn run(configuration: Configuration) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| format!("The server cannot start: {error}."))?;
    let served = runtime.block_on(serve(configuration));
    // A function that holds its thread would be waited for.
    runtime.shutdown_background();
    served
}

/// Serves until a signal comes, then answers what is under way.
pub(crate) async fn serve(configuration: Configuration) -> Result<(), String> {
    let told = |error: std::io::Error| format!("The server cannot start: {error}.");
    let mut terminate = signal(SignalKind::terminate()).map_err(told)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(told)?;
    probe::adopt_orphans(&configuration.fault).map_err(told)?;
    let _child = probe::child_with_the_key(&configuration);
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(told)?;
    let port = listener.local_addr().map_err(told)?.port();

    let (shutdown, held) = Shutdown::new();
    let (fault, port_file) = (configuration.fault.clone(), configuration.port_file.clone());
    let residue = Residue::new(&configuration);
    let codes = Codes::new(configuration.sandbox.clone(), fault.clone());
    let running = AtomicUsize::new(0);
    let server = Arc::new(Server { configuration, codes, shutdown, running, residue });
    write_port(&port_file, port).map_err(told)?;
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted { welcome(&server, stream) },
            _ = terminate.recv(), if !fault.is("lifecycle/sigterm-ignored") => {
                exit_early(&server, &fault, "sigterm");
                if fault.is("lifecycle/sigterm-waits-for-a-pause") {
                    welcome_until_a_pause(&server, &listener).await;
                }
                break;
            }
            _ = interrupt.recv(), if !fault.is("lifecycle/sigint-ignored") => {
                if fault.is("lifecycle/interrupted-late") {
                    tokio::time::sleep(Duration::from_secs(6)).await;
                }
                exit_early(&server, &fault, "sigint");
                break;
            }
        }
    }
    let was_busy = server.running.load(std::sync::atomic::Ordering::SeqCst) > 0;
    if fault.is("lifecycle/stops-late") {
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    if fault.is("lifecycle/new-ones-answered-to-the-end") {
        let server = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                welcome(&server, stream);
            }
        });
    } else {
        drop(listener);
    }
    server.shutdown.finish(held).await;
    if was_busy && fault.is("lifecycle/drained-exit-code-is-1") {
        Err("A request was in flight.".into())
    } else {
        Ok(())
    }
}

/// Hands a connection to a task of its own, which holds the server up until it is done.
fn welcome(server: &Arc<Server>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let hold = server.shutdown.hold();
    tokio::spawn(exchange::converse(server.clone(), stream, hold));
}

/// Goes on until nothing has come for a while.
async fn welcome_until_a_pause(server: &Arc<Server>, listener: &TcpListener) {
    const PAUSE: Duration = Duration::from_millis(200);
    while let Ok(Ok((stream, _))) = tokio::time::timeout(PAUSE, listener.accept()).await {
        welcome(server, stream);
    }
}

/// Ends that a fault puts in the place of an orderly one.
fn exit_early(server: &Server, fault: &Fault, signal: &str) {
    match (fault.name(), signal) {
        ("lifecycle/sigterm-exits-with-143", "sigterm") => std::process::exit(143),
        ("lifecycle/sigint-exits-with-130", "sigint") => std::process::exit(130),
        ("lifecycle/unused-server-fails-to-stop", _) if server.codes.is_empty() => std::process::exit(1),
        ("lifecycle/request-in-flight-dropped", _) => std::process::exit(0),
        _ => {}
    }
}

/// Tells the port in the file that the environment names.
pub(crate) fn tell_port(port: u16) -> std::io::Result<()> {
    let file = std::env::var_os(PORT_FILE).unwrap_or_default();
    write_port(Path::new(&file), port)
}

/// By rename, so that a reader sees the whole number or none.
fn write_port(file: &Path, port: u16) -> std::io::Result<()> {
    let unfinished = file.with_extension("unfinished");
    std::fs::write(&unfinished, port.to_string())?;
    std::fs::rename(&unfinished, file)
}

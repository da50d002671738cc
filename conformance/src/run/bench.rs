//! Speed, as a ratio: each runtime beside its language's bare server, in hardened containers, in
//! turns, so that a busy moment falls on both. Reported, never judged.

use std::time::Duration;

use super::reason::reason;
use super::sizes::Sizes;
use super::state::Run;
use crate::backend::{CheckResult, Launch, Package};
use crate::fixture::{Context, Runtime};
use agent::Load;
use protocol::RuntimeId;

/// How long a measuring container may take.
const TIMEOUT: Duration = Duration::from_secs(180);
/// Starts the command after it as a runtime's `launch.sh` starts its server: the package unpacked, the key handed
/// over, under `tini`.
const AS_LAUNCHED: [&str; 4] =
    ["sh", "-c", ". /usr/local/lib/open-runtimes/launch.sh; serve \"$@\"", "launch.sh"];

/// What was measured of one server: the median of the rounds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Speed {
    /// From the start to the first right answer, in milliseconds.
    pub boot_ms: f64,
    /// Answers a second over 16 connections.
    pub requests_per_second: f64,
    /// Median time of a request on one connection, in microseconds.
    pub latency_us: f64,
    /// Memory of all its processes when idle, in MiB.
    pub idle_mib: f64,
}

/// One version's figures.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The version.
    pub id: RuntimeId,
    /// The runtime.
    pub own: Speed,
    /// The bare server, started by itself.
    pub bare: Speed,
    /// Its boot if it is started as the runtime is, over the same package, in milliseconds: what then is
    /// between the two is the runtime's server and the function.
    pub launched_ms: f64,
    /// What its images take.
    pub sizes: Sizes,
}

impl Run {
    /// The engine and its version, if it runs on this machine, whose processor is then the one that is measured.
    ///
    /// # Errors
    /// There is no engine, or it is on another machine.
    pub async fn engine_here(&self) -> Result<String, String> {
        let engine = self.session.engine().await.map_err(|error| reason(&error))?;
        if !engine.is_local() {
            return Err(
                "the engine is on another machine, and its processor is not known here: measure there".into(),
            );
        }
        Ok(engine.version().to_string())
    }

    /// Measures every version of the plan, one after the other, in that many rounds.
    ///
    /// # Errors
    /// What could not be built or started, unless failures of that version only warn.
    pub async fn bench(&self, rounds: usize, seconds: u64) -> Result<Vec<Figures>, String> {
        let mut figures = Vec::new();
        for version in self.versions.values() {
            self.session.say(&format!("{}: measuring", version.runtime.spec.id));
            let context = Context::new(version.runtime.clone());
            let measured = measure(&version.runtime, &context, rounds, seconds).await;
            context.clear().await.map_err(|error| reason(&error))?;
            match measured {
                Ok(measured) => figures.push(measured),
                Err(error) => self.warn_or_fail(&version.runtime.spec.id, reason(&error))?,
            }
        }
        Ok(figures)
    }
}

async fn measure(runtime: &Runtime, s: &Context, rounds: usize, seconds: u64) -> CheckResult<Figures> {
    let bare = runtime.bare().await?;
    let launch_sh = ["launch.sh".to_string()];
    let command = &runtime.spec.bare.command;
    let launched = [AS_LAUNCHED.map(String::from).as_slice(), command].concat();
    let (mut own_speeds, mut bare_speeds, mut launched_boots) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        own_speeds.push(speed(s, &Launch::default(), seconds, &launch_sh).await?);
        bare_speeds.push(speed(s, &bare, seconds, command).await?);
        launched_boots.push(boot(s, bare.clone().package(Package::Probe), &launched).await?);
        s.clear().await?;
    }
    let sizes = Sizes::of(runtime).await?;
    Ok(Figures {
        id: runtime.spec.id.clone(),
        own: medians(&own_speeds),
        bare: medians(&bare_speeds),
        launched_ms: median(launched_boots),
        sizes,
    })
}

async fn speed(s: &Context, launch: &Launch, seconds: u64, command: &[String]) -> CheckResult<Speed> {
    let boot_ms = boot(s, launch.clone(), command).await?;
    let how = ["load".into(), seconds.to_string(), "--".into()];
    let load: Load = s.agent(launch.clone(), [&how, command].concat(), TIMEOUT).await?;
    Ok(Speed {
        boot_ms,
        requests_per_second: load.requests_per_second,
        latency_us: load.latency_us,
        idle_mib: load.idle_kib as f64 / 1024.0,
    })
}

/// The median of nine boots, in milliseconds.
async fn boot(s: &Context, launch: Launch, command: &[String]) -> CheckResult<f64> {
    Ok(median(s.boots(launch, 9, 0.0, command).await?))
}

fn medians(speeds: &[Speed]) -> Speed {
    let each = |figure: fn(&Speed) -> f64| median(speeds.iter().map(figure).collect());
    Speed {
        boot_ms: each(|speed| speed.boot_ms),
        requests_per_second: each(|speed| speed.requests_per_second),
        latency_us: each(|speed| speed.latency_us),
        idle_mib: each(|speed| speed.idle_mib),
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

//! Speed, as a ratio: each runtime beside its language's bare server, in containers locked as ever, in
//! turns, so that a busy moment falls on both. Reported, never judged.

use std::time::Duration;

use serde_json::Value;

use super::{Run, judge};
use crate::target::{Checked, Launch, Runtime, Start, Subject, Trouble};

/// How long a measuring container may take.
const PATIENCE: Duration = Duration::from_secs(180);

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
    /// The version: `node-24`.
    pub label: String,
    /// The runtime.
    pub own: Speed,
    /// The bare server.
    pub bare: Speed,
    /// The image, in MiB.
    pub image_mib: u64,
}

impl Run {
    /// Measures every version of the plan, one after the other, in that many rounds.
    ///
    /// # Errors
    /// What could not be built or started.
    pub async fn bench(&self, rounds: usize, seconds: u64) -> Result<Vec<Figures>, String> {
        let mut figures = Vec::new();
        for version in self.versions.values() {
            self.workshop.say(&format!("{}: measuring", version.runtime.facts.label()));
            let subject = Subject::empty(version.runtime.clone());
            let measured = measure(&version.runtime, &subject, rounds, seconds).await;
            subject.clear().await.map_err(|trouble| judge::reason(&trouble))?;
            figures.push(measured.map_err(|trouble| judge::reason(&trouble))?);
        }
        Ok(figures)
    }
}

async fn measure(runtime: &Runtime, s: &Subject, rounds: usize, seconds: u64) -> Checked<Figures> {
    let bare = runtime.bare().await?;
    let command: Vec<&str> = runtime.facts.bare.command.iter().map(String::as_str).collect();
    let (mut own_speeds, mut bare_speeds) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        own_speeds.push(speed(s, &Launch::default(), seconds, &["launch.sh"]).await?);
        bare_speeds.push(speed(s, &bare, seconds, &command).await?);
        s.clear().await?;
    }
    let image_mib = runtime.image().await?.size / 1024 / 1024;
    Ok(Figures {
        label: runtime.facts.label(),
        own: medians(&own_speeds),
        bare: medians(&bare_speeds),
        image_mib,
    })
}

async fn speed(s: &Subject, launch: &Launch, seconds: u64, command: &[&str]) -> Checked<Speed> {
    let boots = inside(s, launch, &["boot", "9", "0"], command).await?;
    let mut boots: Vec<f64> =
        boots["boots"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    boots.sort_by(f64::total_cmp);
    let load = inside(s, launch, &["load", &seconds.to_string()], command).await?;
    let figure = |name: &str| load[name].as_f64().unwrap_or_default();
    Ok(Speed {
        boot_ms: boots.get(boots.len() / 2).copied().unwrap_or_default(),
        requests_per_second: figure("requests_per_second"),
        latency_us: figure("latency_us"),
        idle_mib: figure("idle_kib") / 1024.0,
    })
}

async fn inside(s: &Subject, launch: &Launch, words: &[&str], command: &[&str]) -> Checked<Value> {
    let words = words.iter().chain(&["--"]).chain(command).map(ToString::to_string).collect();
    let ended = s.measure(launch.clone().started(Start::Inside(words)), PATIENCE).await?;
    ended.figures().ok_or_else(|| Trouble::broken("figures", ended.summary()))
}

fn medians(speeds: &[Speed]) -> Speed {
    let median = |figure: fn(&Speed) -> f64| {
        let mut figures: Vec<f64> = speeds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
    Speed {
        boot_ms: median(|speed| speed.boot_ms),
        requests_per_second: median(|speed| speed.requests_per_second),
        latency_us: median(|speed| speed.latency_us),
        idle_mib: median(|speed| speed.idle_mib),
    }
}

//! `bench`: speed, beside the bare server.

use clap::Args;

use super::{Exit, prepared};
use crate::run::Figures;

/// Measure runtimes beside their language's bare server.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// What to measure: `node`, `node-24`; everything without any.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    /// Rounds in which runtime and bare server take turns; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds for each measurement of latency and of throughput.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

impl Bench {
    pub(super) async fn run(self) -> Exit {
        let run = match prepared(&self.names, false) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        let measured = run.bench(self.rounds.max(1), self.seconds.max(1)).await;
        let cleaned = run.clean_up().await;
        match measured.and_then(|figures| cleaned.map(|()| figures)) {
            Ok(figures) => {
                print!("{}", table(&figures));
                Exit::Passed
            }
            Err(why) => Exit::Fault(why),
        }
    }
}

/// A table of Markdown, as the READMEs show it.
fn table(figures: &[Figures]) -> String {
    let mut out = String::from(
        "| | boot, ms | × bare, launched alike | × bare | requests/s, 16 connections | × bare \
         | latency at 1, µs | bare | idle, MiB | bare | image, MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Figures { label, own, bare, launched_ms, image_mib } in figures {
        out += &format!(
            "| {label} | {:.1} | {:.2} | {:.2} | {:.0} | {:.2} | {:.0} | {:.0} | {:.1} | {:.1} | {image_mib} |\n",
            own.boot_ms,
            own.boot_ms / launched_ms,
            own.boot_ms / bare.boot_ms,
            own.requests_per_second,
            own.requests_per_second / bare.requests_per_second,
            own.latency_us,
            bare.latency_us,
            own.idle_mib,
            bare.idle_mib,
        );
    }
    out
}

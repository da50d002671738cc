//! `bench`: speed, beside the bare server.

use clap::Args;

use super::document::write;
use super::exit::Exit;
use super::selected::{discovered, prepared};
use crate::document::{self, Record, Records};
use crate::plan::today;
use crate::run::Figures;

/// Rounds that published figures are of, at least: the boots of two rounds were seen to differ by a quarter.
const ROUNDS: usize = 9;

/// Measure runtimes beside their language's bare server.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// What to measure: `node`, `node:24`; everything without any.
    #[arg(value_name = "RUNTIME")]
    names: Vec<String>,
    /// Rounds in which runtime and bare server take turns; the median counts.
    #[arg(long, default_value_t = ROUNDS)]
    rounds: usize,
    /// Seconds for each measurement of latency and of throughput.
    #[arg(long, default_value_t = 1)]
    seconds: u64,
    /// Keep the figures in `runtimes/<language>/conformance/figures.json`, and write the tables of documents that
    /// show them.
    #[arg(long)]
    write: bool,
    /// Measure only what the images take, which a busy machine does not change; with --write the other figures stay.
    #[arg(long)]
    sizes: bool,
}

impl Bench {
    pub(super) async fn run(self) -> Exit {
        if self.sizes {
            return self.measure_sizes().await;
        }
        if self.write && self.rounds < ROUNDS {
            return Exit::Usage(format!(
                "figures to be published need {ROUNDS} rounds: --rounds {ROUNDS} --write"
            ));
        }
        let run = match prepared(&self.names, false) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        let engine = match run.engine_here().await {
            Err(why) if self.write => return Exit::Fault(why),
            engine => engine.unwrap_or_default(),
        };
        let measured = run.bench(self.rounds.max(1), self.seconds.max(1)).await;
        let cleaned = run.clean_up().await;
        match measured.and_then(|figures| cleaned.map(|()| figures)) {
            Ok(figures) => {
                print!("{}", table(&figures));
                if self.write { self.publish(&figures, &engine) } else { Exit::Passed }
            }
            Err(why) => Exit::Fault(why),
        }
    }

    async fn measure_sizes(&self) -> Exit {
        let run = match prepared(&self.names, false) {
            Ok(run) => run,
            Err(exit) => return exit,
        };
        let measured = run.sizes().await;
        let cleaned = run.clean_up().await;
        let sizes = match measured.and_then(|sizes| cleaned.map(|()| sizes)) {
            Ok(sizes) => sizes,
            Err(why) => return Exit::Fault(why),
        };
        for (id, sizes) in &sizes {
            println!("{id}  {sizes} MiB");
        }
        if !self.write {
            return Exit::Passed;
        }
        publish(|runtime, records| {
            let own = sizes.iter().filter(|(id, _)| id.name() == runtime);
            own.for_each(|(id, sizes)| records.resize(id.version(), sizes.image_mib, sizes.serving_mib));
        })
    }

    /// Keeps the figures, and writes the tables that show them.
    fn publish(&self, figures: &[Figures], engine: &str) -> Exit {
        publish(|runtime, records| {
            let own = figures.iter().filter(|figures| figures.id.name() == runtime);
            own.for_each(|figures| records.insert(figures.id.version(), self.record(figures, engine)));
        })
    }

    fn record(&self, figures: &Figures, engine: &str) -> Record {
        let Figures { own, bare, launched_ms, sizes, .. } = figures;
        let figure = |value: f64| (value * 1000.0).round() / 1000.0;
        Record {
            date: today(),
            processor: processor(),
            engine: engine.to_string(),
            rounds: self.rounds,
            boot_ms: figure(own.boot_ms),
            boot_over_launched: figure(own.boot_ms / launched_ms),
            boot_over_bare: figure(own.boot_ms / bare.boot_ms),
            requests_per_second: figure(own.requests_per_second),
            requests_over_bare: figure(own.requests_per_second / bare.requests_per_second),
            latency_us: figure(own.latency_us),
            bare_latency_us: figure(bare.latency_us),
            idle_mib: figure(own.idle_mib),
            bare_idle_mib: figure(bare.idle_mib),
            image_mib: sizes.image_mib,
            serving_mib: sizes.serving_mib,
        }
    }
}

/// Has the figures of each runtime, which is named, changed and kept, and writes the tables that show them.
fn publish(change: impl Fn(&str, &mut Records)) -> Exit {
    let (root, runtimes) = match discovered() {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    for runtime in &runtimes {
        let kept = Records::read(&runtime.folder).and_then(|mut records| {
            change(&runtime.manifest.name, &mut records);
            if records.is_empty() { Ok(()) } else { records.write() }
        });
        if let Err(why) = kept {
            return Exit::Fault(why);
        }
    }
    match document::pages(&root, &runtimes) {
        Ok(pages) => write(&pages),
        Err(why) => Exit::Usage(why),
    }
}

/// This machine's processor, as its kernel names it, and how many of them there are.
fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = model.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    match std::thread::available_parallelism() {
        Ok(many) => format!("{name} × {many}"),
        Err(_) => name.to_string(),
    }
}

/// A table of Markdown.
fn table(figures: &[Figures]) -> String {
    let mut out = String::from(
        "| | boot, ms | × bare, launched alike | × bare | requests/s, 16 connections | × bare \
         | latency at 1, µs | bare | idle, MiB | bare | image, MiB |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Figures { id, own, bare, launched_ms, sizes } in figures {
        out += &format!(
            "| {id} | {:.1} | {:.2} | {:.2} | {:.0} | {:.2} | {:.0} | {:.0} | {:.1} | {:.1} | {} |\n",
            own.boot_ms,
            own.boot_ms / launched_ms,
            own.boot_ms / bare.boot_ms,
            own.requests_per_second,
            own.requests_per_second / bare.requests_per_second,
            own.latency_us,
            bare.latency_us,
            own.idle_mib,
            bare.idle_mib,
            sizes,
        );
    }
    out
}

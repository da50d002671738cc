//! The figures of `bench`, kept in a file a runtime, and the tables made of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::table::markdown;
use crate::plan::{Manifest, Runtime};

/// What a table shows for a figure that nobody has measured yet.
const NONE: &str = "–";

/// What `bench` measured of one version: medians over the rounds, in the hardened container, beside the bare server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// When it was measured.
    pub date: Date,
    /// On what: the processor, and how many of them the engine had.
    pub processor: String,
    /// The engine and its version.
    pub engine: String,
    /// In how many rounds.
    pub rounds: usize,
    /// From the start to the first right answer, in milliseconds.
    pub boot_ms: f64,
    /// That time divided by the one of the bare server, started as the runtime is.
    pub boot_over_launched: f64,
    /// That time divided by the one of the bare server, started by itself.
    pub boot_over_bare: f64,
    /// Answers a second over 16 connections.
    pub requests_per_second: f64,
    /// Those divided by the bare server's.
    pub requests_over_bare: f64,
    /// Time of a request on one connection, in microseconds.
    pub latency_us: f64,
    /// The same of the bare server.
    pub bare_latency_us: f64,
    /// Memory of all processes when idle, in MiB.
    pub idle_mib: f64,
    /// The same of the bare server.
    pub bare_idle_mib: f64,
    /// The image, in MiB; of a pair, the one that builds.
    pub image_mib: u64,
    /// The image of a pair that serves, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving_mib: Option<u64>,
}

impl Record {
    /// What its images take, in MiB: of a pair, the one that builds and the one that serves.
    fn sizes(&self) -> String {
        self.serving_mib
            .map_or(self.image_mib.to_string(), |serving| format!("{} / {serving}", self.image_mib))
    }

    /// How it was measured.
    fn provenance(&self) -> String {
        format!("{} rounds on {}, {}, {}", self.rounds, self.date, self.processor, self.engine)
    }
}

/// The figures of a runtime, by version: the file `conformance/figures.json` in its folder.
#[derive(Clone, Debug)]
pub struct Records {
    path: PathBuf,
    records: BTreeMap<String, Record>,
}

impl Records {
    /// Reads the figures of the runtime in that folder: none if there is no file.
    ///
    /// # Errors
    /// The file cannot be read, or is not of this form.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("conformance/figures.json");
        if !path.exists() {
            return Ok(Records { path, records: BTreeMap::new() });
        }
        let said = |why: String| format!("{}: {why}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| said(error.to_string()))?;
        let records = serde_json::from_str(&text).map_err(|error| said(error.to_string()))?;
        Ok(Records { path, records })
    }

    /// Takes in what was measured of a version, in place of what was there.
    pub fn insert(&mut self, version: &str, record: Record) {
        self.records.insert(version.to_string(), record);
    }

    /// Takes in what a version's images take, if it was measured before: the other figures stay.
    pub fn resize(&mut self, version: &str, image_mib: u64, serving_mib: Option<u64>) {
        if let Some(record) = self.records.get_mut(version) {
            (record.image_mib, record.serving_mib) = (image_mib, serving_mib);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Writes the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), String> {
        let said = |why: String| format!("{}: {why}", self.path.display());
        let text = serde_json::to_string_pretty(&self.records).map_err(|error| said(error.to_string()))?;
        fs::write(&self.path, text + "\n").map_err(|error| said(error.to_string()))
    }

    /// Fails if a version has figures that the manifest does not name.
    pub(super) fn belong_to(&self, manifest: &Manifest) -> Result<(), String> {
        match self.records.keys().find(|version| !manifest.versions.contains_key(*version)) {
            Some(version) => Err(format!(
                "{}: [versions] of the manifest has no {version}: remove it here",
                self.path.display()
            )),
            None => Ok(()),
        }
    }

    fn of(&self, version: &str, show: impl Fn(&Record) -> String) -> String {
        self.records.get(version).map_or_else(|| NONE.to_string(), show)
    }
}

/// The figures of a runtime beside its bare server's, and how they were measured.
pub(super) fn table(manifest: &Manifest, figures: &Records) -> String {
    let head = [
        "version",
        "boot, ms",
        "× bare, launched alike",
        "× bare",
        "requests/s, 16 connections",
        "× bare",
        "latency at 1, µs",
        "bare",
        "idle, MiB",
        "bare",
        "image, MiB",
    ];
    let rows = manifest.versions.keys().map(|version| {
        let show = |show: fn(&Record) -> String| figures.of(version, show);
        [
            version.clone(),
            show(|r| format!("{:.1}", r.boot_ms)),
            show(|r| format!("{:.2}", r.boot_over_launched)),
            show(|r| format!("{:.2}", r.boot_over_bare)),
            show(|r| thousands(r.requests_per_second)),
            show(|r| format!("{:.2}", r.requests_over_bare)),
            show(|r| format!("{:.0}", r.latency_us)),
            show(|r| format!("{:.0}", r.bare_latency_us)),
            show(|r| format!("{:.1}", r.idle_mib)),
            show(|r| format!("{:.1}", r.bare_idle_mib)),
            show(Record::sizes),
        ]
    });
    markdown(head, rows) + &provenances(manifest, figures)
}

/// How the figures were measured: a line for all versions that were measured alike.
fn provenances(manifest: &Manifest, figures: &Records) -> String {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for version in manifest.versions.keys() {
        let how = figures.of(version, Record::provenance);
        alike.entry(how).or_default().push(version);
    }
    let lines = alike.into_iter().map(|(how, versions)| match how.as_str() {
        NONE => format!("- {}: not measured yet\n", versions.join(", ")),
        how => format!("- {}: {how}\n", versions.join(", ")),
    });
    lines.fold("\n".to_string(), |out, line| out + &line)
}

/// All runtimes: a row each.
pub(super) fn overview(runtimes: &[(&Runtime, Records)]) -> String {
    let head = [
        "runtime",
        "versions",
        "boot, ms",
        "requests/s",
        "idle, MiB",
        "image, MiB",
        "how to write a function",
    ];
    let rows = runtimes.iter().map(|(runtime, figures)| {
        let manifest = &runtime.manifest;
        let each = |show: fn(&Record) -> String| {
            let shown: Vec<String> =
                manifest.versions.keys().map(|version| figures.of(version, show)).collect();
            shown.join(" · ")
        };
        let versions: Vec<&str> = manifest.versions.keys().map(String::as_str).collect();
        [
            title(manifest),
            versions.join(" · "),
            each(|r| format!("{:.0}", r.boot_ms)),
            each(|r| thousands((r.requests_per_second / 100.0).round() * 100.0)),
            each(|r| format!("{:.0}", r.idle_mib)),
            each(Record::sizes),
            format!("[`runtimes/{0}`](runtimes/{0}/README.md)", manifest.name),
        ]
    });
    markdown(head, rows)
}

/// The runtime's title, and the languages it runs if they are others.
fn title(manifest: &Manifest) -> String {
    match manifest.languages.as_slice() {
        [] => manifest.title.clone(),
        languages => format!("{} ({})", manifest.title, languages.join(", ")),
    }
}

/// A whole number with a comma before each three digits.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [999.4, 1000.0, 73_535.0, 1_234_567.0].map(thousands),
            ["999", "1,000", "73,535", "1,234,567"]
        );
    }

    #[test]
    fn what_is_kept_of_a_version_is_read_again_and_replaced_by_the_next() {
        let folder = std::env::temp_dir().join(format!("figures-{}", std::process::id()));
        fs::create_dir_all(folder.join("conformance")).expect("a folder");
        let record = |rounds| Record {
            date: jiff::civil::date(2026, 1, 2),
            processor: "Z80 × 1".into(),
            engine: "Docker Engine 1.2".into(),
            rounds,
            boot_ms: 12.345,
            boot_over_launched: 1.2,
            boot_over_bare: 1.5,
            requests_per_second: 73_535.0,
            requests_over_bare: 0.84,
            latency_us: 54.0,
            bare_latency_us: 50.0,
            idle_mib: 40.1,
            bare_idle_mib: 34.5,
            image_mib: 167,
            serving_mib: Some(90),
        };
        for rounds in [9, 11] {
            let mut records = Records::read(&folder).expect("none, or the first");
            records.insert("1.3", record(rounds));
            records.write().expect("they are written");
        }
        let kept = Records::read(&folder).expect("they are read");
        fs::remove_dir_all(&folder).expect("the folder goes");
        let how = "11 rounds on 2026-01-02, Z80 × 1, Docker Engine 1.2";
        assert_eq!(kept.of("1.3", Record::provenance), how);
        assert_eq!(kept.of("1.3", |r| format!("{:.1}", r.boot_ms)), "12.3");
        assert_eq!(kept.of("1.3", Record::sizes), "167 / 90");
        let mut resized = kept.clone();
        for version in ["1.3", "1.4"] {
            resized.resize(version, 1, None);
        }
        assert_eq!(resized.of("1.3", Record::sizes), "1");
        assert_eq!(resized.of("1.3", Record::provenance), how);
        assert_eq!(resized.of("1.4", Record::sizes), NONE);
        assert_eq!(kept.of("1.4", Record::provenance), NONE);
    }
}

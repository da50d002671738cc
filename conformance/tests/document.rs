//! What documents repeat is as it is in its source, and siblings' documents have one form.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use conformance::contract::{self, SECTIONS};
use conformance::document;
use conformance::plan::{self, Runtime};
use protocol::{DEFAULT_MAX_BODY, Kind, PORT, limit};

fn repository() -> PathBuf {
    plan::repository().expect("the repository is found")
}

fn runtimes() -> Vec<Runtime> {
    plan::discover(&repository()).expect("the runtimes are found")
}

fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(repository().join(&path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

#[test]
fn tables_are_as_their_sources_have_them() {
    let pages = document::pages(&repository(), &runtimes()).unwrap_or_else(|why| panic!("{why}"));
    let stale: String = pages.iter().filter(|page| !page.is_fresh()).map(|page| page.diff()).collect();
    assert!(stale.is_empty(), "{}\n{stale}", document::REMEDY);
}

#[test]
fn no_id_is_given_twice() {
    let ids: BTreeSet<&str> = contract::requirements().map(|requirement| requirement.id).collect();
    assert_eq!(ids.len(), contract::requirements().count());
}

#[test]
fn requirements_are_filed_by_section_and_the_sections_stand_in_the_document_in_this_order() {
    let mut filed: Vec<&str> = contract::requirements().map(|requirement| requirement.section()).collect();
    filed.dedup();
    assert_eq!(filed, SECTIONS);
    let contract = text("runtimes/CONTRACT.md");
    let headings = contract.lines().filter_map(|line| line.strip_prefix("## "));
    assert!(headings.filter(|heading| SECTIONS.contains(heading)).eq(SECTIONS));
}

#[test]
fn what_a_requirement_depends_on_is_there_and_never_itself() {
    fn below(id: &str, depth: usize) {
        assert!(depth < 10, "{id} depends on itself");
        let requirement = contract::find(id).unwrap_or_else(|| panic!("{id} is not there"));
        requirement.depends_on.iter().for_each(|id| below(id, depth + 1));
    }
    contract::requirements().for_each(|requirement| below(requirement.id, 0));
}

#[test]
fn sentences_have_the_numbers_of_the_protocol() {
    const KIB: usize = 1024;
    const MIB: usize = KIB * KIB;
    let (low, high) = (limit::STATUSES.start(), limit::STATUSES.end());
    let said = [
        ("server/port", format!("0.0.0.0:{PORT}")),
        ("server/keep-alive", format!("idle for {} s", limit::IDLE.as_secs())),
        ("server/garbage", format!("over {} KiB", limit::HEADERS_REFUSED / KIB)),
        ("server/garbage", format!("of {} KiB is accepted", limit::HEADERS_ACCEPTED / KIB)),
        ("auth/first", format!("{} MiB", limit::PAYLOAD / MIB)),
        ("body/large", format!("{} MiB payload", limit::PAYLOAD / MIB)),
        ("body/large", format!("({} MiB", DEFAULT_MAX_BODY / MIB)),
        ("body/large", Kind::TooLarge.status().to_string()),
        ("body/hostile", format!("More than {} brackets", limit::BRACKETS)),
        ("body/values", format!("depth {}", limit::DEPTH)),
        ("body/values", format!("{} significant digits", limit::DIGITS)),
        ("body/values", format!("2^{}−1", (limit::INTEGER + 1).trailing_zeros())),
        ("body/values", format!("{},{:03} members", limit::MEMBERS / 1000, limit::MEMBERS % 1000)),
        ("function/status", format!("{low}–{high}")),
        ("function/invalid", format!("{low}–{high}")),
        ("function/large", format!("{} MiB", limit::ANSWER / MIB)),
        ("concurrency/parallel", format!("{} requests", limit::CALLS)),
        ("concurrency/many", format!("{} requests", limit::MANY_CALLS)),
        ("concurrency/slow-client", format!("{} connections", limit::SLOW_CLIENTS)),
        ("lifecycle/stop", format!("within {} s", limit::STOP.as_secs())),
        ("lifecycle/orphans", format!("{} pids", limit::PIDS)),
        ("hardening/locked", format!("{} pids", limit::PIDS)),
        ("hardening/locked", format!("{} MiB", limit::MEMORY_MIB)),
        ("cold-start/boot", format!("{} ms", limit::BOOT_MS)),
        ("cold-start/boot", format!("{} ×", limit::BOOT_OVER_BARE)),
        ("cold-start/warm", format!("under {} ms", limit::WARM_MS)),
    ];
    for (id, words) in said {
        let sentence = contract::find(id).expect("the requirement is there").sentence.to_string();
        assert!(sentence.contains(&words), "{id}: {sentence:?} does not say {words:?}");
    }
}

#[test]
fn the_contract_says_which_error_comes_first() {
    let mut statuses = Kind::ALL.map(|kind| kind.status().to_string()).to_vec();
    statuses.dedup();
    let first = format!("the first of {} is the answer", statuses.join(", "));
    assert!(text("runtimes/CONTRACT.md").contains(&first), "{first}");
}

/// The headings of second rank, without what a fence holds.
fn headings(text: &str) -> Vec<&str> {
    let unfenced = text.split("\n```").step_by(2);
    unfenced.flat_map(str::lines).filter_map(|line| line.strip_prefix("## ")).collect()
}

#[test]
fn siblings_have_the_same_headings_in_the_same_order() {
    const README: [&str; 7] = ["Get the image", "Write a function", "Build", "Run", "Call", "Test", "Update"];
    const DESIGN: [&str; 5] =
        ["How it works", "Figures", "Where the time goes", "What was tried", "Another version"];
    for runtime in runtimes() {
        let read = |name: &str| {
            let path = runtime.folder.join(name);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let name = &runtime.manifest.name;
        assert_eq!(headings(&read("README.md")), README, "{name}/README.md");
        assert_eq!(headings(&read("DESIGN.md")), DESIGN, "{name}/DESIGN.md");
        let title = format!("# {}\n", runtime.manifest.title);
        assert!(read("README.md").starts_with(&title), "{name}/README.md begins with {title:?}");
    }
}

/// A unit after a number, as measured figures have it. Limits are in seconds and MiB.
fn has_a_figure(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let number = pair[0].ends_with(|c: char| c.is_ascii_digit());
        let unit = pair[1].trim_end_matches([',', '.', ';', ':', ')', '|']);
        number && ["ms", "µs", "MB", "requests/s"].contains(&unit)
    })
}

#[test]
fn no_figure_is_typed_into_a_readme() {
    let readmes = runtimes().into_iter().map(|runtime| runtime.folder.join("README.md"));
    for path in readmes.chain([repository().join("README.md")]) {
        let typed = text(&path).lines().find(|line| has_a_figure(line)).map(str::to_string);
        assert_eq!(
            typed,
            None,
            "{}: figures come from `bench --write`; notes go to DESIGN.md",
            path.display()
        );
    }
}

#[test]
fn a_figure_is_recognised() {
    assert!(has_a_figure("It boots in 30 ms, and more.") && has_a_figure("about 9 MB"));
    assert!(!has_a_figure("a container of 256 MiB, within 5 s, for some ms"));
}

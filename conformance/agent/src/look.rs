//! What a container is like from agent: its processes, their rights and descriptors, its limits.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Everything, as JSON. This very process is left out.
pub(crate) fn look() -> String {
    let processes: Vec<String> = processes().collect();
    format!(
        "{{\"processes\":[{}],\"root_read_only\":{},\"temporary_writable\":{},\
         \"code_executable\":{},\"processes_limit\":{},\"memory_limit\":{}}}",
        processes.join(","),
        is_read_only("/"),
        is_writable("/tmp"),
        is_executable("/usr/code"),
        limit(&["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"]),
        limit(&["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]),
    )
}

fn processes() -> impl Iterator<Item = String> {
    let own = std::process::id().to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    ids.filter(move |id| id.parse::<u32>().is_ok() && *id != own).filter_map(|id| process(&id))
}

fn process(id: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.split(':').next() == Some(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let ids = |name: &str| field(name).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(",");
    // What an engine puts in from outside has no parent here, and is no process of the runtime's.
    if id != "1" && field("PPid").as_deref() == Some("0") {
        return None;
    }
    let descriptors = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
    Some(format!(
        "{{\"id\":{id},\"name\":{:?},\"users\":[{}],\"groups\":[{}],\"capabilities\":{:?},\
         \"no_new_privileges\":{},\"descriptors\":{descriptors}}}",
        field("Name")?,
        ids("Uid"),
        ids("Gid"),
        field("CapEff")?,
        field("NoNewPrivs").as_deref() == Some("1"),
    ))
}

/// By the mount's own flags: that this user may not write there says nothing.
fn is_read_only(folder: &str) -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mount = mounts.lines().find(|line| line.split(' ').nth(1) == Some(folder));
    mount
        .and_then(|line| line.split(' ').nth(3))
        .is_some_and(|flags| flags.split(',').any(|flag| flag == "ro"))
}

fn is_writable(folder: &str) -> bool {
    let path = Path::new(folder).join(".agent-was-here");
    let written = fs::write(&path, "").is_ok();
    let _ = fs::remove_file(path);
    written
}

/// Whether the folder is a memory file system in which a program can be started.
fn is_executable(folder: &str) -> bool {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let is_memory = mounts.lines().any(|line| line.split(' ').skip(1).take(2).eq([folder, "tmpfs"]));
    let path = Path::new(folder).join(".agent-was-here");
    let written = fs::write(&path, "#!/bin/sh\nexit 0\n")
        .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
    let started = written.is_ok() && Command::new(&path).status().is_ok_and(|status| status.success());
    let _ = fs::remove_file(path);
    is_memory && started
}

/// A limit of the control group, in either version's place; `null` where there is none.
fn limit(places: &[&str]) -> String {
    let text = places.iter().find_map(|place| fs::read_to_string(place).ok());
    let number = text.and_then(|text| text.trim().parse::<u64>().ok());
    number.map_or("null".into(), |number| number.to_string())
}

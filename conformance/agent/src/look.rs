//! What a container is like from inside: its processes, their rights and descriptors, its mounts, its limits.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use agent::{Folder, Look, Process};

use crate::proc;

/// A program that does nothing.
const PROGRAM: &str = "#!/bin/sh\nexit 0\n";

/// Everything. This very process is left out.
pub(crate) fn look() -> Result<Look, String> {
    let mut processes = Vec::new();
    for id in proc::others()? {
        processes.extend(process(id)?);
    }
    let mounts = fs::read_to_string("/proc/self/mounts").map_err(|error| format!("the mounts: {error}"))?;
    let mounts = Mounts(&mounts);
    Ok(Look {
        processes,
        listening: listening()?,
        root_read_only: mounts.has("/", "ro")?,
        temporary: folder("/tmp", mounts)?,
        code: folder("/usr/code", mounts)?,
        processes_limit: limit(["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"])?,
        memory_limit: limit(["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"])?,
    })
}

/// A process; `None` if it has ended, or is none of the runtime's.
fn process(id: u32) -> Result<Option<Process>, String> {
    let path = format!("/proc/{id}/status");
    let status = proc::read(id, || fs::read_to_string(&path)).map_err(|error| format!("{path}: {error}"))?;
    let Some(status) = status else { return Ok(None) };
    let field = |name: &str| {
        let line = status.lines().find(|line| line.split(':').next() == Some(name));
        let value = line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
        value.ok_or_else(|| format!("{path} has no {name}"))
    };
    let ids = |name: &str| -> Result<Vec<u32>, String> {
        let ids = field(name)?.split_whitespace().map(str::parse);
        ids.collect::<Result<_, _>>().map_err(|error| format!("{path}: {name}: {error}"))
    };
    // What an engine puts in from outside has no parent here, and is not a process of the runtime's.
    if id != 1 && field("PPid")? == "0" {
        return Ok(None);
    }
    Ok(Some(Process {
        id,
        name: field("Name")?.into(),
        users: ids("Uid")?,
        groups: ids("Gid")?,
        capabilities: field("CapEff")?.into(),
        no_new_privileges: field("NoNewPrivs")? == "1",
        descriptors: descriptors(id),
    }))
}

/// The open descriptors of a process: 0 if it has ended, `None` if they cannot be read.
fn descriptors(id: u32) -> Option<u64> {
    let count = || {
        let mut count = 0;
        for entry in fs::read_dir(format!("/proc/{id}/fd"))? {
            entry?;
            count += 1;
        }
        Ok(count)
    };
    proc::read(id, count).ok().map(Option::unwrap_or_default)
}

/// Where sockets listen, of both versions of IP.
fn listening() -> Result<Vec<String>, String> {
    let mut places = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        match fs::read_to_string(table) {
            Ok(text) => places.extend(listeners(&text).map_err(|why| format!("{table}: {why}"))?),
            // A kernel may have no version 6.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{table}: {error}")),
        }
    }
    Ok(places)
}

/// The addresses of a table of sockets that listen. They stand there as numbers of this machine, four bytes each.
fn listeners(table: &str) -> Result<Vec<String>, String> {
    const LISTENS: &str = "0A";
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listening = lines.filter(|words| words.get(3) == Some(&LISTENS));
    let address = |words: Vec<&str>| {
        let wrong = || format!("no address: {:?}", words[1]);
        let (address, port) = words[1].split_once(':').ok_or_else(wrong)?;
        let port = u16::from_str_radix(port, 16).map_err(|_| wrong())?;
        let mut bytes = Vec::new();
        for start in (0..address.len()).step_by(8) {
            let number =
                address.get(start..start + 8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            bytes.extend(number.ok_or_else(wrong)?.to_ne_bytes());
        }
        let ip = match (<[u8; 4]>::try_from(bytes.as_slice()), <[u8; 16]>::try_from(bytes.as_slice())) {
            (Ok(four), _) => IpAddr::from(four),
            (_, Ok(sixteen)) => IpAddr::from(sixteen),
            _ => return Err(wrong()),
        };
        Ok(SocketAddr::from((ip, port)).to_string())
    };
    listening.map(address).collect()
}

/// `/proc/self/mounts`: a line a mount, of which a later one hides an earlier.
#[derive(Clone, Copy)]
struct Mounts<'a>(&'a str);

impl Mounts<'_> {
    /// Whether the mount that a folder is in has an option. By the mount's own options: that this user may not write
    /// there says nothing.
    fn has(self, folder: &str, option: &str) -> Result<bool, String> {
        let lines = self.0.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let around = lines.filter(|mount| mount.len() > 3 && Path::new(folder).starts_with(mount[1]));
        let mount = around.max_by_key(|mount| mount[1].len());
        let mount = mount.ok_or_else(|| format!("no mount has {folder} in it"))?;
        Ok(mount[3].split(',').any(|has| has == option))
    }
}

/// By the mount that the folder is in, and, if files can be made in it, by one.
fn folder(folder: &str, mounts: Mounts<'_>) -> Result<Folder, String> {
    let path = Path::new(folder).join(".agent-was-here");
    let refused = [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem, ErrorKind::NotFound];
    let writable = match fs::write(&path, PROGRAM) {
        Ok(()) => true,
        Err(error) if refused.contains(&error.kind()) => false,
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let mut executable = !mounts.has(folder, "noexec")?;
    if writable {
        let made = fs::set_permissions(&path, fs::Permissions::from_mode(0o755));
        made.map_err(|error| format!("{}: {error}", path.display()))?;
        executable &= Command::new(&path).status().is_ok_and(|status| status.success());
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(Folder { writable, executable })
}

/// A limit of the control group, in either version's place; `None` if it says `max`.
fn limit(places: [&str; 2]) -> Result<Option<u64>, String> {
    let text = places.iter().find_map(|place| fs::read_to_string(place).ok());
    let text = text.ok_or_else(|| format!("none of {places:?} can be read"))?;
    match text.trim() {
        "max" => Ok(None),
        number => number.parse().map(Some).map_err(|error| format!("{}: {number:?}: {error}", places[0])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_in_the_innermost_mount() {
        let text = "overlay / overlay ro,relatime 0 0\ntmpfs /usr/code tmpfs rw,noexec 0 0\n";
        let mounts = Mounts(text);
        assert!(mounts.has("/usr/code", "noexec").expect("it is there"));
        assert!(mounts.has("/usr/codes", "ro").expect("it is there"));
        assert!(Mounts("").has("/", "ro").is_err());
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn who_listens_stands_in_the_tables_of_sockets() {
        let four = "  sl  local_address rem_address   st tx_queue\n\
                    \u{20}  0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000\n\
                    \u{20}  1: 0100007F:0BB8 0100007F:C350 01 00000000:00000000\n";
        assert_eq!(listeners(four), Ok(vec!["127.0.0.1:3000".to_string()]));
        let six = "  sl  local_address rem_address st\n 0: 00000000000000000000000000000000:0BB8 0:0 0A\n";
        assert_eq!(listeners(six), Ok(vec!["[::]:3000".to_string()]));
        assert!(listeners("sl\n 0: nowhere 0:0 0A\n").is_err());
    }

    #[test]
    fn a_limit_that_cannot_be_read_is_an_error() {
        assert!(limit(["/no/such/file", "/nor/this"]).is_err());
    }
}

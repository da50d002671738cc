//! What a container is allowed, seen from outside and from inside.

use super::expect::ensure;
use super::requirement::{BUILDS, Requirement, check};
use crate::backend::CheckResult;
use crate::fixture::{Context, ServerContext};
use engine::Image;
use protocol::{CODE, CONTRACT, KEY, LABEL_CONTRACT, LABEL_ENTRYPOINT, limit};

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "hardening/user",
        "The image's `USER` is [[numeric] and not 0]; [nothing in the container runs as 0].",
        check!(user),
    ),
    Requirement::must(
        "hardening/locked",
        "Every serving container of the harness is started so, and nothing is checked in a looser \
         one: [read-only root], [all capabilities dropped], [`no-new-privileges`], \
         [128 pids], [256 MiB] (a manifest may declare more, with a reason), a writable `/tmp` that \
         carries `code.tar.gz`, [an *executable* `/usr/code`], writable as it is mounted. This id \
         checks from inside that it is so, by whatever mounts. Building is non-root and otherwise \
         unlimited.",
        check!(locked),
    ),
    Requirement::must(
        "hardening/image",
        "[No key in the image's environment] [or layers]; [labels `org.opencontainers.image.*`], \
         [`org.open-runtimes.contract` (this version, `1`)] and [`org.open-runtimes.entrypoint`] \
         are set.",
        check!(Empty, image),
    )
    .timeout(BUILDS),
];

async fn user(s: &ServerContext) -> CheckResult {
    for image in s.runtime().images().await? {
        let ids: Vec<Option<u32>> = image.user.split(':').map(|id| id.parse().ok()).collect();
        let sound = ids.iter().all(|id| id.is_some_and(|id| id > 0));
        ensure(sound, "a numeric USER that is not 0", format!("USER {:?}", image.user))?;
    }
    let seen = s.instance().look().await?;
    ensure(!seen.processes.is_empty(), "processes seen from inside", format!("{seen:?}"))?;
    let root =
        seen.processes.iter().find(|process| process.users.contains(&0) || process.groups.contains(&0));
    ensure(root.is_none(), "no process as user or group 0", format!("{root:?}"))
}

/// By what holds inside, and not by how it was mounted or limited.
async fn locked(s: &ServerContext) -> CheckResult {
    let seen = s.instance().look().await?;
    for process in &seen.processes {
        let name = &process.name;
        let none = process.capabilities.chars().all(|digit| digit == '0');
        ensure(none, "no capabilities", format!("{process:?}"))?;
        ensure(process.no_new_privileges, format!("no new privileges for {name}"), format!("{process:?}"))?;
    }
    ensure(seen.root_read_only, "a read-only root", format!("{seen:?}"))?;
    ensure(seen.temporary.writable, "a /tmp that can be written", format!("{:?}", seen.temporary))?;
    ensure(
        seen.code.writable,
        format!("a {CODE} that can be written, as mounted"),
        format!("{:?}", seen.code),
    )?;
    ensure(seen.code.executable, format!("an executable {CODE}"), format!("{:?}", seen.code))?;
    let allowed = |what: &str, wanted: u64, found: Option<u64>| {
        ensure(found == Some(wanted), format!("{wanted} {what}"), format!("{found:?}"))
    };
    allowed("pids", limit::PIDS.into(), seen.processes_limit)?;
    allowed("bytes of memory", u64::from(s.spec().memory) * 1024 * 1024, seen.memory_limit)
}

async fn image(s: &Context) -> CheckResult {
    for image in s.runtime().images().await? {
        image_tells(&image, &s.spec().entrypoint)?;
    }
    Ok(())
}

fn image_tells(image: &Image, entrypoint: &str) -> CheckResult {
    let named = image.environment.iter().find(|variable| variable.starts_with(KEY));
    ensure(named.is_none(), "no key in the image's environment", format!("{KEY} is set"))?;
    let layer = image.history.iter().find(|made_by| made_by.contains(&format!("{KEY}=")));
    ensure(layer.is_none(), "no key in the image's layers", format!("{layer:?}"))?;
    for name in ["title", "description", "licenses", "version"] {
        let label = format!("org.opencontainers.image.{name}");
        let set = image.labels.get(&label).is_some_and(|value| !value.is_empty());
        ensure(set, format!("the label {label}"), format!("{:?}", image.labels))?;
    }
    let own = [(LABEL_CONTRACT, CONTRACT.to_string()), (LABEL_ENTRYPOINT, entrypoint.to_string())];
    for (label, value) in own {
        let found = image.labels.get(label);
        ensure(found == Some(&value), format!("the label {label}={value}"), format!("{found:?}"))?;
    }
    Ok(())
}

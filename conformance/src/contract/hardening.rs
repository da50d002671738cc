//! What a container is allowed, seen from outside and from inside.

use serde_json::Value;

use super::expect::{ensure, member};
use super::requirement::{Requirement, check};
use crate::backend::CheckResult;
use crate::fixture::{Context, ServerContext};
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
         one: [read-only root], [all capabilities dropped], [`no-new-privileges`], [128 pids], \
         [256 MiB] (a manifest may declare more, with a reason), a volume on `/tmp` that carries \
         `code.tar.gz`, [an *executable* tmpfs on `/usr/code`]. This id checks from inside that \
         it is so. Building is non-root and otherwise unlimited.",
        check!(locked),
    ),
    Requirement::must(
        "hardening/image",
        "[No key in the image's environment] [or layers]; [labels `org.opencontainers.image.*`], \
         [`org.open-runtimes.contract` (this version, `1`)] and [`org.open-runtimes.entrypoint`] \
         are set.",
        check!(Empty, image),
    ),
];

async fn user(s: &ServerContext) -> CheckResult {
    let image = s.runtime().image().await?;
    let ids: Vec<Option<u32>> = image.user.split(':').map(|id| id.parse().ok()).collect();
    let sound = ids.iter().all(|id| id.is_some_and(|id| id > 0));
    ensure(sound, "a numeric USER that is not 0", format!("USER {:?}", image.user))?;
    let seen = s.instance().look().await?;
    let processes = member(&seen, "processes")?.as_array().cloned().unwrap_or_default();
    ensure(!processes.is_empty(), "processes seen from inside", seen.to_string())?;
    let roots = |ids: &Value| ids.as_array().is_some_and(|ids| ids.iter().any(|id| *id == 0));
    let root = processes.iter().find(|process| roots(&process["users"]) || roots(&process["groups"]));
    ensure(root.is_none(), "no process as user or group 0", format!("{root:?}"))
}

async fn locked(s: &ServerContext) -> CheckResult {
    let seen = s.instance().look().await?;
    let processes = member(&seen, "processes")?.as_array().cloned().unwrap_or_default();
    for process in &processes {
        let name = &process["name"];
        ensure(process["capabilities"] == "0000000000000000", "no capabilities", process.to_string())?;
        ensure(
            process["no_new_privileges"] == true,
            format!("no new privileges for {name}"),
            process.to_string(),
        )?;
    }
    ensure(seen["root_read_only"] == true, "a read-only root", seen.to_string())?;
    ensure(seen["temporary_writable"] == true, "a volume on /tmp that can be written", seen.to_string())?;
    ensure(seen["code_executable"] == true, format!("an executable tmpfs on {CODE}"), seen.to_string())?;
    let allowed = |name: &str| seen[name].as_u64().unwrap_or(u64::MAX);
    ensure(
        allowed("processes_limit") == u64::from(limit::PIDS),
        format!("{} pids", limit::PIDS),
        format!("{}", seen["processes_limit"]),
    )?;
    let memory = u64::from(s.spec().memory) * 1024 * 1024;
    ensure(
        allowed("memory_limit") == memory,
        format!("{memory} bytes of memory"),
        format!("{}", seen["memory_limit"]),
    )
}

async fn image(s: &Context) -> CheckResult {
    let image = s.runtime().image().await?;
    let named = image.environment.iter().find(|variable| variable.starts_with(KEY));
    ensure(named.is_none(), "no key in the image's environment", format!("{KEY} is set"))?;
    let layer = image.history.iter().find(|made_by| made_by.contains(&format!("{KEY}=")));
    ensure(layer.is_none(), "no key in the image's layers", format!("{layer:?}"))?;
    for name in ["title", "description", "licenses", "version"] {
        let label = format!("org.opencontainers.image.{name}");
        let set = image.labels.get(&label).is_some_and(|value| !value.is_empty());
        ensure(set, format!("the label {label}"), format!("{:?}", image.labels))?;
    }
    let own = [(LABEL_CONTRACT, CONTRACT.to_string()), (LABEL_ENTRYPOINT, s.spec().entrypoint.clone())];
    for (label, value) in own {
        let found = image.labels.get(label);
        ensure(found == Some(&value), format!("the label {label}={value}"), format!("{found:?}"))?;
    }
    Ok(())
}

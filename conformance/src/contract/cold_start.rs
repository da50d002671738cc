//! How soon a runtime answers, cold and warm. Timed inside the container: seen from outside, a
//! published port and a busy machine say more about themselves than about a runtime.

use std::time::Duration;

use super::expect::{During, ensure};
use super::requirement::{BUILDS, LAUNCHES, Requirement, check};
use crate::backend::{CheckError, CheckResult, Launch};
use crate::fixture::Context;
use agent::Warm;
use protocol::limit;

pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement::must(
        "cold-start/boot",
        "From `exec` of `launch.sh`, the package in `/tmp` and unpacking included, to the first correct \
         answer, timed by a stopwatch inside the hardened container, which takes precedence over the \
         machine's other work; the smallest of up to 15 boots, ending early when the budget is met. [At \
         most 100 ms]; or, if the manifest declares a budget with a reason, at most that and at most 1.5 \
         × the language's bare server timed the same way.",
        check!(Exclusive, boot),
    )
    .from_document()
    .depends_on(&["body/fields", "lifecycle/stop"])
    .timeout(BUILDS),
    Requirement::must(
        "cold-start/warm",
        "200 requests one after another on one kept connection, from the same place, in blocks \
         alternating with the null server in the same container; median less median, the best of \
         5 rounds: [under 1 ms].",
        check!(Exclusive, warm),
    )
    .from_document()
    .depends_on(&["body/fields", "lifecycle/stop"])
    .timeout(LAUNCHES),
];

/// Boots at most; they end early when the budget is met.
const BOOTS: u32 = 15;
/// Boots of the bare server if it is only shown beside the runtime's, and nothing is held against it.
const SHOWN: u32 = 5;
/// How long a measuring container may take.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The smallest of up to that many boots of a command, in milliseconds.
async fn smallest(
    s: &Context,
    launch: Launch,
    boots: u32,
    budget: f64,
    command: &[String],
) -> CheckResult<f64> {
    let boots = s.boots(launch, boots, budget, command).await?;
    Ok(boots.into_iter().fold(f64::INFINITY, f64::min))
}

async fn boot(s: &Context) -> CheckResult {
    let scale = s.runtime().session().time_scale();
    let budget = f64::from(s.spec().boot_budget) * scale;
    let declared = s.spec().boot_budget > limit::BOOT_MS;
    let bare = s.runtime().bare().await?;
    // A budget of nothing: the bare server is timed to the end, as a measure and not as a judgement.
    let boots = if declared { BOOTS } else { SHOWN };
    let bare = smallest(s, bare, boots, 0.0, &s.spec().bare.command).await.during("the bare server")?;
    let own = smallest(s, Launch::default(), BOOTS, budget, &["launch.sh".into()]).await?;
    s.note("boot_ms", own);
    s.note("bare_boot_ms", bare);
    s.note("boot_budget_ms", budget);
    s.note("engine_start_ms", s.runtime().engine_start().await?);
    let ms = |time: f64| format!("{time:.1} ms (the bare server: {bare:.1} ms)");
    ensure(own <= budget, format!("a boot within {budget} ms"), ms(own))?;
    let limit = bare * limit::BOOT_OVER_BARE * scale;
    ensure(!declared || own <= limit, format!("a declared budget, so a boot within {limit:.1} ms"), ms(own))
}

async fn warm(s: &Context) -> CheckResult {
    let words = ["warm", "--", "launch.sh"].map(String::from).to_vec();
    let warm: Warm = s.agent(Launch::default(), words, TIMEOUT).await?;
    let over = warm.rounds.iter().map(|round| round.runtime_us - round.null_us);
    let best =
        over.reduce(f64::min).ok_or_else(|| CheckError::Fault("the stopwatch timed no round".into()))?
            / 1000.0;
    let budget = limit::WARM_MS * s.runtime().session().time_scale();
    s.note("warm_ms", best);
    s.note("warm_budget_ms", budget);
    ensure(
        best < budget,
        format!("less than {budget} ms over the null server"),
        format!("{best:.3} ms: {:?}", warm.rounds),
    )
}

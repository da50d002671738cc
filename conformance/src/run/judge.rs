//! One judgement: prerequisites first, then the check, under its timeout.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Map;

use super::conversation::Conversation;
use super::expectation;
use super::reason::reason;
use super::state::Run;
use crate::backend::{CheckError, CheckResult};
use crate::contract::{self, Check};
use crate::fixture::{Context, Runtime, Server};
use crate::plan::Planned;
use crate::report::{Outcome, Verdict};

/// What blocks a check if the one that it depends on could not be judged.
pub const HARNESS: &str = "the harness";
/// Lines of a container's log that are shown.
const LOG_TAIL: usize = 20;

impl Run {
    /// Judges what is planned, and keeps the result.
    pub async fn check(self: &Arc<Self>, planned: &Planned) -> Outcome {
        let (run, judged) = (Arc::clone(self), planned.clone());
        // On a thread of the asynchronous runtime, not on the caller's: those have the stack for it.
        let outcome = match tokio::spawn(async move { run.judge(&judged).await }).await {
            Ok(outcome) => outcome,
            Err(error) => panicked(planned, error),
        };
        if let Err(error) = self.journal.append(outcome.clone()) {
            self.session.say(&format!("a result could not be written: {error}"));
        }
        outcome
    }

    /// The outcome, judged when first asked for.
    async fn judge(&self, planned: &Planned) -> Outcome {
        let requirement = planned.requirement;
        if let Some(reason) = planned.not_applicable() {
            return outcome(planned, Verdict::NotApplicable { reason: reason.into() });
        }
        let Some(version) = self.versions.get(&planned.runtime) else {
            return outcome(planned, fault(format!("{} is not in the plan", planned.runtime)));
        };
        let cell = version.cell(requirement.id);
        cell.get_or_init(|| async {
            for id in requirement.depends_on {
                let Some(depends_on) = contract::find(id) else {
                    return outcome(
                        planned,
                        fault(format!("{} depends on {id}, which is not there", requirement.id)),
                    );
                };
                let before = self.judge_boxed(Planned { requirement: depends_on, ..planned.clone() }).await;
                if let Some(verdict) = blocked_by(&before) {
                    return outcome(planned, verdict);
                }
            }
            let _others = if requirement.check.is_exclusive() {
                (Some(self.quiet.write().await), None)
            } else {
                (None, Some(self.quiet.read().await))
            };
            let (judged, lost) = self.converse(planned, &version.runtime, self.order.alone).await;
            // Whose fault it was that a shared server was lost cannot be told, so it is asked again, alone.
            let shared = matches!(requirement.check, Check::Shared(_)) && !self.order.alone;
            let judged = match lost {
                Some((server, how)) if shared => {
                    version.runtime.retire(&server).await;
                    let judged = self.converse(planned, &version.runtime, true).await.0;
                    let came = if is_failure(&judged.verdict) { "does not pass" } else { "passes" };
                    self.session.say(&format!(
                        "warning: {}: {how}, which it shared; on one of its own it {came}",
                        planned.name()
                    ));
                    judged
                }
                _ => judged,
            };
            let verdict = expectation::hold(planned, judged.verdict);
            Outcome { verdict, ..judged }
        })
        .await
        .clone()
    }

    /// Boxed, since a judgement contains the judgements that it depends on.
    fn judge_boxed(&self, planned: Planned) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move { self.judge(&planned).await })
    }

    /// One conversation: what came of it, and, if it failed, the server that it was given if that one no longer serves,
    /// and why. If `alone`, that server is not shared with others.
    async fn converse(
        &self,
        planned: &Planned,
        runtime: &Arc<Runtime>,
        alone: bool,
    ) -> (Outcome, Option<(Server, String)>) {
        let begun = Instant::now();
        let context = Arc::new(Context::new(runtime.clone()));
        let requirement = *planned.requirement;
        let prepared = Conversation::prepare(requirement.check, context.clone(), alone).await;
        let server = prepared.as_ref().ok().and_then(|conversation| conversation.server().cloned());
        let verdict = match prepared {
            Ok(conversation) => {
                match tokio::spawn(async move { converse(&conversation, requirement.timeout).await }).await {
                    Ok(checked) => checked.map_or_else(|error| self.verdict(error), |()| Verdict::Passed),
                    Err(panicked) => fault(format!("the check panicked: {}", panic_text(panicked))),
                }
            }
            Err(error) => self.verdict(error),
        };
        let mut result = outcome(planned, verdict);
        result.seconds = begun.elapsed().as_secs_f64();
        result.figures = context.notes().into_iter().collect();
        let mut lost = None;
        if is_failure(&result.verdict) {
            let key = self.session.key();
            result.wire = context.transcript().render(key);
            result.log = context.log_tail(server.as_ref(), LOG_TAIL).await.replace(key, "<the key>");
            if let Some(server) = server {
                lost = server.trouble().await.map(|how| (server, how));
            }
            if let (Verdict::Failed { actual, .. }, Some((_, how))) = (&mut result.verdict, &lost) {
                actual.push_str(&format!("; {how}"));
            }
        }
        if let Err(error) = context.clear().await {
            self.session.say(&format!("{}: {}", planned.name(), reason(&error)));
        }
        (result, lost)
    }

    /// Tells what is missing, with its remedy, once.
    fn verdict(&self, error: CheckError) -> Verdict {
        match error {
            CheckError::Broken { expected, actual } => Verdict::Failed { expected, actual },
            CheckError::Fault(reason) => Verdict::Fault { reason },
            CheckError::NotApplicable(reason) => Verdict::NotApplicable { reason },
            CheckError::Missing(missing) => {
                let mut told = self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let first = told.insert(missing.what.clone());
                if first {
                    self.session.say(&format!("could not have {}: {}", missing.what, missing.message));
                }
                let summary = missing.message.lines().next().unwrap_or_default().to_string();
                let reason = if first { missing.message.clone() } else { format!("{summary} (told above)") };
                Verdict::Blocked { by: missing.what.clone(), reason }
            }
        }
    }
}

async fn converse(conversation: &Conversation, limit: Duration) -> CheckResult {
    match tokio::time::timeout(limit, conversation.hold()).await {
        Ok(checked) => checked,
        // Each wait on the runtime has a limit of its own that is far shorter, and says what it waited for.
        Err(_) => Err(CheckError::Fault(format!(
            "its timeout of {} s is too short: the check was still going on",
            limit.as_secs_f32()
        ))),
    }
}

fn blocked_by(before: &Outcome) -> Option<Verdict> {
    match &before.verdict {
        Verdict::Passed => None,
        Verdict::Expected { reason, until, .. } => Some(Verdict::Expected {
            reason: format!("depends on {}: {reason}", before.id),
            until: until.clone(),
            actual: "not judged".into(),
        }),
        Verdict::NotApplicable { reason } => Some(Verdict::NotApplicable { reason: reason.clone() }),
        Verdict::Failed { expected, actual } => {
            Some(Verdict::Blocked { by: before.id.clone(), reason: format!("expected {expected}; {actual}") })
        }
        Verdict::Blocked { by, reason } => Some(Verdict::Blocked { by: by.clone(), reason: reason.clone() }),
        Verdict::Fault { reason } => {
            Some(Verdict::Blocked { by: HARNESS.into(), reason: format!("{}: {reason}", before.id) })
        }
    }
}

fn is_failure(verdict: &Verdict) -> bool {
    !matches!(verdict, Verdict::Passed | Verdict::NotApplicable { .. })
}

fn fault(reason: String) -> Verdict {
    Verdict::Fault { reason }
}

fn outcome(planned: &Planned, verdict: Verdict) -> Outcome {
    Outcome {
        runtime: planned.runtime.to_string(),
        unstable: planned.exceptions.standing.is_unstable(),
        only_warns: planned.exceptions.standing.only_warns(),
        id: planned.requirement.id.into(),
        level: planned.requirement.level,
        sentence: planned.requirement.sentence.to_string(),
        verdict,
        seconds: 0.0,
        figures: Map::new(),
        wire: String::new(),
        log: String::new(),
    }
}

/// The outcome of a judgement that did not come to its end.
fn panicked(planned: &Planned, error: tokio::task::JoinError) -> Outcome {
    outcome(planned, fault(format!("the judgement panicked: {}", panic_text(error))))
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it was cancelled".into() };
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".into())
}

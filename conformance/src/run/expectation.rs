//! Failures that a manifest expects: they do not fail the run until their day, and fail it once they pass.

use crate::plan::Planned;
use crate::report::Verdict;

/// The verdict in the light of what the manifest expects.
pub(super) fn hold(planned: &Planned, verdict: Verdict) -> Verdict {
    let Some(expectation) = planned.exceptions.expectation(planned.requirement) else { return verdict };
    let (id, until) = (planned.requirement.id, expectation.until);
    match verdict {
        Verdict::Passed => Verdict::Failed {
            expected: format!(
                "a failure, as [expected.{id:?}] in runtime.toml has it: {}",
                expectation.reason
            ),
            actual: "it passes: remove the expectation".into(),
        },
        Verdict::Failed { expected, actual } if until < planned.exceptions.today => Verdict::Failed {
            expected,
            actual: format!("{actual} (a failure was expected until {until}, and that day is past)"),
        },
        Verdict::Failed { actual, .. } => {
            let issue = expectation.issue.as_ref().map(|issue| format!(" ({issue})")).unwrap_or_default();
            Verdict::Expected {
                reason: format!("{}{issue}", expectation.reason),
                until: until.to_string(),
                actual,
            }
        }
        other => other,
    }
}

//! What the agent reports, in what its container printed.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::backend::error::{CheckError, CheckResult};
use agent::Look;

/// The last line of a log that is such a report; `None` if no line is an object of JSON. The two streams of a container
/// may arrive out of order, so what others printed may come after it.
///
/// # Errors
/// There are objects, and none is such a report: the harness's fault, with the member that is missing.
pub(crate) fn reported<T: DeserializeOwned>(log: &str) -> CheckResult<Option<T>> {
    let objects =
        log.lines().rev().filter_map(|line| serde_json::from_str(line).ok().filter(Value::is_object));
    let mut wrong = None;
    for object in objects {
        match T::deserialize(&object) {
            Ok(report) => return Ok(Some(report)),
            Err(error) => {
                wrong = wrong.or(Some(format!("the agent's report cannot be read: {error}: {object}")))
            }
        }
    }
    wrong.map_or(Ok(None), |why| Err(CheckError::Fault(why)))
}

/// How many descriptors the processes of a container have open.
///
/// # Errors
/// Those of one could not be read: the harness's fault, for nothing is known of it then.
pub(crate) fn descriptors(look: &Look) -> CheckResult<u64> {
    let mut sum = 0;
    for process in &look.processes {
        let unread =
            || format!("the descriptors of process {} ({}) cannot be read", process.id, process.name);
        sum += process.descriptors.ok_or_else(|| CheckError::Fault(unread()))?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use agent::{Folder, Json, Load, Process};

    fn fault<T: std::fmt::Debug>(result: CheckResult<T>) -> String {
        match result {
            Err(CheckError::Fault(why)) => why,
            other => panic!("no fault: {other:?}"),
        }
    }

    #[test]
    fn a_member_that_is_missing_is_named() {
        let why = fault(reported::<Load>(r#"{"latency_us":1.0,"latency_99_us":1.0,"idle_kib":1}"#));
        assert!(why.contains("requests_per_second"), "{why}");
        let no_limit = r#"{"processes":[],"listening":[],"root_read_only":true,"temporary":{"writable":true,"executable":true},"code":{"writable":true,"executable":true},"memory_limit":null}"#;
        let why = fault(reported::<Look>(no_limit));
        assert!(why.contains("processes_limit"), "{why}");
    }

    #[test]
    fn what_others_print_is_no_report() {
        let load = Load { requests_per_second: 1.5, latency_us: 2.0, latency_99_us: 3.0, idle_kib: 4 };
        let log = format!("{}\n{{\"level\":\"info\"}}\nbye\n", load.json());
        assert_eq!(reported(&log).expect("it is there"), Some(load));
        assert_eq!(reported::<Load>("starting\n").expect("there is none"), None);
    }

    #[test]
    fn descriptors_that_cannot_be_read_are_not_none() {
        let process = |id, descriptors| Process {
            id,
            name: "server".into(),
            users: Vec::new(),
            groups: Vec::new(),
            capabilities: String::new(),
            no_new_privileges: true,
            descriptors,
        };
        let folder = || Folder { writable: true, executable: true };
        let look = |second| Look {
            processes: vec![process(1, Some(3)), process(2, second)],
            listening: Vec::new(),
            root_read_only: true,
            temporary: folder(),
            code: folder(),
            processes_limit: None,
            memory_limit: None,
        };
        assert_eq!(descriptors(&look(Some(4))).expect("all are known"), 7);
        let why = fault(descriptors(&look(None)));
        assert!(why.contains("process 2 (server)"), "{why}");
    }
}

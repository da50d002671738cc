//! What the agent reports: the types that it writes as JSON and that the harness reads.
//!
//! A member that is missing is an error that names it: what reads a report never takes it for nothing.

mod json;

pub use json::Json;
use json::report;

report! {
    /// Boots that were timed.
    Boots {
        /// From the start to the first right answer, in milliseconds.
        boots: Vec<f64>,
    }
}

report! {
    /// Requests one after another, to the server and to the null server.
    Warm {
        /// The rounds.
        rounds: Vec<Round>,
    }
}

report! {
    /// The medians of one round.
    Round {
        /// The server's, in microseconds.
        runtime_us: f64,
        /// The null server's, in microseconds.
        null_us: f64,
    }
}

report! {
    /// A server under load.
    Load {
        /// Answers a second over sixteen connections.
        requests_per_second: f64,
        /// The median time of a request on one connection, in microseconds.
        latency_us: f64,
        /// The time that 99 of 100 requests stay below, in microseconds.
        latency_99_us: f64,
        /// Memory of all processes when idle, in KiB.
        idle_kib: u64,
    }
}

report! {
    /// Starts that had to fail.
    Refusals {
        /// How each ended. `None` for one that answers instead, which is the last.
        ends: Vec<Option<End>>,
    }
}

report! {
    /// How a server ended.
    End {
        /// Its exit code; for a signal 128 and its number.
        code: i64,
        /// What it printed to standard output.
        output: String,
        /// What it printed to standard error.
        errors: String,
    }
}

report! {
    /// A build that was watched.
    Watched {
        /// The sizes that the package was seen with, in bytes.
        sightings: Vec<u64>,
        /// Whether any process but the script itself had the key, or that one to its end.
        key_seen: bool,
        /// Whether `HOME` can be written.
        home_writable: bool,
        /// What could not be read, and why.
        unread: Vec<String>,
    }
}

report! {
    /// A container from inside.
    Look {
        /// Its processes.
        processes: Vec<Process>,
        /// Where something listens: `0.0.0.0:3000`.
        listening: Vec<String>,
        /// Whether its root is mounted read-only.
        root_read_only: bool,
        /// `/tmp`.
        temporary: Folder,
        /// `/usr/code`.
        code: Folder,
        /// Processes and threads at most; `None` if the control group has no limit.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "json::required"))]
        processes_limit: Option<u64>,
        /// Memory at most, in bytes; `None` if the control group has no limit.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "json::required"))]
        memory_limit: Option<u64>,
    }
}

report! {
    /// A process.
    Process {
        /// Its id.
        id: u32,
        /// Its name.
        name: String,
        /// Its user ids: real, effective, saved, of the file system.
        users: Vec<u32>,
        /// Its group ids, likewise.
        groups: Vec<u32>,
        /// Its effective capabilities, as the kernel writes them.
        capabilities: String,
        /// Whether it can gain no privileges.
        no_new_privileges: bool,
        /// Its open descriptors; `None` if they cannot be read.
        #[cfg_attr(feature = "serde", serde(deserialize_with = "json::required"))]
        descriptors: Option<u64>,
    }
}

report! {
    /// A folder, as its mount and its mode allow.
    Folder {
        /// Whether files can be made in it.
        writable: bool,
        /// Whether programs in it can be started.
        executable: bool,
    }
}

report! {
    /// A file that was made.
    Touched {
        /// Its path.
        touched: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let end = End { code: 1, output: "a \"b\" \\ \n \u{1} é".into(), errors: String::new() };
        let refusals = Refusals { ends: vec![Some(end), None] };
        let written = r#"{"ends":[{"code":1,"output":"a \"b\" \\ \u000a \u0001 é","errors":""},null]}"#;
        assert_eq!(refusals.json(), written);
        let warm = Warm { rounds: vec![Round { runtime_us: 1.5, null_us: 2.0 }] };
        assert_eq!(warm.json(), r#"{"rounds":[{"runtime_us":1.5,"null_us":2}]}"#);
    }
}

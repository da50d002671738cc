//! `bench`: what a call costs here, beside what the function itself takes.

use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use executor::InstanceRow;
use function::Name;
use hyper::Method;
use hyper::header::HeaderMap;
use serde::Serialize;

use super::{Common, table};
use crate::client::{Caller, Client};
use crate::exit::Exit;

/// How long an instance may take to be reaped, or to wait in a pool.
const PATIENCE: Duration = Duration::from_secs(60);

/// Measure what a call costs: warm calls one after another, and first calls, each after the last instance has gone.
/// Deploy the function with `--idle-ms 100` for this, so that they go soon. What the function's own container takes is
/// subtracted from warm calls; a first call counts whole.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// The function. It should answer at once.
    function: Name,
    /// The body of each call.
    #[arg(value_name = "BODY", default_value = "{}")]
    body: String,
    /// Warm calls.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
    calls: usize,
    /// First calls.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    first: usize,
}

/// Times of one kind, in milliseconds.
#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    n: usize,
    median_ms: f64,
    p95_ms: f64,
}

impl Bench {
    pub(super) async fn run(self, common: &Common) -> Result<(), Exit> {
        let client = common.client()?;
        let (mut pool, mut cold) = (Vec::new(), Vec::new());
        for _ in 0..self.first {
            self.nobody_serves(&client).await?;
            let mut caller = client.caller().await?;
            let (took, headers) = self.call(&mut caller).await?;
            match headers.get("x-open-runtimes-start").map(|value| value.as_bytes()) {
                Some(b"pool") => pool.push(took),
                Some(b"cold") => cold.push(took),
                _ => {}
            }
        }
        let (mut whole, mut inside, mut added) = (Vec::new(), Vec::new(), Vec::new());
        let mut caller = client.caller().await?;
        for _ in 0..self.calls {
            let (took, headers) = self.call(&mut caller).await?;
            let run =
                run(&headers).ok_or_else(|| Exit::Fault("an answer does not say how long it ran".into()))?;
            whole.push(took);
            inside.push(run);
            added.push(took.saturating_sub(run));
        }
        let kinds = [
            ("first answer, from a pool", pool),
            ("first answer, cold", cold),
            ("warm, whole", whole),
            ("warm, the container alone", inside),
            ("warm, added", added),
        ];
        let rows: Vec<Row> = kinds.into_iter().filter_map(|(what, times)| Row::of(what, times)).collect();
        common.show(&rows, |rows| {
            let cells = |row: &Row| {
                vec![
                    row.what.into(),
                    row.n.to_string(),
                    format!("{:.2}", row.median_ms),
                    format!("{:.2}", row.p95_ms),
                ]
            };
            table(&["WHAT", "N", "MEDIAN, MS", "P95, MS"], &rows.iter().map(cells).collect::<Vec<_>>())
        })
    }

    async fn call(&self, caller: &mut Caller) -> Result<(Duration, HeaderMap), Exit> {
        let json = [("content-type".to_string(), "application/json".to_string())];
        let target = format!("/function/{}", self.function);
        let begun = Instant::now();
        let called = caller.call(Method::POST, &target, &json, Bytes::from(self.body.clone())).await?;
        let took = begun.elapsed();
        if called.status.as_u16() >= 400 {
            return Err(Exit::Failed(format!("{} answered {}", self.function, called.status)));
        }
        Ok((took, called.headers))
    }

    /// Waits until the function has no instance, and those that wait in pools are there.
    async fn nobody_serves(&self, client: &Client) -> Result<(), Exit> {
        let begun = Instant::now();
        let mut waiting = 0;
        while begun.elapsed() < PATIENCE {
            let rows: Vec<InstanceRow> = client.get("/v1/instances").await?;
            let serves = rows.iter().any(|row| row.function.as_ref() == Some(&self.function));
            // The pool is filled behind: two looks alike, and it is as full as it gets.
            let now = rows.len();
            if !serves && waiting == now && begun.elapsed() > Duration::from_secs(1) {
                return Ok(());
            }
            waiting = now;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let why = format!(
            "an instance of {} is still there; deploy it with --idle-ms 100 to measure first calls, or say --first 0",
            self.function
        );
        Err(Exit::Usage(why))
    }
}

impl Row {
    fn of(what: &'static str, mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let at = |part: f64| {
            let place = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len());
            times[place - 1].as_secs_f64() * 1000.0
        };
        (!times.is_empty()).then(|| Row { what, n: times.len(), median_ms: at(0.5), p95_ms: at(0.95) })
    }
}

/// How long the function's container took, as the answer says.
fn run(headers: &HeaderMap) -> Option<Duration> {
    let timing = headers.get("server-timing")?.to_str().ok()?;
    let text = timing.split(", ").find_map(|part| part.strip_prefix("run;dur="))?;
    text.parse().ok().map(|ms: f64| Duration::from_secs_f64(ms / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_median_and_what_19_of_20_stay_below() {
        let times = (1..=20).rev().map(Duration::from_millis).collect();
        let row = Row::of("x", times).expect("there are some");
        assert_eq!((row.n, row.median_ms, row.p95_ms), (20, 10.0, 19.0));
        assert!(Row::of("x", Vec::new()).is_none());
    }

    #[test]
    fn the_time_inside_is_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(run(&headers), None);
        let value = "queue;dur=0.001, start;dur=0.000, deliver;dur=0.000, run;dur=1.250";
        headers.insert("server-timing", value.parse().expect("a value"));
        assert_eq!(run(&headers), Some(Duration::from_micros(1250)));
    }
}

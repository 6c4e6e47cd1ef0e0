//! Wall-clock figures of a run: all that may differ between two runs of the same seed.

use super::usage::{peak_memory, thread_cpu_time};
use crate::sim::Outcome;
use std::time::{Duration, Instant};

/// A watch started before a run.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: Instant,
    cpu: Option<Duration>,
}

impl Stopwatch {
    /// Started now, on the thread that will run.
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), cpu: thread_cpu_time() }
    }

    /// The rows of `timing.csv` for what has been run since; absent figures have no value.
    pub(super) fn csv(&self, outcome: &Outcome) -> Vec<u8> {
        let wall = self.started.elapsed().as_secs_f64();
        let cpu = self.cpu.zip(thread_cpu_time()).map(|(from, to)| (to - from).as_secs_f64());
        let per_second = |count: f64| (wall > 0.0).then(|| (count / wall).round());
        let summary = &outcome.records.summary;
        let peers = summary.iter().find(|row| row.metric == "peer_seconds");
        let peer_seconds = peers.and_then(|row| row.value);
        let used = cpu.filter(|cpu| *cpu > 0.0);
        let per_cpu = peer_seconds.zip(used).map(|(count, cpu)| (count / cpu).round());
        let rows = [
            ("wall_s", "s", Some(wall)),
            ("cpu_s", "s", cpu),
            ("events", "count", Some(outcome.events as f64)),
            ("events_per_s", "1/s", per_second(outcome.events as f64)),
            ("peer_seconds_per_s", "ratio", peer_seconds.and_then(per_second)),
            ("peer_seconds_per_cpu_s", "ratio", per_cpu),
            ("peak_memory_bytes", "B", peak_memory()),
        ];
        let mut text = "metric,unit,value\n".to_string();
        for (metric, unit, value) in rows {
            let value = value.map_or(String::new(), |value| value.to_string());
            text.push_str(&format!("{metric},{unit},{value}\n"));
        }
        text.into_bytes()
    }
}

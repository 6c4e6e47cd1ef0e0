//! The account of files: how many clients came for one, how many got all of it, and how long that took.

use super::Recorder;
use crate::metrics::{Distribution, DistributionRow, SummaryRow};
use crate::scenario::{Content, Scenario};
use crate::sim::peers::Peer;
use crate::units::{SimTime, Span};

/// Sessions of files that are over.
#[derive(Debug)]
pub(super) struct Downloads {
    /// A run has files: else there is nothing to report.
    any: bool,
    sessions: u64,
    time: Distribution,
    /// The time over the least that the file's rate allows.
    slowdown: Distribution,
}

impl Downloads {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            any: scenario.has_files(),
            sessions: 0,
            time: Distribution::of_spans(),
            slowdown: Distribution::of_spans(),
        }
    }

    /// A session of a file is over, or the run is.
    pub(super) fn left(&mut self, peer: &Peer, joined: SimTime, file: &Content) {
        self.sessions += 1;
        if let Some(took) = fetched_in(peer, joined) {
            self.time.record(took);
            let least = file.duration.as_secs_f64().max(1e-9);
            // A plain number: spans have the finer table.
            self.slowdown.record(Span::from_secs_f64(took.as_secs_f64() / least));
        }
    }

    /// The distribution of the time; none where there are no files.
    pub(super) fn rows(&self) -> Vec<DistributionRow> {
        if self.any { self.time.rows("download_time", "s") } else { Vec::new() }
    }
}

/// From joining until all of a file was there.
pub(super) fn fetched_in(peer: &Peer, joined: SimTime) -> Option<Span> {
    peer.fetched.map(|fetched| fetched.since(joined))
}

impl Recorder {
    /// The figures of runs with files.
    pub(super) fn summarise_downloads(&mut self) {
        if !self.downloads.any {
            return;
        }
        let Downloads { sessions, time, slowdown, .. } = &self.downloads;
        let done = time.count();
        let mut rows = vec![
            ("downloads", "count", Some(*sessions as f64)),
            ("downloads_completed", "count", Some(done as f64)),
        ]
        .into_iter()
        .map(|(metric, unit, value)| SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value,
        })
        .collect::<Vec<_>>();
        rows.extend(time.summary("download_time", "s"));
        rows.extend(slowdown.summary("download_slowdown", "ratio"));
        self.records.summary.extend(rows);
    }
}

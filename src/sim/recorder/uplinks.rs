//! What coordinators concluded about uplinks, held against what the lines really carry.
//!
//! A conclusion that less than before is to be counted on is right when the client says more than its line
//! carries. Found is whoever it was concluded of; to be found is whoever has promised more than its line carries.

use crate::metrics::{Distribution, SummaryRow};
use crate::proto::UplinkFinding;
use crate::sim::peers::Peer;
use crate::sim::workload::Session;
use crate::units::{BitRate, Bytes, PeerId, SimTime};
use std::collections::BTreeSet;

/// Findings about uplinks and what there was to find.
#[derive(Debug)]
pub(in crate::sim) struct UplinkAudit {
    /// Of whom less is counted on, while they are there.
    found: BTreeSet<PeerId>,
    overstated: u64,
    overbooked: u64,
    overbooked_found: u64,
    findings: u64,
    right: u64,
    error: Distribution,
    time_to_find: Distribution,
    probes: u64,
    probe_bytes: u64,
}

/// What a client's uplink is, and what it was taken for.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Truth {
    /// What the line carries of what is lent.
    pub(in crate::sim) carries: BitRate,
    /// What the client says that it lends.
    pub(in crate::sim) said: BitRate,
    /// Since when it has promised more than the line carries.
    pub(in crate::sim) overbooked: Option<SimTime>,
}

impl Truth {
    pub(in crate::sim) fn of(peer: &Peer, session: &Session) -> Self {
        let (carries, said) = (session.usable(), session.believed());
        Self { carries, said, overbooked: peer.overbooked }
    }
}

impl UplinkAudit {
    pub(super) fn new() -> Self {
        Self {
            found: BTreeSet::new(),
            overstated: 0,
            overbooked: 0,
            overbooked_found: 0,
            findings: 0,
            right: 0,
            error: Distribution::of_shares(),
            time_to_find: Distribution::of_spans(),
            probes: 0,
            probe_bytes: 0,
        }
    }

    /// A client has measured its uplink, for which it sent so much.
    pub(in crate::sim) fn probed(&mut self, sent: Bytes) {
        self.probes += 1;
        self.probe_bytes += sent.get();
    }

    /// A coordinator has concluded something.
    pub(in crate::sim) fn found(&mut self, finding: &UplinkFinding, truth: Truth) {
        if finding.counts >= finding.counted {
            return;
        }
        self.findings += 1;
        self.right += u64::from(truth.said > truth.carries);
        let error = (finding.carries.as_f64() - truth.carries.as_f64()).abs();
        self.error.record_value(error / truth.carries.as_f64().max(1.0));
        if self.found.insert(finding.peer)
            && let Some(since) = truth.overbooked
        {
            self.time_to_find.record(finding.time.since(since));
        }
    }

    /// A session is over.
    pub(super) fn left(&mut self, peer: PeerId, truth: Truth) {
        let found = self.found.remove(&peer);
        let overbooked = truth.overbooked.is_some();
        self.overstated += u64::from(truth.said > truth.carries);
        self.overbooked += u64::from(overbooked);
        self.overbooked_found += u64::from(overbooked && found);
    }

    /// Nothing where all lines carry what is said of them and nobody measured any.
    pub(super) fn rows(&self) -> Vec<SummaryRow> {
        if self.overstated + self.findings + self.probes == 0 {
            return Vec::new();
        }
        let row = |metric: &str, unit: &'static str, value| SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value,
        };
        let count = |metric, count: u64| row(metric, "count", Some(count as f64));
        let share = |part: u64, whole: u64| super::finish::share(part as f64, whole as f64);
        let mut rows = vec![
            count("uplinks_overstated", self.overstated),
            count("uplinks_overbooked", self.overbooked),
            count("uplinks_overbooked_found", self.overbooked_found),
            count("uplink_findings", self.findings),
            row("uplink_finding_precision", "ratio", share(self.right, self.findings)),
            row("uplink_finding_recall", "ratio", share(self.overbooked_found, self.overbooked)),
            count("uplink_probes", self.probes),
            row("uplink_probe_bytes", "B", Some(self.probe_bytes as f64)),
        ];
        rows.extend(self.error.summary("uplink_finding_error", "ratio"));
        rows.extend(self.time_to_find.summary("time_to_find_uplink", "s"));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::UplinkEvidence;

    #[test]
    fn what_was_found_is_held_against_what_there_was_to_find() {
        let kbps = BitRate::from_kbps;
        let truth = |carries, said, since: Option<u64>| Truth {
            carries: kbps(carries),
            said: kbps(said),
            overbooked: since.map(SimTime::from_secs),
        };
        let finding = |peer, carries, counts| UplinkFinding {
            time: SimTime::from_secs(20),
            peer: PeerId::new(peer),
            carries: kbps(carries),
            counted: kbps(4_000),
            counts: kbps(counts),
            by: UplinkEvidence::Children,
        };
        let mut audit = UplinkAudit::new();
        assert!(audit.rows().is_empty());
        // One that says too much is found, another is not, one is wronged, and of one more is counted on.
        audit.found(&finding(1, 1_100, 1_000), truth(1_000, 4_000, Some(12)));
        audit.found(&finding(3, 3_000, 2_500), truth(4_000, 4_000, None));
        audit.found(&finding(4, 8_000, 8_000), truth(8_000, 8_000, None));
        audit.left(PeerId::new(1), truth(1_000, 4_000, Some(12)));
        audit.left(PeerId::new(2), truth(1_000, 4_000, Some(5)));
        audit.left(PeerId::new(3), truth(4_000, 4_000, None));
        let value = |metric: &str| audit.rows().iter().find(|row| row.metric == metric)?.value;
        assert_eq!(value("uplinks_overstated"), Some(2.0));
        assert_eq!(value("uplink_finding_precision"), Some(0.5));
        assert_eq!(value("uplink_finding_recall"), Some(0.5));
        assert_eq!(value("time_to_find_uplink.max"), Some(8.0));
    }
}

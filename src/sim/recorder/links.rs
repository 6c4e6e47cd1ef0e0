//! What coordinators concluded about links, held against what was wrong with them.
//!
//! A conclusion is right when the link, in either direction, was struck by a fault of the scenario then or
//! until ten seconds before, or was full at that moment: a fault elsewhere may have filled it.

use crate::metrics::{Distribution, SummaryRow};
use crate::proto::{Finding, LinkVerdict};
use crate::units::{AsNumber, SimTime, Span};

/// Conclusions rest on reports of the last heartbeats, so they may come so long after a repair (assumption).
const GRACE: Span = Span::from_secs(10);

/// Faults of links and conclusions about them.
#[derive(Debug)]
pub(in crate::sim) struct LinkAudit {
    faults: Vec<LinkFault>,
    verdicts: u64,
    right: u64,
    time_to_locate: Distribution,
}

/// One fault of one link.
#[derive(Clone, Copy, Debug)]
struct LinkFault {
    ends: [AsNumber; 2],
    begun: SimTime,
    ended: Option<SimTime>,
    /// More was sent over the link than it carried from then on.
    felt: bool,
    located: bool,
}

impl LinkFault {
    fn strikes(&self, finding: &Finding) -> bool {
        let [a, b] = self.ends;
        (a, b) == (finding.from, finding.to) || (b, a) == (finding.from, finding.to)
    }

    fn accounts_for(&self, finding: &Finding) -> bool {
        self.strikes(finding) && self.ended.is_none_or(|ended| finding.time <= ended + GRACE)
    }
}

impl LinkAudit {
    pub(super) fn new() -> Self {
        let time_to_locate = Distribution::of_spans();
        Self { faults: Vec::new(), verdicts: 0, right: 0, time_to_locate }
    }

    pub(in crate::sim) fn begins(&mut self, now: SimTime, ends: [AsNumber; 2], felt: bool) {
        self.faults.push(LinkFault { ends, begun: now, ended: None, felt, located: false });
    }

    pub(in crate::sim) fn ends(&mut self, now: SimTime, ends: [AsNumber; 2]) {
        let open = |fault: &&mut LinkFault| fault.ends == ends && fault.ended.is_none();
        if let Some(fault) = self.faults.iter_mut().find(open) {
            fault.ended = Some(now);
        }
    }

    /// A conclusion from evidence; `full` says whether the link carries all it can.
    pub(in crate::sim) fn found(&mut self, finding: &Finding, full: bool) {
        if !matches!(finding.verdict, LinkVerdict::Failed | LinkVerdict::Congested) {
            return;
        }
        self.verdicts += 1;
        let mut struck = false;
        for fault in self.faults.iter_mut().filter(|fault| fault.accounts_for(finding)) {
            struck = true;
            if !std::mem::replace(&mut fault.located, true) && fault.felt {
                self.time_to_locate.record(finding.time.since(fault.begun));
            }
        }
        self.right += u64::from(struck || full);
    }

    /// Nothing where no link failed and nobody said that one had.
    pub(super) fn rows(&self) -> Vec<SummaryRow> {
        if self.faults.is_empty() && self.verdicts == 0 {
            return Vec::new();
        }
        let felt = self.faults.iter().filter(|fault| fault.felt).count();
        let located = self.faults.iter().filter(|fault| fault.felt && fault.located).count();
        let row = |metric: &str, unit: &'static str, value| SummaryRow {
            metric: metric.to_string(),
            unit: unit.into(),
            value,
        };
        let count = |metric, count: usize| row(metric, "count", Some(count as f64));
        let share = |part: f64, whole: f64| super::finish::share(part, whole);
        let mut rows = vec![
            count("link_faults", self.faults.len()),
            count("link_faults_felt", felt),
            count("link_faults_located", located),
            count("link_verdicts", self.verdicts as usize),
            row("link_verdict_precision", "ratio", share(self.right as f64, self.verdicts as f64)),
            row("link_fault_recall", "ratio", share(located as f64, felt as f64)),
        ];
        rows.extend(self.time_to_locate.summary("time_to_locate", "s"));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(second: u64, from: u32, to: u32) -> Finding {
        let [from, to] = [from, to].map(AsNumber::new);
        Finding { time: SimTime::from_secs(second), from, to, verdict: LinkVerdict::Failed }
    }

    fn value(audit: &LinkAudit, metric: &str) -> Option<f64> {
        audit.rows().iter().find(|row| row.metric == metric).and_then(|row| row.value)
    }

    #[test]
    fn a_fault_is_located_once_in_either_direction_while_it_lasts() {
        let mut audit = LinkAudit::new();
        assert!(audit.rows().is_empty());
        let ends = [1, 2].map(AsNumber::new);
        audit.found(&finding(5, 1, 2), false);
        audit.begins(SimTime::from_secs(10), ends, true);
        audit.begins(SimTime::from_secs(10), [3, 4].map(AsNumber::new), false);
        audit.found(&finding(14, 2, 1), false);
        audit.found(&finding(15, 1, 2), false);
        audit.ends(SimTime::from_secs(20), ends);
        audit.found(&finding(31, 1, 2), false);
        audit.found(&finding(40, 8, 9), true);
        let cleared = Finding { verdict: LinkVerdict::Cleared, ..finding(50, 8, 9) };
        audit.found(&cleared, false);
        assert_eq!(value(&audit, "link_verdicts"), Some(5.0));
        assert_eq!(value(&audit, "link_verdict_precision"), Some(3.0 / 5.0));
        assert_eq!(
            value(&audit, "link_fault_recall"),
            Some(1.0),
            "what nobody felt does not count"
        );
        assert_eq!(value(&audit, "time_to_locate.max"), Some(4.0));
    }
}

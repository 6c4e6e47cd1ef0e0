//! The account of how good the topology was, over all looks at it.

use super::Recorder;
use super::finish::share;
use crate::metrics::SummaryRow;

/// What one look at the trees shows.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Quality {
    /// Substreams of viewers that data reach.
    pub(in crate::sim) fed: u64,
    /// The most of them that come through one viewer, its own not counted.
    pub(in crate::sim) worst_below: u64,
    /// Viewers that feed others, and those of them that do so in a single substream.
    pub(in crate::sim) interior: u64,
    pub(in crate::sim) disjoint: u64,
    /// Lent uplink of all viewers, and what of it is left, in bits per second.
    pub(in crate::sim) lent: f64,
    pub(in crate::sim) spare: f64,
}

/// Sums over all looks.
#[derive(Debug, Default)]
pub(super) struct QualityAccount {
    looks: u32,
    harm: f64,
    worst_harm: f64,
    interior: u64,
    disjoint: u64,
    lent: f64,
    spare: f64,
}

impl QualityAccount {
    fn add(&mut self, quality: &Quality) {
        let harm = share(quality.worst_below as f64, quality.fed as f64);
        if let Some(harm) = harm {
            self.looks += 1;
            self.harm += harm;
            self.worst_harm = self.worst_harm.max(harm);
        }
        self.interior += quality.interior;
        self.disjoint += quality.disjoint;
        self.lent += quality.lent;
        self.spare += quality.spare;
    }

    /// The figures; without a value where there was nothing to look at.
    pub(super) fn rows(&self) -> [SummaryRow; 4] {
        let looked = self.looks > 0;
        [
            ("interior_disjointness", share(self.disjoint as f64, self.interior as f64)),
            ("worst_loss_harm.mean", share(self.harm, f64::from(self.looks))),
            ("worst_loss_harm.max", looked.then_some(self.worst_harm)),
            ("residual_uplink_share", share(self.spare, self.lent)),
        ]
        .map(|(metric, value)| SummaryRow {
            metric: metric.to_string(),
            unit: "ratio".into(),
            value,
        })
    }
}

impl Recorder {
    /// A look at the trees.
    pub(in crate::sim) fn looked(&mut self, quality: &Quality) {
        self.quality.add(quality);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_worked_by_hand() {
        let mut account = QualityAccount::default();
        assert!(account.rows().iter().all(|row| row.value.is_none()));
        // Two looks: 3 of 10 and 1 of 20 substreams hang on one viewer.
        let first =
            Quality { fed: 10, worst_below: 3, interior: 2, disjoint: 1, lent: 8.0, spare: 2.0 };
        let second =
            Quality { fed: 20, worst_below: 1, interior: 2, disjoint: 2, lent: 2.0, spare: 2.0 };
        account.add(&first);
        account.add(&second);
        let values = account.rows().map(|row| row.value.unwrap());
        assert_eq!(values, [0.75, 0.175, 0.3, 0.4]);
    }
}

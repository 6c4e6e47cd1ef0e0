//! Histogram of loss rates: in how many intervals which share of what was sent did not arrive.

use crate::units::Ratio;

/// Upper ends of the bins, each counted in; what lies in the first is no loss. Sequence numbers are whole
/// packets and reports of two clients are not of the same moment, so small shares are noise.
const UP_TO: [f64; 7] = [0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0];

/// Intervals by the share that was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LossHistogram {
    intervals: [u64; UP_TO.len()],
}

impl LossHistogram {
    /// Notes one interval.
    pub(super) fn note(&mut self, share: Ratio) {
        let bin = UP_TO.iter().position(|up_to| share.get() <= *up_to);
        self.intervals[bin.unwrap_or(UP_TO.len() - 1)] += 1;
    }

    /// Notes intervals in which all arrived.
    pub(super) fn note_clean(&mut self, intervals: u64) {
        self.intervals[0] += intervals;
    }

    /// Intervals, and the share lost in them, summed; each counts as the middle of its bin.
    pub(super) fn sums(&self) -> (f64, f64) {
        let lower = [0.0].iter().chain(&UP_TO);
        let middles = lower.zip(&UP_TO).map(|(from, to)| (from + to) / 2.0);
        let lost = middles.zip(self.intervals).map(|(middle, count)| middle * count as f64).sum();
        (self.intervals.iter().sum::<u64>() as f64, lost)
    }

    /// The mean share that was lost; none where nothing was sent.
    pub(super) fn mean(&self) -> Option<f64> {
        let (intervals, lost) = self.sums();
        (intervals > 0.0).then(|| lost / intervals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_counted_in_the_bin_that_ends_at_or_above_it() {
        let mut histogram = LossHistogram::default();
        for share in [0.0, 0.05, 0.051, 0.4, 1.0] {
            histogram.note(Ratio::new(share).unwrap());
        }
        histogram.note_clean(95);
        assert_eq!(histogram.intervals, [96, 1, 1, 0, 1, 0, 1]);
        let expected = (0.025 + 0.075 + 0.3 + 0.85) / 100.0;
        assert!((histogram.mean().unwrap() - expected).abs() < 1e-12);
        assert_eq!(LossHistogram::default().mean(), None);
    }

    proptest! {
        #[test]
        fn the_mean_is_off_by_half_a_bin_at_most(
            shares in prop::collection::vec(0.0_f64..=1.0, 1..100),
        ) {
            let mut histogram = LossHistogram::default();
            for share in &shares {
                histogram.note(Ratio::new(*share).unwrap());
            }
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            prop_assert!((histogram.mean().unwrap() - mean).abs() <= 0.15 + 1e-9);
        }
    }
}

//! From the interval of the differences to a verdict.

use crate::metrics::{ComparisonRow, Direction, Interval, Verdict};

/// What a row whose pairs are not all equal says; `tolerance` is in per cent of A's mean.
pub(super) fn verdict(row: &ComparisonRow, tolerance: Option<f64>) -> Verdict {
    let Some(interval) = row.interval else {
        return Verdict::TooFewSeeds;
    };
    // Against a mean of zero every difference is beyond all bounds.
    let percent = |difference| row.in_percent(difference).map_or(f64::INFINITY, f64::abs);
    let is_within = |difference| tolerance.is_some_and(|most| percent(difference) <= most);
    if interval.covers_zero() {
        let is_clear = tolerance.is_none() || is_within(interval.width());
        return if is_clear { Verdict::NoDifferenceShown } else { Verdict::TooFewSeeds };
    }
    if is_within(row.difference) { Verdict::WithinTolerance } else { judged(row, interval) }
}

fn judged(row: &ComparisonRow, interval: Interval) -> Verdict {
    let rises = interval.low > 0.0;
    match row.direction {
        Direction::Neither => Verdict::Changed,
        Direction::Higher if rises => Verdict::Better,
        Direction::Lower if !rises => Verdict::Better,
        Direction::Higher | Direction::Lower => Verdict::Worse,
    }
}

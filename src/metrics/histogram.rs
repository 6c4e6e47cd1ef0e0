//! Distributions of what was observed: quantiles to three significant digits, exact mean, least and largest.
//!
//! Values are kept as whole numbers of a small unit, so that merging in any order gives the same
//! distribution. Not here: intervals of confidence over several seeds.

use super::{DistributionRow, SummaryRow};
use crate::units::Span;
use hdrhistogram::Histogram;

/// Significant decimal digits that a quantile keeps.
const SIGNIFICANT_DIGITS: u8 = 3;
/// And one of the many that parts of an audience have: an eighth of the memory, 30 KB.
const FEWER_DIGITS: u8 = 2;
/// The largest value kept: ten days in microseconds; a larger one counts as this in quantiles only.
const LARGEST: u64 = 10 * 86_400 * 1_000_000;
const MICROS_PER_SECOND: f64 = 1e6;
const PARTS_PER_ONE: f64 = 1e6;

/// A distribution of spans, shares or counts.
#[derive(Clone, Debug)]
pub struct Distribution {
    counts: Histogram<u64>,
    sum: u128,
    min: u64,
    max: u64,
    /// Whole units in one unit of output.
    scale: f64,
}

impl Distribution {
    /// An empty distribution of spans, kept in whole microseconds, shown in seconds.
    #[must_use]
    pub fn of_spans() -> Self {
        Self::with_scale(MICROS_PER_SECOND)
    }

    /// An empty distribution of shares between 0 and 1, kept in millionths.
    #[must_use]
    pub fn of_shares() -> Self {
        Self::with_scale(PARTS_PER_ONE)
    }

    /// An empty distribution of whole numbers.
    #[must_use]
    pub fn of_counts() -> Self {
        Self::with_scale(1.0)
    }

    /// One of spans whose quantiles have two significant digits; merges with its like only.
    #[must_use]
    pub fn of_spans_coarse() -> Self {
        Self::with_digits(MICROS_PER_SECOND, FEWER_DIGITS)
    }

    /// One of shares whose quantiles have two significant digits; merges with its like only.
    #[must_use]
    pub fn of_shares_coarse() -> Self {
        Self::with_digits(PARTS_PER_ONE, FEWER_DIGITS)
    }

    fn with_scale(scale: f64) -> Self {
        Self::with_digits(scale, SIGNIFICANT_DIGITS)
    }

    fn with_digits(scale: f64, digits: u8) -> Self {
        let counts = Histogram::new_with_bounds(1, LARGEST, digits)
            .expect("constant bounds that the histogram accepts");
        Self { counts, sum: 0, min: u64::MAX, max: 0, scale }
    }

    /// Adds a span, to the microsecond, rounded down; for a distribution [of spans](Self::of_spans).
    pub fn record(&mut self, span: Span) {
        self.record_units(span.as_nanos() / 1_000, 1);
    }

    /// Adds a value in the unit of output; negative and not-a-number count as 0.
    pub fn record_value(&mut self, value: f64) {
        // A float-to-integer cast saturates and turns not-a-number into 0.
        self.record_units((value * self.scale + 0.5) as u64, 1);
    }

    /// Adds the same value in the unit of output `times` times.
    pub fn record_times(&mut self, value: f64, times: u64) {
        if times > 0 {
            self.record_units((value * self.scale + 0.5) as u64, times);
        }
    }

    fn record_units(&mut self, units: u64, times: u64) {
        self.counts.saturating_record_n(units, times);
        self.sum += u128::from(units) * u128::from(times);
        self.min = self.min.min(units);
        self.max = self.max.max(units);
    }

    /// Adds everything that `other`, a distribution of the same kind, holds.
    pub fn merge(&mut self, other: &Self) {
        self.counts.add(&other.counts).expect("all distributions have the same bounds");
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many observations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// The mean, exact in the kept unit; absent without observations.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.some(|d| d.sum as f64 / d.count() as f64 / d.scale)
    }

    /// The least observation, exact; absent without observations.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        self.some(|d| d.min as f64 / d.scale)
    }

    /// The largest observation, exact; absent without observations.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.some(|d| d.max as f64 / d.scale)
    }

    /// The value that a share `quantile` of the observations does not exceed; absent without
    /// observations. Exact at 0 and 1, to three significant digits between.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Option<f64> {
        self.some(|d| d.quantile_units(quantile) as f64 / d.scale)
    }

    fn quantile_units(&self, quantile: f64) -> u64 {
        if quantile <= 0.0 {
            return self.min;
        }
        if quantile >= 1.0 {
            return self.max;
        }
        self.counts.value_at_quantile(quantile).clamp(self.min, self.max)
    }

    fn some<T>(&self, of: impl Fn(&Self) -> T) -> Option<T> {
        (self.count() > 0).then(|| of(self))
    }

    /// The quantiles that draw the distribution function; empty without observations.
    #[must_use]
    pub fn rows(&self, metric: &'static str, unit: &'static str) -> Vec<DistributionRow> {
        let count = self.count();
        let row = |quantile| {
            let value = self.quantile(quantile)?;
            Some(DistributionRow {
                metric: metric.into(),
                unit: unit.into(),
                quantile,
                value,
                count,
            })
        };
        drawn_quantiles().filter_map(row).collect()
    }

    /// `metric.mean`, `.p05`, `.p50`, `.p95`, `.p99` and `.max`; without observations the values are absent.
    #[must_use]
    pub fn summary(&self, metric: &str, unit: &'static str) -> Vec<SummaryRow> {
        let figures = [
            ("mean", self.mean()),
            ("p05", self.quantile(0.05)),
            ("p50", self.quantile(0.5)),
            ("p95", self.quantile(0.95)),
            ("p99", self.quantile(0.99)),
            ("max", self.max()),
        ];
        let row = |(name, value)| SummaryRow {
            metric: format!("{metric}.{name}"),
            unit: unit.into(),
            value,
        };
        figures.map(row).into()
    }
}

/// 0, 0.001, 0.005, every hundredth, 0.995, 0.999 and 1.
fn drawn_quantiles() -> impl Iterator<Item = f64> {
    let hundredths = (1..100_u32).map(|percent| f64::from(percent) / 100.0);
    [0.0, 0.001, 0.005].into_iter().chain(hundredths).chain([0.995, 0.999, 1.0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(values: impl IntoIterator<Item = f64>) -> Distribution {
        let mut distribution = Distribution::of_spans();
        values.into_iter().for_each(|s| distribution.record(Span::from_secs_f64(s)));
        distribution
    }

    #[test]
    fn a_thousand_delays_have_their_exact_mean_and_close_quantiles() {
        let delays = seconds((1..=1000).map(|ms| f64::from(ms) / 1000.0));
        assert_eq!(delays.count(), 1000);
        assert_eq!(delays.mean(), Some(0.5005));
        assert_eq!((delays.min(), delays.max()), (Some(0.001), Some(1.0)));
        let median = delays.quantile(0.5).unwrap();
        assert!((median - 0.5).abs() < 0.0005, "{median}");
        let p95 = delays.quantile(0.95).unwrap();
        assert!((p95 - 0.95).abs() < 0.001, "{p95}");
    }

    #[test]
    fn what_was_never_observed_stays_absent() {
        let none = Distribution::of_spans();
        assert_eq!((none.count(), none.mean(), none.quantile(0.5)), (0, None, None));
        assert_eq!((none.min(), none.max()), (None, None));
        assert!(none.rows("lag", "s").is_empty());
        assert!(none.summary("lag", "s").iter().all(|row| row.value.is_none()));
    }

    #[test]
    fn perfect_continuity_is_exactly_one_in_every_quantile() {
        let mut continuity = Distribution::of_shares();
        continuity.record_times(1.0, 500);
        assert!(continuity.rows("continuity", "share").iter().all(|row| row.value == 1.0));
        continuity.record_value(0.25);
        assert_eq!(continuity.min(), Some(0.25));
        assert_eq!(continuity.mean(), Some(500.25 / 501.0));
    }

    #[test]
    fn small_counts_are_exact() {
        let mut depth = Distribution::of_counts();
        [1, 2, 2, 3, 3, 3, 3, 4].iter().for_each(|d| depth.record_value(f64::from(*d)));
        assert_eq!(depth.quantile(0.5), Some(3.0));
        assert_eq!(depth.quantile(0.125), Some(1.0));
        assert_eq!(depth.mean(), Some(2.625));
    }

    #[test]
    fn rows_go_from_the_least_to_the_largest_without_falling() {
        let rows = seconds([0.5, 3.0, 0.7, 12.0]).rows("startup_delay", "s");
        assert_eq!((rows[0].quantile, rows[0].value), (0.0, 0.5));
        assert_eq!(rows.last().map(|r| (r.quantile, r.value)), Some((1.0, 12.0)));
        assert_eq!(rows.len(), 105);
        assert!(rows.windows(2).all(|w| w[0].quantile < w[1].quantile && w[0].value <= w[1].value));
    }

    #[test]
    fn a_summary_names_its_quantiles() {
        let names: Vec<String> =
            seconds([1.0]).summary("lag", "s").into_iter().map(|r| r.metric).collect();
        assert_eq!(names, ["lag.mean", "lag.p05", "lag.p50", "lag.p95", "lag.p99", "lag.max"]);
    }

    #[test]
    fn values_beyond_the_range_do_not_fail() {
        let mut distribution = Distribution::of_spans();
        distribution.record(Span::from_nanos(u64::MAX));
        distribution.record_value(f64::NAN);
        distribution.record_value(-3.0);
        assert_eq!((distribution.count(), distribution.min()), (3, Some(0.0)));
    }

    proptest! {
        #[test]
        fn merging_equals_recording_everything_in_one(
            left in prop::collection::vec(0.0..1e5_f64, 0..50),
            right in prop::collection::vec(0.0..1e5_f64, 0..50),
        ) {
            let mut merged = seconds(left.clone());
            merged.merge(&seconds(right.clone()));
            let together = seconds(left.into_iter().chain(right));
            prop_assert_eq!(merged.rows("x", "s"), together.rows("x", "s"));
            prop_assert_eq!(merged.mean(), together.mean());
        }

        #[test]
        fn a_quantile_is_within_a_thousandth_of_an_observation(
            mut values in prop::collection::vec(0.01..1e4_f64, 1..60),
            quantile in 0.0..=1.0_f64,
        ) {
            let found = seconds(values.clone()).quantile(quantile).unwrap();
            values.sort_by(f64::total_cmp);
            let rank = ((quantile * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1];
            prop_assert!((found - exact).abs() <= exact * 1e-3 + 1e-6, "{} {}", found, exact);
        }
    }
}

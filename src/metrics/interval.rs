//! The mean of a sample, and how far the true mean may be from it.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The quantile above which a fortieth lies: a fortieth at each end leaves 95 % between.
const UPPER: f64 = 0.975;

/// A mean with its two-sided 95 % confidence interval, in the unit of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean of the sample.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the true mean may be zero.
    #[must_use]
    pub fn covers_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }

    /// From one end to the other.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// The mean of a sample, in its unit; none when it is empty.
#[must_use]
pub fn mean(sample: &[f64]) -> Option<f64> {
    (!sample.is_empty()).then(|| sample.iter().sum::<f64>() / sample.len() as f64)
}

/// The mean of a sample with Student's 95 % interval, for values that are about normally distributed
/// and independent; none with fewer than two values.
#[must_use]
pub fn interval(sample: &[f64]) -> Option<Interval> {
    let mean = mean(sample).filter(|_| sample.len() > 1)?;
    let (count, freedom) = (sample.len() as f64, sample.len() as f64 - 1.0);
    let squares: f64 = sample.iter().map(|value| (value - mean) * (value - mean)).sum();
    let quantile = StudentsT::new(0.0, 1.0, freedom).ok()?.inverse_cdf(UPPER);
    let half = quantile * (squares / freedom / count).sqrt();
    Some(Interval { mean, low: mean - half, high: mean + half })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(sample: &[f64]) -> (f64, f64, f64) {
        let interval = interval(sample).unwrap();
        (interval.low, interval.mean, interval.high)
    }

    fn assert_near(found: (f64, f64, f64), expected: (f64, f64, f64)) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
        let all = near(found.0, expected.0) && near(found.1, expected.1);
        assert!(all && near(found.2, expected.2), "{found:?} is not {expected:?}");
    }

    /// Quantiles of Student's t from printed tables: 12.7062 for one degree of freedom, 2.776445 for
    /// four, 2.262157 for nine.
    #[test]
    fn intervals_are_as_worked_by_hand() {
        // Variance 2, standard error 1.
        assert_near(ends(&[2.0, 4.0]), (3.0 - 12.7062, 3.0, 3.0 + 12.7062));
        // Variance 2.5, standard error 0.7071068: half the interval is 1.963243.
        assert_near(ends(&[1.0, 2.0, 3.0, 4.0, 5.0]), (1.036_757, 3.0, 4.963_243));
        // Variance 9.166667, standard error 0.957427: half the interval is 2.165851.
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_near(ends(&ten), (3.334_149, 5.5, 7.665_851));
    }

    #[test]
    fn a_sample_without_spread_has_an_interval_without_width() {
        let interval = interval(&[0.5, 0.5, 0.5]).unwrap();
        assert_eq!((interval.width(), interval.covers_zero()), (0.0, false));
        assert!(super::interval(&[0.0, 0.0]).unwrap().covers_zero());
    }

    #[test]
    fn one_value_has_no_interval_and_none_no_mean() {
        assert_eq!(interval(&[3.0]), None);
        assert_eq!((mean(&[3.0]), mean(&[])), (Some(3.0), None));
    }
}

//! The mean of a sample and how sure it is.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with its two-sided 95 % Student-t interval, in the unit of the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The mean of a sample with its 95 % interval; none with fewer than two values.
#[must_use]
pub fn mean_interval(sample: &[f64]) -> Option<Interval> {
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let t = StudentsT::new(0.0, 1.0, count - 1.0).ok()?.inverse_cdf(0.975);
    let squares: f64 = sample.iter().map(|value| (value - mean) * (value - mean)).sum();
    let half = t * (squares / (count - 1.0) / count).sqrt();
    (sample.len() > 1).then_some(Interval { mean, low: mean - half, high: mean + half })
}

//! Samples from distributions.
//!
//! The standard draws come from `rand_distr` (pinned); every transform goes through
//! [`super::math`], because `rand_distr`'s own transforms change with the features that other
//! crates in the build turn on. A golden digest per distribution holds the bits.

use super::{Rng, math};
use rand_distr::{Distribution, Exp1, Poisson, StandardNormal, StandardUniform};

/// Uniform on `[0, 1)`.
pub fn uniform(rng: &mut Rng) -> f64 {
    StandardUniform.sample(rng)
}

/// A whole number uniform on `0..n`; 0 when `n` is 0. The bias is below `n / 2^64`.
pub fn below(rng: &mut Rng, n: u64) -> u64 {
    let word: u64 = StandardUniform.sample(rng);
    ((u128::from(word) * u128::from(n)) >> 64) as u64
}

/// True with probability `p`.
pub fn chance(rng: &mut Rng, p: f64) -> bool {
    uniform(rng) < p
}

/// Exponential with this mean.
pub fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    let draw: f64 = Exp1.sample(rng);
    draw * mean
}

/// Normal with this mean and standard deviation.
pub fn normal(rng: &mut Rng, mean: f64, deviation: f64) -> f64 {
    let draw: f64 = StandardNormal.sample(rng);
    mean + deviation * draw
}

/// Log-normal with this median; `sigma` is the standard deviation of the logarithm.
pub fn log_normal(rng: &mut Rng, median: f64, sigma: f64) -> f64 {
    let draw: f64 = StandardNormal.sample(rng);
    median * math::exp(sigma * draw)
}

/// Pareto with this smallest value and shape.
pub fn pareto(rng: &mut Rng, smallest: f64, shape: f64) -> f64 {
    smallest * math::pow(1.0 - uniform(rng), -1.0 / shape)
}

/// Weibull with this scale and shape.
pub fn weibull(rng: &mut Rng, scale: f64, shape: f64) -> f64 {
    scale * math::pow(exponential(rng, 1.0), 1.0 / shape)
}

/// A Poisson count with this mean; 0 when the mean is not above 0.
pub fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    Poisson::new(mean).map_or(0, |poisson| {
        let count: f64 = poisson.sample(rng);
        count as u64
    })
}

/// An index into `weights`, with probability in proportion to the weight.
///
/// Returns the last index when rounding leaves a remainder, and 0 for an empty table.
pub fn weighted(rng: &mut Rng, weights: &[f64]) -> usize {
    let total: f64 = weights.iter().sum();
    let mut rest = uniform(rng) * total;
    for (index, weight) in weights.iter().enumerate() {
        if rest < *weight {
            return index;
        }
        rest -= weight;
    }
    weights.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::stream;

    fn digest(draw: impl Fn(&mut Rng) -> f64) -> String {
        let (mut rng, mut hasher) = (stream(1, "digest", 0), blake3::Hasher::new());
        for _ in 0..20_000 {
            hasher.update(&draw(&mut rng).to_bits().to_le_bytes());
        }
        hasher.finalize().to_hex()[..12].to_string()
    }

    #[test]
    fn every_distribution_keeps_its_bits() {
        let found = [
            ("uniform", digest(uniform)),
            ("exponential", digest(|rng| exponential(rng, 3.0))),
            ("normal", digest(|rng| normal(rng, 1.0, 2.0))),
            ("log_normal", digest(|rng| log_normal(rng, 20.0, 0.9))),
            ("pareto", digest(|rng| pareto(rng, 1.0, 1.5))),
            ("weibull", digest(|rng| weibull(rng, 2.0, 0.7))),
            ("poisson", digest(|rng| poisson(rng, 4.5) as f64)),
        ];
        let golden = [
            ("uniform", "e58ffcb72f5e"),
            ("exponential", "5a38b713b524"),
            ("normal", "763758de663a"),
            ("log_normal", "08a83d08cf16"),
            ("pareto", "689a4cb850e6"),
            ("weibull", "fb9c1798dd7a"),
            ("poisson", "5541740be24c"),
        ];
        assert_eq!(
            found.map(|(name, hex)| format!("{name} {hex}")),
            golden.map(|(name, hex)| format!("{name} {hex}"))
        );
    }

    #[test]
    fn means_are_those_of_the_textbook() {
        let mean = |draw: &dyn Fn(&mut Rng) -> f64| {
            let mut rng = stream(7, "mean", 0);
            (0..200_000).map(|_| draw(&mut rng)).sum::<f64>() / 200_000.0
        };
        let close = |found: f64, expected: f64| {
            assert!((found / expected - 1.0).abs() < 0.02, "{found} is not {expected}")
        };
        close(mean(&|rng| exponential(rng, 3.0)), 3.0);
        close(mean(&|rng| log_normal(rng, 20.0, 0.9)), 20.0 * math::exp(0.405));
        close(mean(&|rng| pareto(rng, 1.0, 3.0)), 1.5);
        close(mean(&|rng| poisson(rng, 4.5) as f64), 4.5);
        close(mean(&|rng| below(rng, 11) as f64), 5.0);
        close(mean(&|rng| weighted(rng, &[1.0, 0.0, 3.0]) as f64), 1.5);
    }
}

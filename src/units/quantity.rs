//! Bit rates, byte counts and shares.

use super::Span;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

/// A bit rate in whole bits per second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BitRate(u64);

/// A count of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(u64);

/// A share between 0 and 1, both included.
#[derive(Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Ratio(f64);

impl BitRate {
    /// Nothing moves.
    pub const ZERO: Self = Self(0);

    /// `bps` bits per second.
    #[must_use]
    pub const fn from_bps(bps: u64) -> Self {
        Self(bps)
    }

    /// `kbps` thousand bits per second.
    #[must_use]
    pub const fn from_kbps(kbps: u64) -> Self {
        Self(kbps * 1_000)
    }

    /// Bits per second.
    #[must_use]
    pub const fn as_bps(self) -> u64 {
        self.0
    }

    /// Bits per second, for output and ratios.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// Whole bytes moved at this rate in `span`, rounded down.
    #[must_use]
    pub fn bytes_in(self, span: Span) -> Bytes {
        Bytes((u128::from(self.0) * u128::from(span.as_nanos()) / 8_000_000_000) as u64)
    }

    /// The span that `bytes` take at this rate, rounded up; `None` when the rate is zero.
    #[must_use]
    pub fn time_to_send(self, bytes: Bytes) -> Option<Span> {
        let bit_ns = u128::from(bytes.0) * 8_000_000_000;
        (self.0 > 0).then(|| Span::from_nanos(bit_ns.div_ceil(u128::from(self.0)) as u64))
    }

    /// This rate times a share, rounded down.
    #[must_use]
    pub fn scaled(self, by: Ratio) -> Self {
        Self((self.0 as f64 * by.0) as u64)
    }

    /// The part of this rate above `other`.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Bytes {
    /// No bytes.
    pub const ZERO: Self = Self(0);

    /// `n` bytes.
    #[must_use]
    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    /// The count.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The count, for output and ratios.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl Ratio {
    /// None of it.
    pub const ZERO: Self = Self(0.0);
    /// All of it.
    pub const ONE: Self = Self(1.0);

    /// The share `value`; `None` when it is not within 0 and 1.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The share as a number between 0 and 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Add for BitRate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for BitRate {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for BitRate {
    type Output = Self;
    /// Saturates at zero: a rate is never negative.
    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl Mul<u64> for BitRate {
    type Output = Self;
    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Sum for BitRate {
    fn sum<I: Iterator<Item = Self>>(rates: I) -> Self {
        rates.fold(Self::ZERO, Add::add)
    }
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::ZERO, Add::add)
    }
}

fn scaled(
    f: &mut fmt::Formatter<'_>,
    n: u64,
    units: &[(&str, u64)],
    smallest: &str,
) -> fmt::Result {
    for (unit, size) in units {
        // Exact to three decimals, or the next smaller unit: a printed value parses back to itself.
        if n >= *size && n.is_multiple_of(size / 1000) {
            let (whole, rest) = (n / size, n % size / (size / 1000));
            let digits = format!("{whole}.{rest:03}");
            return write!(f, "{} {unit}", digits.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    write!(f, "{n} {smallest}")
}

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("Gbps", 1_000_000_000), ("Mbps", 1_000_000), ("kbps", 1_000)];
        scaled(f, self.0, &units, "bps")
    }
}

impl fmt::Debug for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units =
            [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
        scaled(f, self.0, &units, "B")
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_moves_whole_bytes_and_a_transfer_ends_after_its_last_byte() {
        let rate = BitRate::from_kbps(500);
        assert_eq!(rate.bytes_in(Span::from_millis(20)), Bytes::new(1250));
        assert_eq!(rate.time_to_send(Bytes::new(1250)), Some(Span::from_millis(20)));
        assert_eq!(
            BitRate::from_bps(3).time_to_send(Bytes::new(1)),
            Some(Span::from_nanos(2_666_666_667))
        );
        assert_eq!(BitRate::ZERO.time_to_send(Bytes::new(1)), None);
    }

    #[test]
    fn quantities_print_without_losing_a_digit() {
        assert_eq!(BitRate::from_kbps(2500).to_string(), "2.5 Mbps");
        assert_eq!(BitRate::from_bps(1_234_567).to_string(), "1234.567 kbps");
        assert_eq!(BitRate::from_bps(7).to_string(), "7 bps");
        assert_eq!(Bytes::new(2_000_000_000).to_string(), "2 GB");
    }

    #[test]
    fn a_ratio_lies_between_nothing_and_all() {
        assert!(Ratio::new(1.01).is_none() && Ratio::new(f64::NAN).is_none());
        assert_eq!(
            BitRate::from_kbps(15_000).scaled(Ratio::new(0.5).unwrap()),
            BitRate::from_kbps(7500)
        );
    }
}

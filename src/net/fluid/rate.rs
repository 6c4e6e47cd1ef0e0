//! Rates of flows, in fixed point.

use crate::units::{BitRate, Span};
use std::fmt;

/// A rate in micro-bits per second (10^-6 bps): whole, so that sums are exact in any order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FlowRate(pub u64);

/// Micro-bits in a bit.
const MICRO: u64 = 1_000_000;

impl FlowRate {
    /// Nothing moves.
    pub const ZERO: Self = Self(0);
    /// As a cap: no cap at all.
    pub const MAX: Self = Self(u64::MAX);

    /// Micro-bits per second.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Bits per second, for output and ratios.
    #[must_use]
    pub fn as_bps_f64(self) -> f64 {
        self.0 as f64 / MICRO as f64
    }

    /// Whole bits per second, rounded down.
    #[must_use]
    pub const fn as_bit_rate(self) -> BitRate {
        BitRate::from_bps(self.0 / MICRO)
    }

    /// Bits moved at this rate in `span`, for output and for positions in a stream.
    #[must_use]
    pub fn bits_in(self, span: Span) -> f64 {
        self.as_bps_f64() * span.as_secs_f64()
    }
}

impl From<BitRate> for FlowRate {
    /// Exact up to 18 Tbps; more than that is no cap at all.
    fn from(rate: BitRate) -> Self {
        Self(rate.as_bps().saturating_mul(MICRO))
    }
}

impl fmt::Debug for FlowRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for FlowRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::MAX => f.write_str("no limit"),
            Self(micro) => write!(f, "{}.{:06} bps", micro / MICRO, micro % MICRO),
        }
    }
}

//! How far a peer has come in a substream: a position in the media that moves at a constant rate.
//!
//! Positions are nanoseconds of media from the beginning of the content; a rate is a fraction of
//! real time. Everything is computed when it is looked at.

use crate::units::{SimTime, Span};

/// How fast media arrive: `now` of `full` is the fraction of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Data rate of the moment, in any unit.
    pub now: u64,
    /// Data rate of the substream, in the same unit; above 0.
    pub full: u64,
}

/// A position that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Nanoseconds of media at `since`.
    pub base: u64,
    /// When `base` was right.
    pub since: SimTime,
    /// How fast it moves since then.
    pub speed: Speed,
}

impl Speed {
    /// Nothing arrives.
    #[must_use]
    pub const fn stopped(full: u64) -> Self {
        Self { now: 0, full }
    }

    /// Media that arrive in `span`, rounded down.
    #[must_use]
    pub const fn media_in(self, span: Span) -> u64 {
        if self.now == self.full {
            return span.as_nanos();
        }
        if self.now == 0 {
            return 0;
        }
        (span.as_nanos() as u128 * self.now as u128 / self.full as u128) as u64
    }

    /// How long `media` take to arrive, rounded up; `None` when nothing arrives.
    #[must_use]
    pub const fn time_for(self, media: u64) -> Option<Span> {
        if self.now == 0 {
            return None;
        }
        Some(
            Span::from_nanos((media as u128 * self.full as u128).div_ceil(self.now as u128) as u64),
        )
    }

    /// How long this needs to make up `media` on `other`, rounded up; `None` when it is not faster.
    #[must_use]
    pub const fn time_to_catch(self, other: Self, media: u64) -> Option<Span> {
        let (mine, theirs) =
            (self.now as u128 * other.full as u128, other.now as u128 * self.full as u128);
        if mine <= theirs {
            return None;
        }
        let full = self.full as u128 * other.full as u128;
        // Rates are below 2^59 micro-bits per second: the product with a position could overflow,
        // so the common case of equal units goes by the difference.
        if self.full == other.full {
            let gain = (self.now - other.now) as u128;
            return Some(Span::from_nanos(
                (media as u128 * self.full as u128).div_ceil(gain) as u64
            ));
        }
        Some(Span::from_nanos((media as f64 * (full as f64 / (mine - theirs) as f64)) as u64 + 1))
    }
}

impl Progress {
    /// Standing still at `base`.
    #[must_use]
    pub const fn at(base: u64, now: SimTime, full: u64) -> Self {
        Self { base, since: now, speed: Speed::stopped(full) }
    }

    /// The position now, in nanoseconds of media.
    #[must_use]
    pub const fn position(&self, now: SimTime) -> u64 {
        self.base + self.speed.media_in(now.since(self.since))
    }

    /// From now on it moves at another speed.
    pub const fn change(&mut self, now: SimTime, speed: Speed) {
        self.base = self.position(now);
        self.since = now;
        self.speed = speed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_rate_brings_half_the_media() {
        let mut progress = Progress::at(0, SimTime::ZERO, 1000);
        progress.change(SimTime::ZERO, Speed { now: 500, full: 1000 });
        assert_eq!(progress.position(SimTime::from_secs(3)), 1_500_000_000);
        progress.change(SimTime::from_secs(3), Speed { now: 1000, full: 1000 });
        assert_eq!(progress.position(SimTime::from_secs(4)), 2_500_000_000);
        assert_eq!(progress.speed.time_for(1_000), Some(Span::from_nanos(1_000)));
        assert_eq!(Speed::stopped(7).time_for(1), None);
    }

    #[test]
    fn twice_the_rate_makes_up_a_second_in_a_second() {
        let (fast, slow) = (Speed { now: 1000, full: 500 }, Speed { now: 500, full: 500 });
        assert_eq!(fast.time_to_catch(slow, 1_000_000_000), Some(Span::from_secs(1)));
        assert_eq!(slow.time_to_catch(fast, 1), None);
        assert_eq!(slow.time_to_catch(slow, 1), None);
    }
}

//! How often members are moved though nothing is wrong with their parents (row R10).
//!
//! Repair is never put off. Changes for the better are drawn from an allowance that grows with the
//! members and the time, so that a cluster is not shaken for small gains.

use super::{Dcm, Step};
use crate::units::SimTime;

/// Changes that may be made now.
#[derive(Debug)]
pub(super) struct Allowance {
    left: f64,
    at: SimTime,
}

impl Allowance {
    /// What a minute gives.
    pub(super) const fn new(now: SimTime) -> Self {
        Self { left: f64::INFINITY, at: now }
    }

    /// What has grown since the last call, of so many a second, up to what a minute gives.
    fn grow(&mut self, now: SimTime, a_second: f64) {
        let grown = now.since(self.at).as_secs_f64() * a_second;
        self.left = (self.left + grown).min(a_second * 60.0);
        self.at = now;
    }

    /// Changes have been made.
    pub(super) fn spend(&mut self, changes: u32) {
        self.left -= f64::from(changes);
    }
}

impl Dcm {
    /// Whether a change for the better may be made now.
    pub(super) fn may_change(&mut self, step: &Step<'_, '_>) -> bool {
        let a_minute = step.with.config.improvements * self.view.len() as f64;
        self.allowance.grow(step.with.now, a_minute / 60.0);
        let may = self.allowance.left >= 1.0;
        self.counts.put_off += u64::from(!may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_saved_than_a_minute_gives() {
        let mut allowance = Allowance::new(SimTime::ZERO);
        allowance.grow(SimTime::from_secs(1), 0.5);
        assert_eq!(allowance.left, 30.0);
        allowance.spend(20);
        allowance.grow(SimTime::from_secs(11), 0.5);
        assert_eq!(allowance.left, 15.0);
        allowance.grow(SimTime::from_secs(3600), 0.5);
        assert_eq!(allowance.left, 30.0);
    }
}

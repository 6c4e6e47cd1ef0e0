//! Bounds of the level at which a link blocks: from sums alone, or from a look at its members.

use super::table::{Link, UNBOUND};

/// A link that takes part in the sweep.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) link: u32,
    /// Members that are rising, and the sum of the rates they had before.
    pub(super) rising: u32,
    pub(super) rising_load: u64,
    /// The link is known not to block below this level, as long as no more members begin to rise.
    pub(super) floor: u64,
    /// The link is known to block at its floor, as long as no member's rate changes.
    pub(super) certain: bool,
    /// Start and length of the list of members that stop then.
    pub(super) list: Option<(u32, u32)>,
    /// The level at which the link is queued; [`UNBOUND`] when it is not.
    pub(super) key: u64,
    /// To be tested even when nothing rises any more.
    pub(super) due: bool,
    /// Waiting for a new key.
    pub(super) stale: bool,
    /// It blocked: all its members have their final rate.
    pub(super) done: bool,
}

impl Work {
    pub(super) const fn new(link: u32) -> Self {
        Self {
            link,
            rising: 0,
            rising_load: 0,
            floor: 0,
            certain: false,
            list: None,
            key: UNBOUND,
            due: false,
            stale: false,
            done: false,
        }
    }

    /// A level below which the link can neither block nor release.
    pub(super) fn next_key(&self, link: &Link) -> u64 {
        // Members that are not rising use at most their rate, and one micro-bit more where they
        // stop.
        let others = link.flow_count - self.rising;
        let taken = link.load.wrapping_sub(self.rising_load).saturating_add(u64::from(others));
        let bound = share(link.capacity, taken, self.rising).max(self.floor);
        if link.level == UNBOUND || link.held == 0 || bound >= link.level {
            return bound.min(link.level);
        }
        // Up to the level, those whom the link holds give way to those who rise.
        let held = u64::from(link.held);
        let taken = taken.saturating_sub(held.saturating_mul(link.level) + held);
        share(link.capacity, taken, self.rising + link.held).max(bound).min(link.level)
    }
}

/// How far `count` members can go with what others leave of a link.
fn share(capacity: u64, taken: u64, count: u32) -> u64 {
    let left = capacity.checked_sub(taken);
    left.map_or(0, |left| left.checked_div(u64::from(count)).unwrap_or(UNBOUND))
}

/// What a look at all members of a link finds at one level, beside the rates above it.
#[derive(Clone, Copy, Default)]
pub(super) struct Scan {
    /// Sum of the rates below the level.
    pub(super) below: u64,
    /// Members at the level or above; and members whose cap is the level.
    pub(super) reach: u64,
    pub(super) content: u64,
    /// Members that stay at the level when the link does not block at it.
    pub(super) stay: u64,
    /// Members above it, and the flows that they stand for.
    pub(super) above: usize,
    pub(super) rest: u64,
    /// The rate of a member hangs on something else and is not known exactly.
    pub(super) tied: bool,
}

impl Scan {
    /// Whether the members that have reached the level cannot all go one micro-bit above it; those
    /// whose cap it is do not try.
    pub(super) fn blocks(&self, capacity: u64, level: u64) -> bool {
        let needed = u128::from(self.below) + u128::from(self.reach) * (u128::from(level) + 1);
        self.reach > self.content && needed - u128::from(self.content) > u128::from(capacity)
    }
}

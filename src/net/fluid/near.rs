//! Members of a hub that need not be looked at when it is tested.
//!
//! Most members of a hub that are in no bundle are held by other links, well below its level. They
//! come first in its list, and of their rates only the sum is of interest: the link's load less the
//! rates of the others.

use super::table::{BUNDLE, Flow, Hop, State, Tables, UNBOUND};

/// A hub's levels between two partings of its members move by this part at most.
const MARGIN_SHIFT: u32 = 5;

/// The members of a hub that are far below its level.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Far {
    /// So many of the first members are no bundles and have rates of their own ...
    count: u32,
    /// ... which are less than this.
    pub(super) below: u64,
    /// How many other members there were when they were parted.
    near: u32,
}

impl Tables {
    fn far(&self, link: u32) -> Far {
        let is_hub = self.links[link as usize].is_hub;
        let far = is_hub.then(|| self.bundles.fars.get(link as usize).copied());
        far.flatten().unwrap_or_default()
    }

    /// How many of a link's first members are far below any level that is tested.
    pub(super) fn far_count(&self, link: u32) -> usize {
        self.far(link).count as usize
    }

    /// Has the member at this position looked at from now on; returns where it stands then.
    pub(super) fn make_near(&mut self, link: u32, position: u32) -> u32 {
        let count = self.far(link).count;
        if position >= count {
            return position;
        }
        self.bundles.fars[link as usize].count = count - 1;
        self.swap_members(link, position, count - 1);
        count - 1
    }

    /// A member of a hub gets this rate.
    pub(super) fn make_near_at(&mut self, link: u32, position: u32, rate: u64) {
        if rate >= self.far(link).below {
            self.make_near(link, position);
        }
    }

    /// Lets a member of a hub be far if its rate is; returns by how much it can grow as it is then.
    pub(super) fn make_far(&mut self, link: u32, position: u32, rate: u64) -> u64 {
        let far = self.far(link);
        if rate >= far.below {
            return UNBOUND;
        }
        if position >= far.count {
            self.swap_members(link, position, far.count);
            self.bundles.fars[link as usize].count = far.count + 1;
        }
        far.below - rate
    }

    /// Has the hubs of a flow that goes on alone look no more at it if they need not; notes its links
    /// that might rest.
    pub(super) fn step_back(&mut self, flow: u32, links: &mut Vec<u32>) {
        let Flow { rate, hops, hop_count, .. } = self.flows[flow as usize];
        for place in 0..usize::from(hop_count) {
            let Hop { link, position } = self.hops.at(hops, place);
            let record = &self.links[link as usize];
            if record.is_hub {
                self.make_far(link, position, rate);
            } else if record.may_rest() {
                links.push(link);
            }
        }
    }

    pub(super) fn swap_members(&mut self, link: u32, a: u32, b: u32) {
        if a == b {
            return;
        }
        let members = self.links[link as usize].members;
        let [first, second] = [a, b].map(|place| self.members.at(members, place as usize));
        *self.members.at_mut(members, a as usize) = second;
        *self.members.at_mut(members, b as usize) = first;
        self.set_position(first, link, b);
        self.set_position(second, link, a);
    }

    /// Sees that a hub that is tested at this level has few members near, and none of the others is
    /// at the level.
    pub(super) fn part_near(&mut self, link: u32, level: u64) {
        let record = &self.links[link as usize];
        if !record.is_hub {
            return;
        }
        let (mut far, count) = (self.far(link), record.member_count);
        if level >= far.below && level - far.below <= level >> (MARGIN_SHIFT - 1) {
            if count - far.count <= 2 * far.near + 8 {
                return;
            }
        } else {
            far.count = if level < far.below { 0 } else { far.count };
            far.below = level - (level >> MARGIN_SHIFT);
        }
        self.part_members(link, far);
    }

    /// Moves members with less than `far.below` to the others of these.
    fn part_members(&mut self, link: u32, mut far: Far) {
        let count = self.links[link as usize].member_count;
        for position in far.count..count {
            let flow = self.members.at(self.links[link as usize].members, position as usize);
            let Flow { rate, state, marks, .. } = self.flows[flow as usize];
            // That of a flow at rest is the most that it can be.
            let is_known = matches!(state, State::Fixed | State::Resting);
            if is_known && marks & BUNDLE == 0 && rate < far.below {
                self.swap_members(link, position, far.count);
                far.count += 1;
            }
        }
        far.near = count - far.count;
        if self.bundles.fars.len() <= link as usize {
            self.bundles.fars.resize(self.links.len(), Far::default());
        }
        self.bundles.fars[link as usize] = far;
    }
}

//! Hubs crossed by flows that links at rest hold: their loads follow without a look at these flows.
//!
//! A hub that is tested counts such a flow with the rate it was told last, which is exact: bundles have
//! lower rates than flows that take what they leave, so in the sweep a bundle has its new rate, and
//! hubs are told, before any is tested at a level at which that matters. The flow has a rate of its
//! own again once the hub may hold it.
//!
//! Not here: what a rest is, see `rest`.

use super::sweep::Sweep;
use super::table::{Flow, IDLE, Link, State, Tables, UNBOUND};

impl Sweep {
    /// A bundle has a new rate: hubs crossed by those who take what it leaves have another load.
    pub(super) fn tell_hubs(&mut self, tables: &mut Tables, bundle: u32) {
        let Some(index) = tables.as_bundle(bundle) else { return };
        let mut watchers = std::mem::take(&mut tables.bundles.list[index].watchers);
        watchers.retain(|(link, turn)| self.renew_rest(tables, *link, *turn));
        tables.bundles.list[index].watchers = watchers;
    }

    /// Finds the level of a link at rest and tells hubs of it; returns whether this rest goes on.
    fn renew_rest(&mut self, tables: &mut Tables, link: u32, turn: u8) -> bool {
        let Link { rests, turn: now, level: old, members, member_count, .. } =
            tables.links[link as usize];
        if !rests || turn != now {
            return false;
        }
        let level = tables.rest(link).level(tables);
        if level == old {
            return true;
        }
        tables.links[link as usize].level = level;
        for place in 0..member_count as usize {
            let flow = tables.members.at(members, place);
            let is_held = tables.flows[flow as usize].state == State::Resting
                && tables.bundles.tie(flow) == link;
            if is_held {
                self.move_on_hubs(tables, flow, level.wrapping_sub(old));
            }
        }
        true
    }

    /// A flow that a link at rest holds has so much more.
    fn move_on_hubs(&mut self, tables: &mut Tables, flow: u32, gain: u64) {
        let Flow { hops, hop_count, .. } = tables.flows[flow as usize];
        for hop in 0..hop_count {
            let number = tables.link_at(hops, hop);
            let link = &mut tables.links[number as usize];
            if !link.is_hub {
                continue;
            }
            link.load = link.load.wrapping_add(gain);
            let is_full = link.load.saturating_add(u64::from(link.flow_count)) > link.capacity;
            if link.work == IDLE && (link.is_ample() || (link.level == UNBOUND && !is_full)) {
                continue;
            }
            let index = self.join(tables, number);
            let work = &mut self.work[index as usize];
            (work.floor, work.certain, work.list) = (0, false, None);
            self.mark_stale(index);
            if is_full {
                self.make_due(index);
            }
        }
    }
}

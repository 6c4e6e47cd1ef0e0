//! How flows begin to rise, and stop: what the sweep does to a flow and the links on its path.

use super::sweep::Sweep;
use super::table::{Flow, Hop, IDLE, State, Tables, UNBOUND};

impl Sweep {
    /// Lets the members that only this link had held rise: they are among the first `count` above.
    pub(super) fn release(&mut self, tables: &mut Tables, count: usize, level: u64) {
        let above = std::mem::take(&mut self.above);
        for &(_, flow, _) in &above[..count] {
            let Flow { state, rate, .. } = tables.flows[flow as usize];
            if state == State::Fixed && rate == level {
                self.raise(tables, flow);
            }
        }
        self.above = above;
    }

    /// Makes a flow rise, which all links on its path must watch unless they are ample.
    pub(super) fn raise(&mut self, tables: &mut Tables, flow: u32) {
        self.wake_path(tables, flow);
        let record = &mut tables.flows[flow as usize];
        record.state = State::Rising;
        self.rising += 1;
        self.touch(flow, record);
        let Flow { rate, hops, hop_count, .. } = *record;
        self.queue_limit(tables, flow);
        let weight = tables.weight(flow);
        for hop in 0..hop_count {
            let Hop { link: number, position } = tables.hops.at(hops, usize::from(hop));
            tables.make_near(number, position);
            let link = &mut tables.links[number as usize];
            if link.work == IDLE && link.is_ample() {
                continue;
            }
            link.held = link.held.saturating_sub(if link.level == rate { weight } else { 0 });
            let index = self.join(tables, number);
            let work = &mut self.work[index as usize];
            work.rising += weight;
            work.rising_load += rate * u64::from(weight);
            (work.floor, work.certain, work.list) = (0, false, None);
            self.mark_stale(index);
        }
    }

    /// Gives the members of all links that block at this level their rate.
    ///
    /// All of these links were tested before any of them stops a flow: this makes the outcome
    /// independent of their order.
    pub(super) fn stop_members(&mut self, tables: &mut Tables, level: u64) {
        while let Some(index) = self.blocked.pop() {
            let number = self.work[index as usize].link as usize;
            let count = match self.work[index as usize].list {
                Some((start, count)) => {
                    let mut held = 0;
                    for place in start..start + count {
                        let flow = self.lists[place as usize];
                        held += tables.weight(flow);
                        self.stop_member(tables, flow, level);
                    }
                    held
                }
                None => self.stop_all(tables, number, level),
            };
            tables.links[number].held = count;
        }
    }

    /// Stops the members of a link of which it is not known who they are.
    fn stop_all(&mut self, tables: &mut Tables, link: usize, level: u64) -> u32 {
        let mut held = 0;
        for position in tables.far_count(link as u32)..tables.links[link].member_count as usize {
            // Flows that leave bundles meanwhile are stopped as they do, but may move the list.
            let flow = tables.members.at(tables.links[link].members, position);
            self.stop_member(tables, flow, level);
            let at_level = tables.flows[flow as usize].rate == level;
            held += if at_level { tables.weight(flow) } else { 0 };
        }
        held
    }

    pub(super) fn stop_member(&mut self, tables: &mut Tables, flow: u32, level: u64) {
        // That of a flow at rest is the most that it can be.
        self.part_resting(tables, flow);
        let Flow { state, rate, .. } = tables.flows[flow as usize];
        if state == State::Rising || rate > level {
            self.stop(tables, flow, level);
        }
    }

    /// A flow has found its rate.
    pub(super) fn stop(&mut self, tables: &mut Tables, flow: u32, level: u64) {
        self.shed_low(tables, flow, level);
        self.wake_path(tables, flow);
        let weight = tables.weight(flow);
        let record = &mut tables.flows[flow as usize];
        self.touch(flow, record);
        let Flow { rate: old, cap, state, hops, hop_count, .. } = *record;
        record.rate = level;
        record.state = State::Fixed;
        let was_rising = state == State::Rising;
        self.rising -= usize::from(was_rising);
        for hop in 0..hop_count {
            let Hop { link: number, position } = tables.hops.at(hops, usize::from(hop));
            tables.make_near_at(number, position, level);
            let link = &mut tables.links[number as usize];
            let gain = level.wrapping_sub(old).wrapping_mul(u64::from(weight));
            link.load = link.load.wrapping_add(gain);
            let lost = if !was_rising && link.level == old { weight } else { 0 };
            link.held = link.held.saturating_sub(lost);
            if link.work != IDLE {
                let (index, load, count) = (link.work, link.load, u64::from(link.flow_count));
                let is_full = load.saturating_add(count) > link.capacity;
                self.note_stop(index, was_rising.then_some((old, weight)), cap == level, is_full);
            } else if link.level != UNBOUND && old != level {
                let index = self.join(tables, number);
                self.mark_stale(index);
            }
        }
        self.tell_hubs(tables, flow);
    }

    /// A member of a link in the sweep has stopped; `rose_from` is its old rate if it was rising.
    fn note_stop(
        &mut self,
        index: u32,
        rose_from: Option<(u64, u32)>,
        at_cap: bool,
        is_full: bool,
    ) {
        let work = &mut self.work[index as usize];
        work.certain &= at_cap && rose_from.is_some();
        if let Some((old, weight)) = rose_from {
            work.rising -= weight;
            work.rising_load -= old * u64::from(weight);
            if is_full {
                self.make_due(index);
            }
        }
    }
}

//! One settlement: a sweep of the level from 0 upward over the links that changes can reach.
//!
//! A link with a lower level influences links with higher levels that share a flow, never the other
//! way round (the bottleneck structure of Ros-Giralt et al., SIGMETRICS 2020). So the sweep visits
//! levels in rising order, and only those at which something may differ from the last settlement:
//!
//! - a flow under consideration is *rising* until a link or its cap stops it;
//! - a link on the path of a rising flow joins the sweep with a lower bound of the level at which
//!   it could block, which costs no look at its members;
//! - when the sweep reaches that bound, the link is tested. It *blocks*, and stops its members at
//!   this level, or it gets a better bound;
//! - when the sweep reaches the old level of a link that no longer blocks there, the link
//!   *releases* the members it had held, and they rise;
//! - a link with an old level joins when a member's rate changes; all others only change their load.

use super::bound::{Scan, Work};
use super::radix::Radix;
use super::table::{BUNDLE, Flow, IDLE, Link, State, TOUCHED, Tables, UNBOUND};

/// Queue tags from here on are flows that reach their cap; below are indices of [`Work`].
pub(super) const FLOW_TAG: u64 = 1 << 32;

/// The queue and lists of a settlement, kept only to reuse their memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweep {
    pub(super) queue: Radix,
    pub(super) work: Vec<Work>,
    stale: Vec<u32>,
    pub(super) blocked: Vec<u32>,
    /// How many flows are rising, and how many links are due.
    pub(super) rising: usize,
    due: usize,
    /// The level that the sweep has reached.
    pub(super) level: u64,
    /// The rates above the tested level of a link's members, as far as they are known; with the
    /// members and their weights.
    pub(super) above: Vec<(u64, u32, u32)>,
    /// Lists of members that stop when their link blocks.
    pub(super) lists: Vec<u32>,
    /// Flows whose rate may have changed, with the rate at the last settlement.
    pub(super) touched: Vec<(u32, u64)>,
}

impl Sweep {
    /// Notes the rate that a flow had at the last settlement, once.
    pub(super) fn touch(&mut self, flow: u32, record: &mut Flow) {
        if record.marks & TOUCHED == 0 {
            record.marks |= TOUCHED;
            self.touched.push((flow, record.rate));
        }
    }

    /// A link changed in a way that may move its level; `shrunk` when it may block anew.
    pub(super) fn reconsider(&mut self, tables: &mut Tables, link: u32, shrunk: bool) {
        let record = &tables.links[link as usize];
        if record.level != UNBOUND || (shrunk && !record.is_ample()) {
            let index = self.join(tables, link);
            self.make_due(index);
            self.mark_stale(index);
        }
    }

    /// Settles everything: on return all rates, loads and levels are right.
    pub(super) fn run(&mut self, tables: &mut Tables) {
        self.level = 0;
        loop {
            let level = self.level;
            self.refresh_keys(tables, level);
            if let Some(tag) = self.queue.pop() {
                self.visit(tables, tag, level);
            } else if !self.blocked.is_empty() {
                self.stop_members(tables, level);
            } else if self.rising + self.due == 0 {
                break;
            } else {
                let Some(next) = self.queue.advance() else { break };
                self.level = next;
            }
        }
        self.queue.clear();
        self.lists.clear();
        for work in self.work.drain(..) {
            tables.links[work.link as usize].work = IDLE;
        }
        (self.rising, self.due) = (0, 0);
    }

    /// The sweep's record of a link, made if need be.
    pub(super) fn join(&mut self, tables: &mut Tables, link: u32) -> u32 {
        let record = &mut tables.links[link as usize];
        if record.work == IDLE {
            record.work = self.work.len() as u32;
            self.work.push(Work::new(link));
        }
        let (index, has_level) = (record.work, record.level != UNBOUND);
        if has_level {
            self.make_due(index);
        }
        index
    }

    pub(super) fn make_due(&mut self, index: u32) {
        let work = &mut self.work[index as usize];
        if !work.due && !work.done {
            work.due = true;
            self.due += 1;
        }
    }

    fn drop_due(&mut self, index: u32) {
        let work = &mut self.work[index as usize];
        if work.due {
            work.due = false;
            self.due -= 1;
        }
    }

    pub(super) fn mark_stale(&mut self, index: u32) {
        let work = &mut self.work[index as usize];
        if !work.stale {
            work.stale = true;
            self.stale.push(index);
        }
    }

    /// Queues the links whose key has fallen. A key that has risen is noticed when it is reached.
    fn refresh_keys(&mut self, tables: &Tables, level: u64) {
        while let Some(index) = self.stale.pop() {
            let work = &mut self.work[index as usize];
            work.stale = false;
            let key = work.next_key(&tables.links[work.link as usize]).max(level);
            if key < work.key && !work.done {
                work.key = key;
                self.queue.push(key, u64::from(index));
            }
        }
    }

    fn visit(&mut self, tables: &mut Tables, tag: u64, level: u64) {
        if tag >= FLOW_TAG {
            let flow = tag as u32;
            if tables.flows[flow as usize].state == State::Rising {
                self.reach_limit(tables, flow, level);
            }
            return;
        }
        let work = &mut self.work[tag as usize];
        if work.key != level || work.done {
            return;
        }
        work.key = UNBOUND;
        if work.next_key(&tables.links[work.link as usize]) <= level {
            self.test(tables, tag as u32, level);
        } else {
            self.mark_stale(tag as u32);
        }
    }

    /// Does the link block at this level? If not, from which level on might it?
    fn test(&mut self, tables: &mut Tables, index: u32, level: u64) {
        let Work { link: number, floor, certain, .. } = self.work[index as usize];
        if certain && floor == level {
            return self.block(tables, index, level);
        }
        let releases = tables.links[number as usize].level == level;
        tables.part_near(number, level);
        if releases {
            self.wake_held(tables, number);
        }
        let mut scan = self.scan(tables, number, level, releases);
        if scan.tied {
            self.part_tested(tables, number);
            scan = self.scan(tables, number, level, releases);
        }
        let link = tables.links[number as usize];
        if scan.blocks(link.capacity, level) {
            self.list(index, scan.above);
            return self.block(tables, index, level);
        }
        if releases {
            tables.links[number as usize].level = UNBOUND;
            self.release(tables, scan.above, level);
        }
        let (floor, certain, count) = self.next_floor(&scan, &link, level);
        let work = &mut self.work[index as usize];
        (work.floor, work.certain) = (floor, certain);
        if certain {
            self.list(index, count);
        }
        if floor == UNBOUND && (releases || link.level == UNBOUND) {
            self.drop_due(index);
        }
        self.mark_stale(index);
    }

    fn block(&mut self, tables: &mut Tables, index: u32, level: u64) {
        self.drop_due(index);
        self.work[index as usize].done = true;
        tables.links[self.work[index as usize].link as usize].level = level;
        self.blocked.push(index);
    }

    /// Remembers who stops when the link blocks.
    fn list(&mut self, index: u32, count: usize) {
        let work = &mut self.work[index as usize];
        work.list = Some((self.lists.len() as u32, count as u32));
        self.lists.extend(self.above[..count].iter().map(|(_, flow, _)| flow));
    }

    /// Looks at all members. Those that `releases` lets rise count as above the level.
    fn scan(&mut self, tables: &Tables, link: u32, level: u64, releases: bool) -> Scan {
        // Only hubs have bundles among their members.
        let far = tables.far_count(link);
        let link = &tables.links[link as usize];
        let (mut scan, mut above, mut near) = (Scan::default(), 0, 0_u64);
        self.above.resize(self.above.len().max(link.member_count as usize), (0, 0, 0));
        // Without branches: which side of the level a member is on cannot be foreseen.
        let members = tables.members.slice(link.members, link.member_count as usize);
        for &flow in &members[far..] {
            let Flow { rate, cap, state, marks, .. } = tables.flows[flow as usize];
            let is_tied = matches!(state, State::Bundled | State::Resting);
            let rate = if is_tied { tables.tied_rate(link, flow, level) } else { rate };
            scan.tied |= is_tied & (rate == level);
            let rises = (state == State::Rising) | (releases & (rate == level));
            let weight = if marks & BUNDLE != 0 { tables.weight(flow) } else { 1 };
            let count = u64::from(weight);
            near = near.wrapping_add(rate.wrapping_mul(count));
            let rate = if rises { cap } else { rate };
            scan.below += if rate < level { rate * count } else { 0 };
            scan.reach += if rate >= level { count } else { 0 };
            scan.content += u64::from((rate >= level) & (cap == level));
            scan.stay += if rate == level { count } else { 0 };
            scan.rest += if rate > level { count } else { 0 };
            self.above[above] = (rate, flow, weight);
            above += usize::from(rate > level);
        }
        scan.above = above;
        // Where somebody's rate is not known yet this means nothing: the members are looked at again.
        scan.below = scan.below.wrapping_add(link.load.wrapping_sub(near));
        scan
    }

    /// The lowest level above `level` at which the link blocks if all goes on as it is; whether it
    /// surely does then; and how many members it stops, now the first of those above.
    fn next_floor(&mut self, scan: &Scan, link: &Link, level: u64) -> (u64, bool, usize) {
        let mut left = link.capacity - scan.below - scan.stay * level;
        let (mut count, mut rest) = (scan.above, scan.rest);
        while let Some(floor) = left.checked_div(rest) {
            let (mut kept, mut ties) = (0, false);
            for index in 0..count {
                let (rate, flow, weight) = self.above[index];
                let gone = if rate < floor { u64::from(weight) } else { 0 };
                left -= rate.wrapping_mul(gone);
                rest -= gone;
                ties |= rate == floor;
                self.above[kept] = (rate, flow, weight);
                kept += usize::from(rate >= floor);
            }
            if kept == count {
                return (floor, !ties, count);
            }
            count = kept;
        }
        (UNBOUND, false, 0)
    }
}

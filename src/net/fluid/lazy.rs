//! Bundles during a settlement: who leaves one, and who joins one afterwards.
//!
//! A bundle moves as a flow does. As it rises past the end of a flow's span, this flow leaves it and
//! rises on its own; as it falls below the beginning, the flow leaves it and falls alone. A link
//! that is tested takes its members out of their bundles first, so that it knows their rates.

use super::sweep::{FLOW_TAG, Sweep};
use super::table::{Flow, IDLE, Link, OUT, State, TOUCHED, Tables};

/// As the rate at the last settlement: whatever the rate is now, it counts as changed.
const ANY: u64 = u64::MAX;

impl Sweep {
    /// Puts a rising flow's cap into the queue, or where the first one leaves a rising bundle.
    pub(super) fn queue_limit(&mut self, tables: &mut Tables, flow: u32) {
        let high = tables.first_high(flow).map(|(high, _)| high);
        let limit = high.unwrap_or(tables.flows[flow as usize].cap);
        if limit != u64::MAX {
            self.queue.push(limit, FLOW_TAG | u64::from(flow));
        }
    }

    /// A rising flow is at its cap, or a bundle at the end of the span of one of its flows.
    pub(super) fn reach_limit(&mut self, tables: &mut Tables, flow: u32, level: u64) {
        if !tables.is_bundle(flow) {
            return self.stop(tables, flow, level);
        }
        while let Some((high, first)) = tables.first_high(flow) {
            if high > level {
                return self.queue_limit(tables, flow);
            }
            self.part(tables, first);
        }
        self.stop_member(tables, flow, level);
    }

    /// Lets the flows of a bundle that stops at `level` leave it first whose span begins higher.
    pub(super) fn shed_low(&mut self, tables: &mut Tables, flow: u32, level: u64) {
        while let Some((low, first)) = tables.first_low(flow) {
            if low <= level {
                return;
            }
            self.part(tables, first);
            self.stop_member(tables, first, level);
        }
    }

    /// Lets all flows on a link have rates of their own.
    pub(super) fn part_all(&mut self, tables: &mut Tables, link: u32) {
        self.wake(tables, link);
        for flow in tables.tied_on(link) {
            self.part(tables, flow);
        }
    }

    /// Lets a flow have a rate of its own.
    pub(super) fn part(&mut self, tables: &mut Tables, flow: u32) {
        match tables.flows[flow as usize].state {
            State::Bundled => self.unbundle(tables, flow),
            State::Resting => self.wake(tables, tables.bundles.tie(flow)),
            _ => {}
        }
    }

    /// Lets all flows on a link that is tested have rates of their own whose rates are not known, or
    /// which a hub may hold beside the link at rest that does.
    pub(super) fn part_tested(&mut self, tables: &mut Tables, link: u32) {
        if !tables.links[link as usize].is_hub {
            return self.part_all(tables, link);
        }
        let Link { members, member_count, .. } = tables.links[link as usize];
        let near = tables.far_count(link)..member_count as usize;
        let near: Vec<u32> = near.map(|place| tables.members.at(members, place)).collect();
        for flow in near {
            let rests = tables.flows[flow as usize].state == State::Resting;
            if rests && tables.told_rate(flow) == self.level {
                self.part(tables, flow);
            }
        }
    }

    /// Lets a flow that a link at rest holds have a rate of its own.
    pub(super) fn part_resting(&mut self, tables: &mut Tables, flow: u32) {
        if tables.flows[flow as usize].state == State::Resting {
            self.part(tables, flow);
        }
    }

    /// Wakes all links of those members of a link that it holds at this level and may release.
    pub(super) fn wake_held(&mut self, tables: &mut Tables, link: u32) {
        let mut place = tables.far_count(link) as u32;
        // Waking may add members.
        while tables.bundles.has_hubs && place < tables.links[link as usize].member_count {
            let flow = tables.members.at(tables.links[link as usize].members, place as usize);
            let Flow { rate, state, .. } = tables.flows[flow as usize];
            if state == State::Fixed && rate == self.level {
                self.wake_path(tables, flow);
            }
            place += 1;
        }
    }

    /// Wakes all links of a flow that is about to change.
    pub(super) fn wake_path(&mut self, tables: &mut Tables, flow: u32) {
        if !tables.bundles.has_hubs {
            return;
        }
        let Flow { hops, hop_count, .. } = tables.flows[flow as usize];
        for hop in 0..hop_count {
            self.wake(tables, tables.link_at(hops, hop));
        }
    }

    /// Ends a link's rest: those that it holds have rates of their own again, and those that are in
    /// bundles leave them.
    pub(super) fn wake(&mut self, tables: &mut Tables, link: u32) {
        if !tables.links[link as usize].rests {
            return;
        }
        let members = tables.end_rest(link);
        for &flow in &members {
            if tables.flows[flow as usize].state == State::Fixed {
                self.forget(tables, flow, None);
                self.report(tables, flow);
            }
        }
        for flow in members {
            // Links that take what this one leaves wake with it, and those that leave it something.
            self.wake_path(tables, flow);
            self.part(tables, flow);
        }
    }

    /// Takes a flow out of its bundle. It does alone what the bundle was doing.
    fn unbundle(&mut self, tables: &mut Tables, flow: u32) {
        self.wake_path(tables, flow);
        // Waking may have led here.
        if tables.flows[flow as usize].state != State::Bundled {
            return;
        }
        let Flow { rate, state, .. } = tables.flows[tables.bundle_of(flow) as usize];
        let rises = state == State::Rising;
        let is_blocked = self.forget(tables, flow, rises.then_some(rate));
        tables.leave_bundle(flow, rate);
        self.report(tables, flow);
        if rises {
            self.raise(tables, flow);
        }
        // The link may be stopping its members right now, and would miss a new one.
        if is_blocked {
            self.stop_member(tables, flow, self.level);
        }
    }

    /// Tells the links of a flow that is about to leave its bundle, whose old rate is told if it
    /// rises. Returns whether one of them blocks at this level.
    fn forget(&mut self, tables: &Tables, flow: u32, rising: Option<u64>) -> bool {
        let mut is_blocked = false;
        for hop in tables.path(flow) {
            let index = tables.links[hop.link as usize].work;
            if index == IDLE {
                continue;
            }
            // What is known of those who stop there does not name the flow.
            let work = &mut self.work[index as usize];
            (work.certain, work.list) = (false, None);
            is_blocked |= work.done;
            if let Some(rate) = rising.filter(|_| hop.position == OUT) {
                work.rising -= 1;
                work.rising_load -= rate;
            }
        }
        is_blocked
    }

    /// Has a flow reported as changed, because how its rate is found out has.
    pub(super) fn report(&mut self, tables: &mut Tables, flow: u32) {
        let record = &mut tables.flows[flow as usize];
        if record.marks & TOUCHED == 0 {
            record.marks |= TOUCHED;
            self.touched.push((flow, ANY));
        }
    }

    /// Lets those of these links rest that can, in ascending order, and others with them.
    fn let_rest(&mut self, tables: &mut Tables, links: &[u32]) {
        let mut awake = Vec::new();
        for &link in links {
            if awake.contains(&link) || !tables.links[link as usize].may_rest() {
                continue;
            }
            match tables.plan_group(link) {
                Ok(group) => {
                    let flows = tables.begin_rest(&group);
                    flows.into_iter().for_each(|flow| self.report(tables, flow));
                }
                // They would find the same.
                Err(group) => awake.extend(group),
            }
        }
    }

    /// Lets flows that this settlement has looked at join bundles, and links rest.
    pub(super) fn bundle(&mut self, tables: &mut Tables) {
        tables.clear_bundles();
        let mut links = Vec::new();
        for &(flow, _) in &self.touched {
            let joins = tables.is_bundle(flow) || tables.join_bundle(flow);
            if !joins && tables.bundles.has_hubs {
                tables.step_back(flow, &mut links);
            }
        }
        links.sort_unstable();
        links.dedup();
        self.let_rest(tables, &links);
        while let Some(bundle) = tables.bundles.made.pop() {
            self.report(tables, bundle);
        }
        for (flow, old) in &mut self.touched {
            let state = tables.flows[*flow as usize].state;
            *old = if matches!(state, State::Bundled | State::Resting) { ANY } else { *old };
        }
    }
}

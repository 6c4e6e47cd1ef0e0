//! Links at rest: small saturated links whose flows take what bundles leave, or other such flows.
//!
//! A flow that a hub holds leaves the rest of a small link to those that the small link holds: when
//! the hub's level moves, their rate does. While the level stays within a span that cannot change
//! who is held where, nothing else need know of it: the link *rests*. Flows that it holds get an
//! equal part of its capacity less the rates of the others, whenever somebody asks. It wakes when
//! one of its flows changes in any other way.
//!
//! Not here: when links wake, see `lazy`.

use super::plan::Group;
use super::table::{Flow, Link, State, Tables};

/// What those have whom a link at rest holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    pub(super) link: u32,
    /// The capacity less the rates of flows that are neither held nor ahead.
    pub(super) base: u64,
    /// How many flows the link holds.
    pub(super) held: u32,
}

impl Rest {
    /// The rate of those that the link holds.
    pub(super) fn level(self, tables: &Tables) -> u64 {
        let ahead = tables.ahead_on(self.link).map(|flow| tables.rate_of(flow));
        (self.base - ahead.sum::<u64>()) / u64::from(self.held)
    }
}

impl Tables {
    fn members_of(&self, link: u32) -> &[u32] {
        let record = &self.links[link as usize];
        self.members.slice(record.members, record.member_count as usize)
    }

    /// The rate that hubs were told of a flow that a link at rest holds.
    pub(super) fn told_rate(&self, flow: u32) -> u64 {
        self.links[self.bundles.tie(flow) as usize].level
    }

    /// The rate with which a test at `level` counts a flow that hangs on something: on a hub the one
    /// that it was told. Elsewhere it is not known, and at the level it is asked for.
    pub(super) fn tied_rate(&self, link: &Link, flow: u32, level: u64) -> u64 {
        if link.is_hub { self.told_rate(flow) } else { level }
    }

    /// The flows on a link at rest to whom it leaves what they take: those in bundles, and those whom
    /// another link at rest holds.
    pub(super) fn ahead_on(&self, link: u32) -> impl Iterator<Item = u32> + '_ {
        let members = self.members_of(link).iter().copied();
        members.filter(move |flow| match self.flows[*flow as usize].state {
            State::Bundled => true,
            State::Resting => self.bundles.tie(*flow) != link,
            _ => false,
        })
    }

    /// How a link at rest is shared.
    pub(super) fn rest(&self, link: u32) -> Rest {
        let mut rest = Rest { link, base: self.links[link as usize].capacity, held: 0 };
        for &flow in self.members_of(link) {
            let Flow { rate, state, .. } = self.flows[flow as usize];
            match state {
                State::Resting => rest.held += u32::from(self.bundles.tie(flow) == link),
                State::Bundled => {}
                _ => rest.base -= rate,
            }
        }
        rest
    }

    /// Lets links rest; returns all flows whose rates hang on something now.
    pub(super) fn begin_rest(&mut self, group: &Group) -> Vec<u32> {
        let mut flows = Vec::new();
        for plan in &group.plans {
            let record = &mut self.links[plan.link as usize];
            (record.rests, record.turn) = (true, record.turn.wrapping_add(1));
            for &flow in &plan.held {
                self.set_bound(flow, plan.level + plan.reach, State::Resting);
                self.tie_to_link(flow, plan.link);
            }
            flows.extend_from_slice(&plan.held);
        }
        for joiner in &group.joiners {
            let (flow, rate) = (joiner.flow, self.flows[joiner.flow as usize].rate);
            // If there is no such bundle after all, it wakes its links when it changes.
            if let Some(bundle) = self.bundle_for(flow) {
                self.tie(flow, bundle, (rate - joiner.span, rate + joiner.span));
            }
            flows.push(flow);
        }
        self.watch(group);
        flows
    }

    /// Has the bundles of a group tell those of its links on which a hub's load hangs.
    fn watch(&mut self, group: &Group) {
        for plan in group.plans.iter().filter(|plan| plan.feeds_hub) {
            let turn = self.links[plan.link as usize].turn;
            for joiner in &group.joiners {
                if self.flows[joiner.flow as usize].state == State::Bundled {
                    let bundle = self.bundles.tie(joiner.flow) as usize;
                    self.bundles.list[bundle].watchers.push((plan.link, turn));
                }
            }
        }
    }

    /// Ends a rest, at the level that it has now; returns all that cross the link and whose rates
    /// hung on something.
    pub(super) fn end_rest(&mut self, link: u32) -> Vec<u32> {
        let rest = self.rest(link);
        let level = rest.level(self);
        let record = &mut self.links[link as usize];
        (record.rests, record.level, record.held) = (false, level, rest.held);
        let mut flows = self.members_of(link).to_vec();
        flows.retain(|flow| {
            matches!(self.flows[*flow as usize].state, State::Bundled | State::Resting)
        });
        for &flow in &flows {
            if self.bundles.tie(flow) == link && self.flows[flow as usize].state == State::Resting {
                self.set_bound(flow, level, State::Fixed);
                self.untie(flow);
            }
        }
        flows
    }

    /// Has a flow's links count it with this rate. Hubs count those who hang on a link at rest with
    /// what they have, see `feed`.
    fn set_bound(&mut self, flow: u32, rate: u64, state: State) {
        let Flow { rate: old, hops, hop_count, .. } = self.flows[flow as usize];
        for hop in 0..hop_count {
            let link = self.link_at(hops, hop) as usize;
            let link = &mut self.links[link];
            if !link.is_hub {
                link.load = link.load + rate - old;
            }
        }
        let record = &mut self.flows[flow as usize];
        (record.rate, record.state) = (rate, state);
    }
}

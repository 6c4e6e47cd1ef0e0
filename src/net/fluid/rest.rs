//! Links at rest: small saturated links whose flows take what bundles leave.
//!
//! A flow that a hub holds leaves the rest of a small link to those that the small link holds: when
//! the hub's level moves, their rate does. While the level stays within a span that cannot change
//! who is held where, nothing else need know of it: the link *rests*. Flows that it holds get an
//! equal part of its capacity less the rates of the others, whenever somebody asks. It wakes when
//! one of its flows changes in any other way.
//!
//! Not here: when links wake, see `lazy`.

use super::table::{Flow, Link, State, Tables, UNBOUND};

/// What those have whom a link at rest holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    pub(super) link: u32,
    /// The capacity less the rates of flows that are neither held nor in a bundle.
    pub(super) base: u64,
    /// How many flows the link holds.
    pub(super) held: u32,
}

impl Rest {
    /// The rate of those that the link holds.
    pub(super) fn level(self, tables: &Tables) -> u64 {
        let bundled = tables.bundled_on(self.link).map(|flow| tables.rate_of(flow));
        (self.base - bundled.sum::<u64>()) / u64::from(self.held)
    }
}

/// At most so many links begin to rest together.
const LARGEST_GROUP: usize = 8;

/// A link that might rest, as a look at its members shows it.
struct Plan {
    link: u32,
    level: u64,
    held: Vec<u32>,
    bundled: Vec<u32>,
    /// The largest rate below the level.
    top: u64,
    /// By how much the level can rise.
    room: u64,
    /// By how much the bundles' rates can move either way.
    span: u64,
}

impl Tables {
    fn members_of(&self, link: u32) -> &[u32] {
        let record = &self.links[link as usize];
        self.members.slice(record.members, record.member_count as usize)
    }

    /// The flows on a small link that are in bundles.
    pub(super) fn bundled_on(&self, link: u32) -> impl Iterator<Item = u32> + '_ {
        let members = self.members_of(link).iter().copied();
        members.filter(|flow| self.flows[*flow as usize].state == State::Bundled)
    }

    /// How a link at rest is shared.
    pub(super) fn rest(&self, link: u32) -> Rest {
        let mut rest = Rest { link, base: self.links[link as usize].capacity, held: 0 };
        for &flow in self.members_of(link) {
            let Flow { rate, state, .. } = self.flows[flow as usize];
            match state {
                State::Resting => rest.held += 1,
                State::Bundled => {}
                _ => rest.base -= rate,
            }
        }
        rest
    }

    /// Lets a link rest if it can, and with it others that have to; returns all flows whose rates
    /// hang on something now.
    pub(super) fn begin_rest(&mut self, link: u32) -> Vec<u32> {
        let Some(plans) = self.plan_group(link) else { return Vec::new() };
        let mut flows = Vec::new();
        for plan in &plans {
            self.links[plan.link as usize].rests = true;
            for &flow in &plan.held {
                self.set_bound(flow, plan.level + plan.room, State::Resting);
                self.tie_to_link(flow, plan.link);
            }
            flows.extend_from_slice(&plan.held);
        }
        let mut spans: Vec<(u32, u64)> = Vec::new();
        for plan in plans {
            spans.extend(plan.bundled.into_iter().map(|flow| (flow, plan.span)));
        }
        // The least span of a flow on several links comes first.
        spans.sort_unstable();
        spans.dedup_by_key(|(flow, _)| *flow);
        for (flow, span) in spans {
            self.rest_bundled(flow, span);
            flows.push(flow);
        }
        flows
    }

    /// Puts a flow on links at rest into its bundle. Where it finds no room after all it goes on
    /// alone, and wakes its links when it changes.
    fn rest_bundled(&mut self, flow: u32, span: u64) {
        let rate = self.flows[flow as usize].rate;
        let Some((_, high)) = self.span(flow, true) else { return };
        if let Some(bundle) = self.bundle_for(flow) {
            self.tie(flow, bundle, (rate - span, high.min(rate + span)));
        }
    }

    /// Plans for a link and for those that saturate beside it on the ways of its bundled flows.
    fn plan_group(&mut self, link: u32) -> Option<Vec<Plan>> {
        let (mut links, mut plans) = (vec![link], Vec::new());
        while let Some(&link) = links.get(plans.len()) {
            let plan = self.plan_rest(link)?;
            for &flow in &plan.bundled {
                for hop in self.path(flow) {
                    let record = &self.links[hop.link as usize];
                    let is_saturated = !record.is_hub && record.level != UNBOUND;
                    if is_saturated && !links.contains(&hop.link) {
                        links.push(hop.link);
                    }
                }
            }
            plans.push(plan);
            if links.len() > LARGEST_GROUP {
                return None;
            }
        }
        Some(plans)
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
            if self.flows[flow as usize].state == State::Resting {
                self.set_bound(flow, level, State::Fixed);
                self.untie(flow);
            }
        }
        flows
    }

    /// Has a flow's links count it with this rate.
    fn set_bound(&mut self, flow: u32, rate: u64, state: State) {
        let Flow { rate: old, hops, hop_count, .. } = self.flows[flow as usize];
        for hop in 0..hop_count {
            let link = self.link_at(hops, hop) as usize;
            self.links[link].load = self.links[link].load + rate - old;
        }
        let record = &mut self.flows[flow as usize];
        (record.rate, record.state) = (rate, state);
    }

    /// Whether a link can rest, and within which span.
    fn plan_rest(&mut self, link: u32) -> Option<Plan> {
        let record = self.links[link as usize];
        if !record.may_rest() {
            return None;
        }
        let (level, room) = (record.level, record.level >> 3);
        let (held, bundled) = (Vec::new(), Vec::new());
        let mut plan = Plan { link, level, held, bundled, top: 0, room, span: UNBOUND };
        for place in 0..record.member_count as usize {
            let flow = self.members.at(record.members, place);
            if self.plan_member(&mut plan, flow).is_none() {
                // Next time a look at this one is enough, most likely.
                self.swap_members(link, 0, place as u32);
                return None;
            }
        }
        self.plan_span(plan, u64::from(record.flow_count))
    }

    fn plan_member(&mut self, plan: &mut Plan, flow: u32) -> Option<()> {
        let Flow { rate, cap, state, .. } = self.flows[flow as usize];
        if state != State::Fixed || rate > plan.level {
            return None;
        }
        if rate == plan.level {
            plan.held.push(flow);
            plan.room = plan.room.min(cap - rate).min(self.room_beside(flow, plan.link)?);
            return Some(());
        }
        plan.top = plan.top.max(rate);
        let is_held = |link: &Link| link.is_hub && link.level == rate;
        if self.path(flow).iter().any(|hop| is_held(&self.links[hop.link as usize])) {
            let (low, high) = self.span(flow, true)?;
            plan.span = plan.span.min(rate - low).min(high - rate);
            plan.bundled.push(flow);
        }
        Some(())
    }

    /// By how much a flow can grow without a link beside this one having to look; `None` when it
    /// crosses a hub or a saturated link.
    fn room_beside(&self, flow: u32, link: u32) -> Option<u64> {
        let mut room = UNBOUND;
        for hop in self.path(flow).iter().filter(|hop| hop.link != link) {
            let record = &self.links[hop.link as usize];
            if record.is_hub {
                return None;
            }
            room = room.min(record.spare()?);
        }
        Some(room)
    }

    /// How far the bundles' rates can move. With `b` of them and `n` flows held, the level moves by
    /// `b / n` of that, and a micro-bit. Rates near each other are kept apart by one micro-bit a
    /// flow and two more, so that the level is that of a link that holds the same flows.
    fn plan_span(&self, mut plan: Plan, flows: u64) -> Option<Plan> {
        let (held, bundled) = (plan.held.len() as u64, plan.bundled.len() as u64);
        if held == 0 || bundled == 0 {
            return None;
        }
        let gap = (plan.level - plan.top).checked_sub(flows + 4)?;
        // Those that are held may meet again on another link.
        let room = (plan.room / held).checked_sub(flows + 4)?;
        let by_gap = u128::from(gap) * u128::from(held) / u128::from(held + bundled);
        let by_room = u128::from(room) * u128::from(held) / u128::from(bundled);
        plan.span = u64::try_from(by_gap.min(by_room).min(plan.span.into())).ok()?;
        plan.room = (plan.span * bundled).div_ceil(held) + 1;
        (plan.span > plan.top >> 10).then_some(plan)
    }
}

//! Which links can rest, together, and how far the rates on them may move meanwhile.
//!
//! Links at rest stand one behind another: one takes what bundles leave, the next one what is left
//! by those whom the first one holds. So a link rests with all that its flows lead to: saturated
//! links that those cross whom it holds, and links that hold those whom it has to take as they come.
//! A link below which nothing moves is none of these: its level is a constant.
//!
//! Not here: what a rest is, see `rest`.

use super::table::{Flow, Hop, Link, State, Tables, UNBOUND};

/// At most so many links begin to rest together.
const LARGEST_GROUP: usize = 32;
/// So far behind a link those are looked for on whom its level hangs.
const LONGEST_CHAIN: u32 = 6;
/// Bundles may move by these parts of their rates, as powers of a half: first the widest is tried.
const SPAN_SHIFTS: std::ops::Range<u32> = 3..10;

/// What a rate that moves hangs on.
#[derive(Clone, Copy)]
enum Source {
    /// The bundle that this flow is to join.
    Bundle(u32),
    /// The level of this link.
    Link(u32),
}

/// A link that is to rest.
pub(super) struct Plan {
    pub(super) link: u32,
    pub(super) level: u64,
    /// How many flows cross it.
    flows: u64,
    pub(super) held: Vec<u32>,
    /// Rates below the level that will move.
    ahead: Vec<(u64, Source)>,
    /// The largest rate below the level that will not.
    top: u64,
    /// By how much the level can rise before a cap or a hub has to look.
    room: u64,
    /// By how much it moves either way at most.
    pub(super) reach: u64,
    /// Whether a flow that it holds crosses a hub.
    pub(super) feeds_hub: bool,
}

/// A flow that is to join a bundle.
pub(super) struct Joiner {
    pub(super) flow: u32,
    rate: u64,
    /// By how much its rate could move either way, and by how much it may.
    most: u64,
    pub(super) span: u64,
}

/// Links that can only rest together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) links: Vec<u32>,
    /// Links with lower levels first.
    pub(super) plans: Vec<Plan>,
    pub(super) joiners: Vec<Joiner>,
    /// Links that do not saturate, and what will move on them.
    beside: Vec<(u32, Source)>,
}

impl Group {
    fn add(&mut self, link: u32) {
        if !self.links.contains(&link) {
            self.links.push(link);
        }
    }

    /// By how much a rate may move.
    fn reach_of(&self, source: Source) -> u64 {
        let reach = match source {
            Source::Bundle(flow) => {
                self.joiners.iter().find(|joiner| joiner.flow == flow).map(|joiner| joiner.span)
            }
            Source::Link(link) => {
                self.plans.iter().find(|plan| plan.link == link).map(|plan| plan.reach)
            }
        };
        reach.unwrap_or(UNBOUND)
    }

    /// Whether nobody changes places while bundles move by this part of their rates.
    fn fits(&mut self, tables: &Tables, shift: u32) -> bool {
        for joiner in &mut self.joiners {
            joiner.span = joiner.most.min(joiner.rate >> shift);
        }
        for index in 0..self.plans.len() {
            let Some(reach) = self.reach(&self.plans[index]) else { return false };
            self.plans[index].reach = reach;
        }
        self.fits_beside(tables)
    }

    /// By how much the level of a link moves. Each rounding adds a micro-bit. Rates near each other
    /// are kept apart by one micro-bit a flow and some more, so that the level is that of a link
    /// that holds the same flows.
    fn reach(&self, plan: &Plan) -> Option<u64> {
        let (mut sum, mut top) = (0_u64, plan.top);
        for &(rate, source) in &plan.ahead {
            let reach = self.reach_of(source);
            sum = sum.checked_add(reach)?;
            top = top.max(rate.checked_add(reach)?);
        }
        let reach = sum.div_ceil(plan.held.len() as u64) + 2;
        let lowest = plan.level.checked_sub(reach)?;
        (reach < plan.room && lowest >= top + plan.flows + 4).then_some(reach)
    }

    /// Whether links that do not saturate have room for the most that all can have.
    fn fits_beside(&self, tables: &Tables) -> bool {
        self.beside.chunk_by(|a, b| a.0 == b.0).all(|flows| {
            let reaches = flows.iter().map(|(_, source)| u128::from(self.reach_of(*source)));
            let spare = tables.links[flows[0].0 as usize].spare();
            spare.is_some_and(|spare| reaches.sum::<u128>() <= u128::from(spare))
        })
    }
}

impl Tables {
    /// The links that have to rest with this one; or, when they cannot, those of them that it took
    /// to find out.
    pub(super) fn plan_group(&mut self, link: u32) -> Result<Group, Vec<u32>> {
        let mut group = Group { links: vec![link], ..Group::default() };
        while let Some(&link) = group.links.get(group.plans.len()) {
            if group.links.len() > LARGEST_GROUP || self.plan_link(&mut group, link).is_none() {
                return Err(group.links);
            }
        }
        group.plans.sort_unstable_by_key(|plan| plan.level);
        group.beside.sort_unstable_by_key(|(link, _)| *link);
        if SPAN_SHIFTS.into_iter().any(|shift| group.fits(self, shift)) {
            Ok(group)
        } else {
            Err(group.links)
        }
    }

    fn plan_link(&mut self, group: &mut Group, link: u32) -> Option<()> {
        let record = self.links[link as usize];
        if !record.may_rest() {
            return None;
        }
        let (level, flows) = (record.level, u64::from(record.flow_count));
        let (held, ahead) = (Vec::new(), Vec::new());
        let (top, room, reach, feeds_hub) = (0, UNBOUND - level, 0, false);
        let mut plan = Plan { link, level, flows, held, ahead, top, room, reach, feeds_hub };
        for place in 0..record.member_count {
            let flow = self.members.at(record.members, place as usize);
            if self.plan_member(group, &mut plan, flow).is_none() {
                // Next time a look at this one is enough, most likely.
                self.swap_members(link, 0, place);
                return None;
            }
        }
        let moves = !plan.held.is_empty() && !plan.ahead.is_empty();
        moves.then(|| group.plans.push(plan))
    }

    fn plan_member(&mut self, group: &mut Group, plan: &mut Plan, flow: u32) -> Option<()> {
        let Flow { rate, state, .. } = self.flows[flow as usize];
        if state != State::Fixed || rate > plan.level {
            None
        } else if rate == plan.level {
            self.plan_held(group, plan, flow)
        } else {
            self.plan_ahead(group, plan, flow)
        }
    }

    /// A flow that the link holds.
    fn plan_held(&mut self, group: &mut Group, plan: &mut Plan, flow: u32) -> Option<()> {
        plan.held.push(flow);
        let Flow { cap, hops, hop_count, .. } = self.flows[flow as usize];
        plan.room = plan.room.min(cap - plan.level);
        for place in 0..usize::from(hop_count) {
            let Hop { link, position } = self.hops.at(hops, place);
            let record = &self.links[link as usize];
            if record.is_hub {
                if record.level == plan.level {
                    return None;
                }
                let room = self.make_far(link, position, plan.level);
                (plan.room, plan.feeds_hub) = (plan.room.min(room), true);
            } else if link != plan.link {
                if record.level == plan.level {
                    return None;
                }
                group.note_beside(record, link, Source::Link(plan.link));
            }
        }
        Some(())
    }

    /// A flow that has less than the link's level.
    fn plan_ahead(&mut self, group: &mut Group, plan: &mut Plan, flow: u32) -> Option<()> {
        let rate = self.flows[flow as usize].rate;
        match self.source(flow, plan.link, LONGEST_CHAIN) {
            None => plan.top = plan.top.max(rate),
            Some(source) => {
                plan.ahead.push((rate, source));
                match source {
                    Source::Link(link) => group.add(link),
                    Source::Bundle(_) => self.plan_joiner(group, flow)?,
                }
            }
        }
        Some(())
    }

    fn plan_joiner(&mut self, group: &mut Group, flow: u32) -> Option<()> {
        if group.joiners.iter().any(|joiner| joiner.flow == flow) {
            return Some(());
        }
        let (low, high) = self.span(flow, true)?;
        let rate = self.flows[flow as usize].rate;
        group.joiners.push(Joiner { flow, rate, most: (rate - low).min(high - rate), span: 0 });
        for hop in self.path(flow) {
            let record = &self.links[hop.link as usize];
            if !record.is_hub {
                group.note_beside(record, hop.link, Source::Bundle(flow));
            }
        }
        Some(())
    }

    /// What the rate of a flow beside `link` hangs on, if it is not a constant.
    fn source(&self, flow: u32, link: u32, chain: u32) -> Option<Source> {
        let rate = self.flows[flow as usize].rate;
        let mut source = None;
        for hop in self.path(flow).iter().filter(|hop| hop.link != link) {
            let record = &self.links[hop.link as usize];
            if record.level == rate && record.is_hub {
                return Some(Source::Bundle(flow));
            }
            if record.level == rate && self.moves(record, hop.link, chain) {
                source = Some(Source::Link(hop.link));
            }
        }
        source
    }

    /// Whether the level of a link hangs on bundles.
    fn moves(&self, record: &Link, link: u32, chain: u32) -> bool {
        let members = || self.members.slice(record.members, record.member_count as usize).iter();
        let is_below = |flow: u32| self.flows[flow as usize].rate < record.level;
        let hangs = |flow: u32| is_below(flow) && self.source(flow, link, chain - 1).is_some();
        chain > 0 && record.may_rest() && members().any(|flow| hangs(*flow))
    }
}

impl Group {
    /// A flow that will move crosses a link that is no hub: it rests as well, or has room.
    fn note_beside(&mut self, record: &Link, link: u32, source: Source) {
        if record.level != UNBOUND {
            self.add(link);
        } else if !record.is_ample() {
            self.beside.push((link, source));
        }
    }
}

//! Max-min fair sharing of links by fluid flows with caps, exact and incremental.
//!
//! Every flow gets the rate at which its first link fills, or its cap. The outcome is unique: each
//! flow is at its cap or crosses a *bottleneck*, a saturated link on which no flow is larger.
//!
//! **Rounding.** Rates are whole micro-bits per second. All flows rise together; a link blocks at
//! the lowest level x at which those of its flows that have reached x cannot all go one micro-bit
//! higher, where a flow whose cap is x does not try. Links that block at the same level do so at
//! once. This has one solution, whatever the order of changes, and a bottleneck with n flows leaves
//! less than n micro-bits per second unused: [`Fluid`] equals [`reference::max_min`] to the last
//! digit.
//!
//! **Cost.** A link is *ample* when the claims of its flows fit into its capacity, where a flow claims
//! its cap or the least capacity on its path. Starting or stopping a flow over ample links costs its
//! path and nothing else. Otherwise see the `sweep` module. Where links carry very many flows, a
//! network that is [`Fluid::bundling`] does not look at each: see `bundle` and `rest`.
//!
//! Not here: time, bytes and completion, which are the caller's; packets and TCP.

mod bound;
mod bundle;
mod error;
mod feed;
mod lazy;
mod near;
mod pace;
mod plan;
mod radix;
mod rate;
pub mod reference;
mod rest;
mod span;
mod stop;
mod sweep;
mod table;

pub use error::PathError;
pub use pace::Pace;
pub use rate::FlowRate;

use crate::units::{BitRate, FlowId, LinkId};
use sweep::Sweep;
use table::{Flow, Link, State, TOUCHED, Tables, UNBOUND};

/// On a link with fewer flows than this, looking at all of them is cheap.
const LEAST_HUB: u32 = 32;

/// The largest capacity, 9.2 Tbps in micro-bits per second: no sum of rates overflows below it.
const LARGEST_CAPACITY: u64 = u64::MAX / 2;

/// Links, the flows over them, and their max-min fair rates.
///
/// Changes take effect together at the next [`Fluid::settle`]; until then [`Fluid::rate`] and
/// [`Fluid::load`] mix old and new. What a removed flow used is gone from the loads at once.
///
/// # Panics
/// All methods that take an id do so when it was never given out by this network.
#[derive(Clone, Debug)]
pub struct Fluid {
    tables: Tables,
    sweep: Sweep,
    /// Flow ids that can be given out, and those that can after the next settlement.
    vacant: Vec<u32>,
    retired: Vec<u32>,
    pending_flows: Vec<u32>,
    /// Links whose level may move, and whether they may block anew.
    pending_links: Vec<(u32, bool)>,
    changed: Vec<FlowId>,
    /// One bit a flow, clear between settlements: a sort that costs a pass.
    marks: Vec<u64>,
    path: Vec<u32>,
}

impl Default for Fluid {
    fn default() -> Self {
        Self::new()
    }
}

impl Fluid {
    /// No links, no flows.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tables: Tables::new(),
            sweep: Sweep::default(),
            vacant: Vec::new(),
            retired: Vec::new(),
            pending_flows: Vec::new(),
            pending_links: Vec::new(),
            changed: Vec::new(),
            marks: Vec::new(),
            path: Vec::new(),
        }
    }

    /// No links, no flows; and many flows may move as one.
    ///
    /// [`Self::settle`] then returns a bundle in place of the flows that cross the same crowded links
    /// and have the same rate: see [`Pace`].
    #[must_use]
    pub fn bundling() -> Self {
        Self::bundling_at(LEAST_HUB)
    }

    /// As [`Self::bundling`], where `least` flows make a crowd.
    fn bundling_at(least: u32) -> Self {
        let mut fluid = Self::new();
        fluid.tables.bundles.least_hub = Some(least);
        fluid
    }

    /// Makes room for this many more links and flows; there may be more or fewer.
    pub fn reserve(&mut self, links: usize, flows: usize) {
        self.tables.links.reserve_exact(links);
        self.tables.flows.reserve_exact(flows);
    }

    /// Adds a link; ids count up from 0. A capacity of zero is a failed link, and what exceeds
    /// 9.2 Tbps counts as that.
    pub fn add_link(&mut self, capacity: impl Into<FlowRate>) -> LinkId {
        LinkId::from_index(self.tables.add_link(clamped(capacity.into())))
    }

    /// Changes a link's capacity, also to give the link of one who left to another.
    pub fn set_capacity(&mut self, link: LinkId, capacity: impl Into<FlowRate>) {
        let (old, new) = (self.tables.links[link.index()].capacity, clamped(capacity.into()));
        if new != old {
            self.sweep.part_all(&mut self.tables, link.get());
            self.tables.clear_bundles();
            self.tables.set_capacity(link.get(), new);
            self.pending_links.push((link.get(), new < old));
        }
    }

    /// Starts a flow over `path`, never faster than `cap`; [`FlowRate::MAX`] is no cap.
    ///
    /// The id may have been that of a flow removed before the last settlement. A flow without
    /// links moves at its cap.
    ///
    /// # Errors
    /// When the path crosses a link twice or names one that does not exist; nothing changes then.
    pub fn add_flow(
        &mut self,
        path: impl IntoIterator<Item = LinkId>,
        cap: FlowRate,
    ) -> Result<FlowId, PathError> {
        self.take_path(path)?;
        let flow = self.vacant.pop().unwrap_or_else(|| {
            self.tables.flows.push(Flow::VACANT);
            FlowId::from_index(self.tables.flows.len() - 1).get()
        });
        self.tables.enter(flow, &self.path, cap.0);
        self.reset(flow);
        Ok(FlowId::new(flow))
    }

    fn take_path(&mut self, path: impl IntoIterator<Item = LinkId>) -> Result<(), PathError> {
        self.path.clear();
        for link in path {
            if link.index() >= self.tables.links.len() {
                return Err(PathError::UnknownLink(link));
            }
            if self.path.contains(&link.get()) {
                return Err(PathError::CrossedTwice(link));
            }
            self.path.push(link.get());
        }
        if self.path.len() > usize::from(u16::MAX) { Err(PathError::TooLong) } else { Ok(()) }
    }

    /// Changes the most that a flow can use.
    pub fn set_cap(&mut self, flow: FlowId, cap: FlowRate) {
        self.part(flow);
        let Flow { rate, cap: old, state, .. } = self.tables.flows[flow.index()];
        if state == State::Vacant || old == cap.0 {
            return;
        }
        let claim = self.tables.claim_of(flow.get());
        self.tables.flows[flow.index()].cap = cap.0;
        self.tables.renew_claim(flow.get(), claim);
        // A flow that a link holds below both caps is held there still.
        if state == State::Fixed && (rate >= old || rate >= cap.0) {
            self.reset(flow.get());
        }
    }

    /// Ends a flow. Its id is given out again after the next settlement; an id that is not in use
    /// is ignored.
    pub fn remove_flow(&mut self, flow: FlowId) {
        if self.tables.flows.get(flow.index()).is_none_or(|flow| flow.state == State::Vacant) {
            return;
        }
        self.part(flow);
        for hop in self.tables.path(flow.get()) {
            if self.tables.links[hop.link as usize].level != UNBOUND {
                self.pending_links.push((hop.link, false));
            }
        }
        self.tables.leave(flow.get());
        self.retired.push(flow.get());
    }

    /// A flow is about to change: its rate must hang on nothing, and nobody's rate on it.
    fn part(&mut self, flow: FlowId) {
        if self.tables.bundles.least_hub.is_some() && flow.index() < self.tables.flows.len() {
            self.sweep.wake_path(&mut self.tables, flow.get());
            self.sweep.part(&mut self.tables, flow.get());
        }
    }

    /// Gives a flow its cap if all its links are ample; leaves it to the next settlement if not, or if
    /// others there still have more than they will: what makes them give way may be taken back.
    fn reset(&mut self, flow: u32) {
        let Flow { rate, cap, .. } = self.tables.flows[flow as usize];
        let takes_it = |link: &Link| {
            link.is_ample() && link.load.wrapping_sub(rate).wrapping_add(cap) <= link.capacity
        };
        let links = &self.tables.links;
        let fits = self.tables.path(flow).iter().all(|hop| takes_it(&links[hop.link as usize]));
        let record = &mut self.tables.flows[flow as usize];
        if !fits {
            record.state = State::Pending;
            self.pending_flows.push(flow);
            return;
        }
        self.sweep.touch(flow, record);
        let Flow { rate: old, cap, hops, hop_count, .. } = *record;
        record.rate = cap;
        for hop in 0..hop_count {
            let hop = self.tables.hops.at(hops, usize::from(hop));
            self.tables.make_near(hop.link, hop.position);
            let link = &mut self.tables.links[hop.link as usize];
            link.load = link.load.wrapping_add(cap).wrapping_sub(old);
        }
    }

    /// Whether [`Self::settle`] would change nothing.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.pending_links.is_empty()
            && self.pending_flows.is_empty()
            && self.retired.is_empty()
            && self.sweep.touched.is_empty()
    }

    /// Applies all changes since the last call as of one instant.
    ///
    /// Returns the flows whose rate differs from that at the last call, in ascending order; new
    /// flows among them when they move.
    pub fn settle(&mut self) -> &[FlowId] {
        for (link, shrunk) in self.pending_links.drain(..) {
            self.sweep.reconsider(&mut self.tables, link, shrunk);
        }
        for flow in self.pending_flows.drain(..) {
            if self.tables.flows[flow as usize].state == State::Pending {
                self.sweep.raise(&mut self.tables, flow);
            }
        }
        self.sweep.run(&mut self.tables);
        if self.tables.bundles.least_hub.is_some() {
            self.sweep.bundle(&mut self.tables);
        }
        self.vacant.append(&mut self.retired);
        self.collect_changed();
        &self.changed
    }

    /// What the last [`Self::settle`] returned, to look at rates while going through it.
    #[must_use]
    pub fn changed(&self) -> &[FlowId] {
        &self.changed
    }

    fn collect_changed(&mut self) {
        self.changed.clear();
        let few = self.sweep.touched.len() < self.tables.flows.len() / 64;
        if !few {
            self.marks.resize(self.tables.flows.len().div_ceil(64), 0);
        }
        for (flow, old) in self.sweep.touched.drain(..) {
            let record = &mut self.tables.flows[flow as usize];
            record.marks &= !TOUCHED;
            if record.state == State::Vacant || record.rate == old {
                continue;
            }
            if few {
                self.changed.push(FlowId::new(flow));
            } else {
                self.marks[flow as usize / 64] |= 1 << (flow % 64);
            }
        }
        if few { self.changed.sort_unstable() } else { self.read_marks() }
    }

    fn read_marks(&mut self) {
        for (index, word) in self.marks.iter_mut().enumerate() {
            let mut rest = std::mem::take(word);
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                self.changed.push(FlowId::from_index(index * 64 + bit));
                rest &= rest - 1;
            }
        }
    }

    /// The flow's rate as of the last settlement; zero for an id that is not in use.
    #[must_use]
    pub fn rate(&self, flow: FlowId) -> FlowRate {
        FlowRate(self.tables.rate_of(flow.get()))
    }

    /// The most that the flow may use.
    #[must_use]
    pub fn cap(&self, flow: FlowId) -> FlowRate {
        FlowRate(self.tables.flows[flow.index()].cap)
    }

    /// The exact sum of the rates of the flows on a link.
    #[must_use]
    pub fn load(&self, link: LinkId) -> FlowRate {
        FlowRate(self.tables.load(link.get()))
    }

    /// The link's capacity, rounded down to whole bits per second.
    #[must_use]
    pub fn capacity(&self, link: LinkId) -> BitRate {
        FlowRate(self.tables.links[link.index()].capacity).as_bit_rate()
    }

    /// How many flows cross a link.
    #[must_use]
    pub fn flow_count(&self, link: LinkId) -> usize {
        self.tables.links[link.index()].flow_count as usize
    }

    /// How many links there are.
    #[must_use]
    pub const fn link_count(&self) -> usize {
        self.tables.links.len()
    }

    /// The links of a flow, in the order of its path; nothing for an id that is not in use.
    pub fn path(&self, flow: FlowId) -> impl Iterator<Item = LinkId> + '_ {
        self.tables.path(flow.get()).iter().map(|hop| LinkId::new(hop.link))
    }
}

fn clamped(capacity: FlowRate) -> u64 {
    capacity.0.min(LARGEST_CAPACITY)
}

#[cfg(test)]
mod crowd_tests;
#[cfg(test)]
mod tests;

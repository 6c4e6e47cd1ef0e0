//! Bundles: flows that cross the same hubs move as one, so that a hub need not look at each.
//!
//! A *hub* is a saturated link with many flows. A flow that a hub holds can join the bundle of those
//! that cross the same hubs, for as long as its rate stays within a span in which none of its other
//! links can block. These links count it with the upper end of the span. The bundle is a flow over
//! the hubs alone, with the weight of its flows; a flow leaves it when the bundle's rate leaves the
//! flow's span, or when one of its other links has to look at its members.
//!
//! Not here: when flows join and leave during a settlement, see `lazy`.

use super::near::Far;
use super::table::{BUNDLE, Flow, Hop, OUT, State, Tables, class_for};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

const NONE: u32 = u32::MAX;

/// What a flow's rate hangs on.
#[derive(Clone, Copy, Debug)]
struct Tie {
    /// The number of its bundle among the bundles, or the link that rests.
    to: u32,
    /// The lower end of the span.
    low: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Bundle {
    /// Its number as a flow.
    pub(super) flow: u32,
    weight: u32,
    hubs: Vec<u32>,
    /// Ends of spans, with those of flows that have left.
    highs: BinaryHeap<Reverse<(u64, u32)>>,
    lows: BinaryHeap<(u64, u32)>,
    /// The tops of both are known to be of flows that are still there.
    high_is_right: bool,
    low_is_right: bool,
    /// Links at rest that hang on it, and hubs on them; with their turns, as a rest may be over.
    pub(super) watchers: Vec<(u32, u8)>,
}

/// All bundles, and who is in which.
#[derive(Clone, Debug)]
pub(super) struct Bundles {
    /// How many flows make a saturated link a hub; `None` when there are to be no bundles.
    pub(super) least_hub: Option<u32>,
    pub(super) has_hubs: bool,
    /// By link; there may be fewer.
    pub(super) fars: Vec<Far>,
    pub(super) list: Vec<Bundle>,
    pub(super) by_hubs: BTreeMap<Vec<u32>, u32>,
    vacant: Vec<u32>,
    /// Flows that stand for bundles made in this settlement.
    pub(super) made: Vec<u32>,
    /// Bundles that have lost their last flow since they were cleared away last.
    emptied: Vec<u32>,
    /// By flow, whether it is a bundle or in one.
    ties: Vec<Tie>,
}

impl Bundles {
    pub(super) const fn new() -> Self {
        Self {
            least_hub: None,
            has_hubs: false,
            fars: Vec::new(),
            list: Vec::new(),
            by_hubs: BTreeMap::new(),
            vacant: Vec::new(),
            made: Vec::new(),
            emptied: Vec::new(),
            ties: Vec::new(),
        }
    }

    pub(super) fn tie(&self, flow: u32) -> u32 {
        self.ties.get(flow as usize).map_or(NONE, |tie| tie.to)
    }
}

impl Tables {
    /// The flow that stands for the bundle of a flow in one.
    pub(super) fn bundle_of(&self, flow: u32) -> u32 {
        self.bundles.list[self.bundles.tie(flow) as usize].flow
    }

    /// The number of a flow among the bundles, if it is one.
    pub(super) fn as_bundle(&self, flow: u32) -> Option<usize> {
        self.is_bundle(flow).then(|| self.bundles.tie(flow) as usize)
    }

    pub(super) fn is_bundle(&self, flow: u32) -> bool {
        self.flows[flow as usize].marks & BUNDLE != 0
    }

    /// How many flows a member of a link stands for.
    pub(super) fn weight(&self, flow: u32) -> u32 {
        self.as_bundle(flow).map_or(1, |index| self.bundles.list[index].weight)
    }

    /// A flow's rate, wherever it is kept.
    pub(super) fn rate_of(&self, flow: u32) -> u64 {
        let Flow { rate, state, .. } = self.flows[flow as usize];
        match state {
            State::Bundled => self.flows[self.bundle_of(flow) as usize].rate,
            State::Resting => self.rest(self.bundles.tie(flow)).level(self),
            _ => rate,
        }
    }

    /// The exact sum of the rates on a link.
    pub(super) fn load(&self, link: u32) -> u64 {
        let record = &self.links[link as usize];
        if self.bundles.least_hub.is_none() {
            return record.load;
        }
        let members = self.members.slice(record.members, record.member_count as usize).iter();
        members.map(|flow| self.rate_of(*flow) * u64::from(self.weight(*flow))).sum()
    }

    /// The flow of a bundle whose span ends lowest, and where.
    pub(super) fn first_high(&mut self, bundle: u32) -> Option<(u64, u32)> {
        let index = self.as_bundle(bundle)?;
        while let Some(&Reverse((high, flow))) = self.bundles.list[index].highs.peek() {
            let is_right = self.bundles.list[index].high_is_right;
            if is_right || (self.is_tied(flow, index) && self.flows[flow as usize].rate == high) {
                self.bundles.list[index].high_is_right = true;
                return Some((high, flow));
            }
            self.bundles.list[index].highs.pop();
        }
        None
    }

    /// The flow of a bundle whose span begins highest, and where.
    pub(super) fn first_low(&mut self, bundle: u32) -> Option<(u64, u32)> {
        let index = self.as_bundle(bundle)?;
        while let Some(&(low, flow)) = self.bundles.list[index].lows.peek() {
            let is_right = self.bundles.list[index].low_is_right;
            if is_right
                || (self.is_tied(flow, index) && self.bundles.ties[flow as usize].low == low)
            {
                self.bundles.list[index].low_is_right = true;
                return Some((low, flow));
            }
            self.bundles.list[index].lows.pop();
        }
        None
    }

    fn is_tied(&self, flow: u32, bundle: usize) -> bool {
        self.flows[flow as usize].state == State::Bundled && self.bundles.tie(flow) == bundle as u32
    }
}

impl Tables {
    /// A bundle without flows over these hubs.
    pub(super) fn add_bundle(&mut self, hubs: Vec<u32>, rate: u64) -> u32 {
        let index = self.bundles.vacant.pop().unwrap_or_else(|| {
            let flow = self.flows.len() as u32;
            self.flows.push(Flow::VACANT);
            self.bundles.list.push(Bundle { flow, ..Bundle::default() });
            self.bundles.list.len() as u32 - 1
        });
        let flow = self.bundles.list[index as usize].flow;
        let hops = self.hops.take(class_for(hubs.len()));
        for (place, &link) in hubs.iter().enumerate() {
            let position = self.insert_member(link, flow);
            *self.hops.at_mut(hops, place) = Hop { link, position };
        }
        let marks = self.flows[flow as usize].marks | BUNDLE;
        let (cap, hop_count, state) = (u64::MAX, hubs.len() as u16, State::Fixed);
        self.flows[flow as usize] = Flow { rate, cap, hops, hop_count, state, marks };
        self.set_tie(flow, Tie { to: index, low: 0 });
        // Should its first flow not join after all, it is cleared away with the next ones.
        self.bundles.emptied.push(index);
        self.bundles.made.push(flow);
        self.bundles.by_hubs.insert(hubs.clone(), index);
        self.bundles.list[index as usize].hubs = hubs;
        index
    }

    /// Notes that a flow's rate hangs on a link at rest.
    pub(super) fn tie_to_link(&mut self, flow: u32, link: u32) {
        self.set_tie(flow, Tie { to: link, low: 0 });
    }

    pub(super) fn untie(&mut self, flow: u32) {
        self.bundles.ties[flow as usize].to = NONE;
    }

    fn set_tie(&mut self, flow: u32, tie: Tie) {
        let count = self.bundles.ties.len().max(self.flows.len());
        self.bundles.ties.resize(count, Tie { to: NONE, low: 0 });
        self.bundles.ties[flow as usize] = tie;
    }

    pub(super) fn tie(&mut self, flow: u32, index: u32, (low, high): (u64, u64)) {
        let bundle = &mut self.bundles.list[index as usize];
        bundle.weight += 1;
        bundle.highs.push(Reverse((high, flow)));
        bundle.lows.push((low, flow));
        self.set_tie(flow, Tie { to: index, low });
        let Flow { rate, hops, hop_count, .. } = self.flows[flow as usize];
        for place in 0..usize::from(hop_count) {
            let Hop { link, position } = self.hops.at(hops, place);
            if self.links[link as usize].is_hub {
                self.remove_member(link, position);
                self.hops.at_mut(hops, place).position = OUT;
            } else {
                self.links[link as usize].load += high - rate;
            }
        }
        let record = &mut self.flows[flow as usize];
        (record.rate, record.state) = (high, State::Bundled);
        self.prune(index as usize);
    }

    /// Forgets the spans of flows that have left once these are most of a bundle's.
    fn prune(&mut self, index: usize) {
        let Bundle { weight, highs, lows, .. } = &mut self.bundles.list[index];
        if highs.len().max(lows.len()) < 64 + 4 * *weight as usize {
            return;
        }
        let (mut highs, mut lows) = (std::mem::take(highs), std::mem::take(lows));
        highs.retain(|Reverse((high, flow))| {
            self.is_tied(*flow, index) && self.flows[*flow as usize].rate == *high
        });
        lows.retain(|(low, flow)| {
            self.is_tied(*flow, index) && self.bundles.ties[*flow as usize].low == *low
        });
        let bundle = &mut self.bundles.list[index];
        (bundle.highs, bundle.lows) = (highs, lows);
    }

    /// Takes a flow out of its bundle, at this rate.
    pub(super) fn leave_bundle(&mut self, flow: u32, rate: u64) {
        let index = self.bundles.tie(flow);
        let bundle = &mut self.bundles.list[index as usize];
        let is_first = |top: Option<u32>| top == Some(flow);
        bundle.high_is_right &= !is_first(bundle.highs.peek().map(|top| top.0.1));
        bundle.low_is_right &= !is_first(bundle.lows.peek().map(|top| top.1));
        bundle.weight -= 1;
        if bundle.weight == 0 {
            self.bundles.emptied.push(index);
        }
        self.untie(flow);
        let Flow { rate: high, hops, hop_count, .. } = self.flows[flow as usize];
        for place in 0..usize::from(hop_count) {
            let Hop { link, position } = self.hops.at(hops, place);
            if position == OUT {
                self.hops.at_mut(hops, place).position = self.insert_member(link, flow);
            } else {
                let link = &mut self.links[link as usize];
                link.load = link.load + rate - high;
            }
        }
        let record = &mut self.flows[flow as usize];
        (record.rate, record.state) = (rate, State::Fixed);
    }

    /// Takes bundles without flows off the lists of their hubs.
    pub(super) fn clear_bundles(&mut self) {
        while let Some(index) = self.bundles.emptied.pop() {
            let bundle = &mut self.bundles.list[index as usize];
            if bundle.weight > 0 || bundle.hubs.is_empty() {
                continue;
            }
            let hubs = std::mem::take(&mut bundle.hubs);
            bundle.highs.clear();
            bundle.lows.clear();
            bundle.watchers.clear();
            let flow = bundle.flow;
            self.bundles.by_hubs.remove(&hubs);
            self.bundles.vacant.push(index);
            let Flow { hops, hop_count, marks, .. } = self.flows[flow as usize];
            for place in 0..usize::from(hop_count) {
                let Hop { link, position } = self.hops.at(hops, place);
                self.remove_member(link, position);
            }
            self.hops.give_back(hops, class_for(usize::from(hop_count)));
            self.flows[flow as usize] = Flow { marks, ..Flow::VACANT };
        }
    }

    /// The flows on a link whose rates hang on something, those that bundles stand for among them.
    pub(super) fn tied_on(&self, link: u32) -> Vec<u32> {
        let record = &self.links[link as usize];
        let members = self.members.slice(record.members, record.member_count as usize);
        let mut flows = Vec::new();
        for &member in members {
            if matches!(self.flows[member as usize].state, State::Bundled | State::Resting) {
                flows.push(member);
            } else if let Some(index) = self.as_bundle(member) {
                let highs = self.bundles.list[index].highs.iter();
                let tied = highs.map(|Reverse((_, flow))| *flow);
                flows.extend(tied.filter(|flow| self.is_tied(*flow, index)));
            }
        }
        flows.sort_unstable();
        flows.dedup();
        flows
    }
}

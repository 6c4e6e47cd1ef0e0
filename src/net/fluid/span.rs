//! Who can join a bundle: the span of rates in which nothing but a flow's hubs can stop it.

use super::table::{Flow, State, Tables, UNBOUND};

/// The span of a flow reaches an eighth of its rate up and down: wide enough to be left rarely, and
/// narrow enough for a forecast of the end of a transfer.
const SPAN_SHIFT: u32 = 3;
/// A span of less than a thousandth is not worth joining for.
const LEAST_SPAN_SHIFT: u32 = 10;

impl Tables {
    /// Lets a flow join the bundle of its hubs if it can; says whether it did.
    pub(super) fn join_bundle(&mut self, flow: u32) -> bool {
        let Some(span) = self.span(flow, false) else { return false };
        let Some(bundle) = self.bundle_for(flow) else { return false };
        self.tie(flow, bundle, span);
        true
    }

    /// The bundle of a flow's hubs, made if need be.
    pub(super) fn bundle_for(&mut self, flow: u32) -> Option<u32> {
        let hops = self.path(flow).iter();
        let mut hubs: Vec<u32> =
            hops.map(|hop| hop.link).filter(|link| self.links[*link as usize].is_hub).collect();
        hubs.sort_unstable();
        let rate = self.flows[flow as usize].rate;
        let index = match self.bundles.by_hubs.get(&hubs) {
            Some(&index) => index,
            None => self.add_bundle(hubs, rate),
        };
        let bundle = self.bundles.list[index as usize].flow;
        (self.flows[bundle as usize].rate == rate).then_some(index)
    }

    /// The rates at which none of the flow's links can block but its hubs, and if they are to rest
    /// those that are saturated; `None` when it cannot be in a bundle.
    pub(super) fn span(&mut self, flow: u32, rests: bool) -> Option<(u64, u64)> {
        let Flow { rate, cap, state, hops, hop_count, .. } = self.flows[flow as usize];
        if state != State::Fixed || cap <= rate {
            return None;
        }
        let (mut high, mut held) = ((rate + (rate >> SPAN_SHIFT)).min(cap - 1), false);
        for hop in 0..hop_count {
            let number = self.link_at(hops, hop);
            self.note_hub(number);
            let link = &self.links[number as usize];
            if link.is_hub {
                held |= link.level == rate;
            } else if !rests || link.level == UNBOUND {
                high = high.min(rate.saturating_add(link.spare()?));
            }
        }
        let is_wide = high > rate + (rate >> LEAST_SPAN_SHIFT);
        (held && is_wide).then_some((rate - (rate >> SPAN_SHIFT), high))
    }

    /// Marks a link as a hub if it is one, for good: it will be crowded again.
    fn note_hub(&mut self, link: u32) {
        let link = &mut self.links[link as usize];
        let is_crowded = self.bundles.least_hub.is_some_and(|least| link.flow_count >= least);
        if is_crowded && link.level != UNBOUND && !link.rests {
            link.is_hub = true;
            self.bundles.has_hubs = true;
        }
    }
}

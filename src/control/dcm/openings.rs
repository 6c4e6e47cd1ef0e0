//! Room where there is none: members begin to serve in a substream that is short of uplink.

use super::member::MemberId;
use super::shelves::{Seeker, Tier};
use super::{Dcm, Step, choose, slots};
use crate::units::Substream;
use std::cmp::Reverse;

/// Members looked at in the search for one that can serve in another substream.
const LOOKED_AT: usize = 32;

impl Dcm {
    /// Makes room in a substream by moving an idle member's home there (the greedy builder's
    /// heuristic: be interior where slots are scarcest).
    pub(super) fn open_room(
        &mut self,
        child: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let seeker = Seeker::of(self.view.member(child));
        let richest = self
            .view
            .all_substreams()
            .filter(|other| *other != substream)
            .max_by_key(|other| self.view.index[other.index()].free_slots());
        let Some(richest) = richest else { return false };
        let index = &self.view.index[richest.index()];
        let holders = Tier::ALL
            .into_iter()
            .flat_map(|tier| index.in_order(tier, seeker, slots::Placement::Leaf));
        let hopeless = self.history.hopeless(step.with.now, self.view.member(child).peer);
        let can_serve = |id: &MemberId| {
            self.view.edge(*id, substream).depth > 0
                && !hopeless.contains(&self.view.member(*id).peer)
                && choose::fits(&self.view, *id, child, substream, step.with)
        };
        let idle = holders.take(LOOKED_AT).find(|id| {
            self.view.member(*id).used == 0 && self.view.can_spare(*id, substream) && can_serve(id)
        });
        if let Some(idle) = idle {
            self.view.set_home(idle, substream);
        }
        idle.is_some()
    }

    /// Has a member whose home needs not all of its uplink serve in this substream, too. Slots that are
    /// spread over substreams make deep trees: this is for those who would get nothing, and for feeds
    /// that have lasted.
    pub(super) fn call_help(
        &mut self,
        child: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let seeker = Seeker::of(self.view.member(child));
        let hopeless = self.history.hopeless(step.with.now, self.view.member(child).peer);
        let mut others: Vec<Substream> =
            self.view.all_substreams().filter(|other| *other != substream).collect();
        others.sort_by_key(|other| Reverse(self.view.index[other.index()].free_slots()));
        let holders = others.into_iter().flat_map(|other| {
            let index = &self.view.index[other.index()];
            let tiers = Tier::ALL.into_iter();
            tiers.flat_map(move |tier| index.in_order(tier, seeker, slots::Placement::Leaf))
        });
        let helper = holders.take(LOOKED_AT).find(|id| {
            self.view.edge(*id, substream).depth > 0
                && !hopeless.contains(&self.view.member(*id).peer)
                && choose::fits(&self.view, *id, child, substream, step.with)
        });
        if let Some(helper) = helper {
            self.view.help_out(helper, substream);
        }
        helper.is_some()
    }
}

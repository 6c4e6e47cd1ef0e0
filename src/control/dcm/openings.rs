//! Room where there is none: members begin to serve in a substream that is short of uplink.

use super::choose::Choice;
use super::member::{MemberId, Source};
use super::shelves::{Seeker, Tier};
use super::slots::Placement;
use super::{Dcm, Step, choose};
use crate::units::Substream;
use std::cmp::Reverse;

/// Members looked at in the search for one that can serve in another substream.
const LOOKED_AT: usize = 32;

impl Dcm {
    /// The best parent among peers, for which another member's home may have been moved or, for one who is
    /// to be `helped`, a member serves in another substream, too.
    pub(super) fn peer_for(
        &mut self,
        id: MemberId,
        substream: Substream,
        helped: bool,
        step: &Step<'_, '_>,
    ) -> Choice {
        let best =
            |dcm: &Self| choose::among_peers((&dcm.view, &dcm.history), id, substream, step.with);
        let choice = best(self);
        let opened = choice.source == Source::None
            && (self.open_room(id, substream, step)
                || (helped && self.call_help(id, substream, step)));
        if opened { best(self) } else { choice }
    }

    /// Makes room in a substream by moving an idle member's home there (the greedy builder's
    /// heuristic: be interior where slots are scarcest).
    pub(super) fn open_room(
        &mut self,
        child: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let richest = self.richest(substream).into_iter().take(1);
        let idle = self.server_from(richest, child, substream, step, |dcm, id| {
            let member = dcm.view.member(id);
            let idle = member.used == 0 && !dcm.is_promised(id, substream);
            idle && !member.relay && dcm.view.can_spare(id, substream)
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
        let others = self.richest(substream).into_iter();
        let helper = self.server_from(others, child, substream, step, |_, _| true);
        if let Some(helper) = helper {
            self.view.help_out(helper, substream);
        }
        helper.is_some()
    }

    /// The other substreams, those with most spare uplink first.
    fn richest(&self, substream: Substream) -> Vec<Substream> {
        let mut others: Vec<Substream> =
            self.view.all_substreams().filter(|other| *other != substream).collect();
        others.sort_by_key(|other| Reverse((self.view.index[other.index()].free_slots(), *other)));
        others
    }

    /// A member with room in one of the substreams `homes` who has `substream`, could feed the child with
    /// it, and will do.
    fn server_from(
        &self,
        homes: impl Iterator<Item = Substream>,
        child: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
        will_do: impl Fn(&Self, MemberId) -> bool,
    ) -> Option<MemberId> {
        let seeker = Seeker::of(self.view.member(child));
        let hopeless = self.history.hopeless(step.with.now, self.view.member(child).peer);
        let holders = homes.flat_map(|home| {
            let index = &self.view.index[home.index()];
            let tiers = Tier::ALL.into_iter();
            tiers.flat_map(move |tier| index.in_order(tier, seeker, Placement::Leaf))
        });
        holders.take(LOOKED_AT).find(|id| {
            will_do(self, *id)
                && self.view.edge(*id, substream).depth > 0
                && !hopeless.contains(&self.view.member(*id).peer)
                && choose::fits(&self.view, *id, child, substream, step.with)
        })
    }
}

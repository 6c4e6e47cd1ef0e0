//! Members of the level above as parents (row C9): what a DCM asks for, is offered and takes, and what it
//! offers itself to DCMs of the level below.
//!
//! An offer is no promise: whoever offers has the last word when a slot is taken, and sends the child
//! back if it is gone by then. So the two DCMs need not be on one machine.

use super::choose::{self, Choice};
use super::member::{Former, MemberId, NOBODY, Source};
use super::shelves::{Seeker, Tier};
use super::slots::Placement;
use super::{Dcm, Notice, Step};
use crate::proto::{Place, Rule, Trigger};
use crate::units::{NatKind, PeerId, Substream};
use std::collections::BTreeMap;

/// Slots that are asked for at once, of each substream, at most (assumption).
const ASKED_AT_MOST: usize = 64;
/// Share of the spare slots of a substream that a cluster keeps for its own members (assumption).
const KEPT: f64 = 0.25;

/// A member of the level above with room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relay {
    peer: PeerId,
    place: Place,
    nat: NatKind,
    /// Hops from the CDN node.
    depth: u8,
    /// Copies that it was offered for.
    left: u16,
}

/// What a DCM has been offered, and what it has offered, by substream.
#[derive(Debug)]
pub(super) struct Relays {
    offered: Vec<Vec<Relay>>,
    /// Slots that others have been offered since the last tick.
    promised: BTreeMap<(MemberId, Substream), u16>,
    /// Children that were sent back because the slot was gone.
    pub(super) sent_back: u64,
}

impl Relays {
    pub(super) fn new(substreams: u8) -> Self {
        let offered = vec![Vec::new(); usize::from(substreams)];
        Self { offered, promised: BTreeMap::new(), sent_back: 0 }
    }

    fn copies(&self, substream: Substream) -> usize {
        self.offered[substream.index()].iter().map(|relay| usize::from(relay.left)).sum()
    }

    /// Slots that others have been offered of a member in other substreams: whoever serves in all of them
    /// has each slot once.
    fn promised_of(&self, id: MemberId, but: Substream) -> u32 {
        let all = self.promised.range((id, Substream(0))..=(id, Substream(u8::MAX)));
        all.filter(|((_, other), _)| *other != but).map(|(_, count)| u32::from(*count)).sum()
    }

    /// One copy less; the depth at which it comes.
    fn take(&mut self, substream: Substream, peer: PeerId) -> u8 {
        let offered = &mut self.offered[substream.index()];
        let Some(place) = offered.iter().position(|relay| relay.peer == peer) else { return 1 };
        let relay = &mut offered[place];
        let depth = relay.depth;
        relay.left = relay.left.saturating_sub(1);
        if relay.left == 0 {
            offered.swap_remove(place);
        }
        depth
    }

    /// Nothing is to be had there any more.
    pub(super) fn strike(&mut self, peer: PeerId) {
        for offered in &mut self.offered {
            offered.retain(|relay| relay.peer != peer);
        }
    }
}

impl Dcm {
    /// Children that were sent back because the slot was gone.
    pub(crate) fn sent_back(&self) -> u64 {
        self.relays.sent_back
    }

    /// The nearest member of the level above that was offered and will do.
    pub(super) fn relay_for(
        &self,
        id: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> Option<Choice> {
        let child = self.view.member(id);
        let hopeless = self.history.hopeless(step.with.now, child.peer);
        let present = self.view.edge(id, substream).parent;
        let former = self.view.releasing(id, substream);
        let suits = |relay: &&Relay| {
            step.is_above(relay.peer, self.post(step).level)
                && present != Source::Outside(relay.peer)
                // What is still reserved there would be mistaken for the new place.
                && former != Some(Former::Outside(relay.peer))
                && child.nat.can_connect(relay.nat)
                && !hopeless.contains(&relay.peer)
                && !self.view.avoids(id, substream, relay.peer, step.with.now)
        };
        let nearest =
            self.relays.offered[substream.index()].iter().filter(suits).min_by_key(|relay| {
                (choose::distance(relay.place, child.place, step.with), relay.depth, relay.peer)
            })?;
        let feasible = self.view.others_fed(id, substream);
        Some(Choice::by_rule(Source::Outside(nearest.peer), Rule::FromLevelAbove, feasible))
    }

    /// Notes that a member takes a substream from the level above, whose DCM is told.
    pub(super) fn take_from_above(
        &mut self,
        id: MemberId,
        (substream, parent): (Substream, PeerId),
        step: &mut Step<'_, '_>,
    ) {
        let depth = self.relays.take(substream, parent).saturating_add(1);
        self.view.attach_outside(id, substream, parent, depth);
        let child = self.view.member(id).peer;
        step.notices.push(Notice::Taken { parent, child, substream });
    }

    /// A child of another cluster wants a slot of a member here: it has it, or is sent back.
    pub(super) fn give_slot(
        &mut self,
        id: MemberId,
        (child, substream): (PeerId, Substream),
        step: &mut Step<'_, '_>,
    ) {
        let member = self.view.member(id);
        let parent = member.peer;
        let fed = self.view.fed_without(id, NOBODY, substream);
        if fed && member.used < member.slots && !member.resting {
            self.view.use_slot(id);
            self.view.add_guest(id, substream, child, 1);
            return;
        }
        self.relays.sent_back += 1;
        let trigger = Trigger::ConnectFailed;
        step.notices.push(Notice::Orphaned { child, parent, substream, trigger, gone: false });
    }

    /// Asks the level above for as many copies as are missing, and some in stock.
    pub(super) fn ask_above(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        let Some(to) = self.post(step).above else { return };
        let stock = step.with.config.feeds_at(self.post(step).level) as usize;
        let waiting = self.view.len() - self.view.fed_count(substream) + self.rising.len();
        let wanted = stock + waiting + self.view.server_fed[substream.index()].len();
        let missing = wanted.min(ASKED_AT_MOST).saturating_sub(self.relays.copies(substream));
        if missing > 0 {
            let (by, count) = (self.number, missing as u16);
            step.notices.push(Notice::Wanted { to, by, substream, count });
        }
    }

    /// Offers so many copies, or as many as there are to spare.
    pub(crate) fn offer(
        &mut self,
        (to, substream, count): (u32, Substream, u16),
        step: &mut Step<'_, '_>,
    ) {
        let index = &self.view.index[substream.index()];
        let promised: u32 = self
            .relays
            .promised
            .iter()
            .filter(|((_, other), _)| *other == substream)
            .map(|(_, count)| u32::from(*count))
            .sum();
        let spare = (f64::from(index.free_slots()) * (1.0 - KEPT)) as u32;
        let mut left = u32::from(count).min(spare.saturating_sub(promised));
        let holders: Vec<MemberId> = index
            .in_order(Tier::Everybody, Seeker::ANYBODY, Placement::Interior)
            .filter(|id| self.view.fed_without(*id, NOBODY, substream))
            .take(ASKED_AT_MOST)
            .collect();
        let mut relays = Vec::new();
        for id in holders {
            let member = self.view.member(id);
            let others = if member.relay { self.relays.promised_of(id, substream) } else { 0 };
            let promised = self.relays.promised.entry((id, substream)).or_default();
            let free = u32::from(member.slots.saturating_sub(member.used))
                .saturating_sub(u32::from(*promised) + others);
            let share = left.min(free) as u16;
            if share > 0 {
                *promised += share;
                left -= u32::from(share);
                let depth = self.view.edge(id, substream).depth;
                let (peer, place, nat) = (member.peer, member.place, member.nat);
                relays.push(Relay { peer, place, nat, depth, left: share });
            }
        }
        if !relays.is_empty() {
            step.notices.push(Notice::Offered { to, substream, relays });
        }
    }

    /// Notes what was offered.
    pub(crate) fn note_offer(&mut self, substream: Substream, relays: Vec<Relay>) {
        let offered = &mut self.relays.offered[substream.index()];
        for relay in relays {
            offered.retain(|known| known.peer != relay.peer);
            offered.push(relay);
        }
    }

    /// Looks again at what the level above has to give: offers made are forgotten, those that are missing
    /// asked for, and whoever a CDN node feeds goes below a relay.
    pub(super) fn look_above(&mut self, substream: Substream, step: &mut Step<'_, '_>) {
        self.relays.promised.retain(|(_, other), _| *other != substream);
        self.recognize(substream, step);
        if self.post(step).above.is_none() {
            return;
        }
        let mut fed = self.view.server_fed[substream.index()].clone();
        fed.sort_unstable();
        let most = self.relays.copies(substream);
        self.in_turn_from(0, fed, most, |dcm, id| dcm.move_above(id, substream, step));
        self.ask_above(substream, step);
    }

    /// A member that a CDN node feeds goes below the level above.
    fn move_above(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) -> bool {
        if !self.view.report(id, substream).confirmed {
            return false;
        }
        let Some(choice) = self.relay_for(id, substream, step) else { return false };
        self.reassign(id, substream, choice, Trigger::Improvement, step);
        true
    }

    /// Strays whose parents have risen are none.
    fn recognize(&mut self, substream: Substream, step: &Step<'_, '_>) {
        let is_new = |id: &MemberId| {
            !self.view.is_from_above(*id, substream) && self.has_parent_above(*id, substream, step)
        };
        let risen: Vec<MemberId> = self.view.outside(substream).filter(is_new).collect();
        risen.into_iter().for_each(|id| self.view.mark_above(id, substream));
    }

    pub(super) fn has_parent_above(
        &self,
        id: MemberId,
        substream: Substream,
        step: &Step<'_, '_>,
    ) -> bool {
        let level = self.post(step).level;
        matches!(self.view.edge(id, substream).parent, Source::Outside(parent)
            if step.is_above(parent, level))
    }
}

//! Who goes to another level, and how (row C9): whoever rises takes everything from outside its cluster first, for
//! nobody takes anything from below.

use super::member::{Member, MemberId, Source};
use super::{Dcm, Notice, Step};
use crate::proto::{Place, Trigger};
use crate::units::Substream;
use std::cmp::Reverse;

impl Dcm {
    /// Gives members that are to rise parents outside the cluster: whoever is at a level takes nothing from
    /// below it.
    pub(super) fn prepare(&mut self, step: &mut Step<'_, '_>) {
        for id in self.called_up() {
            for substream in self.view.all_substreams() {
                let settled = self.view.report(id, substream).confirmed;
                if self.is_direct(id, substream) || !settled {
                    continue;
                }
                let choice = self
                    .relay_for(id, substream, step)
                    .or_else(|| self.server_for(id, substream, step));
                if let Some(choice) = choice {
                    self.reassign(id, substream, choice, Trigger::LevelChange, step);
                }
            }
        }
    }

    /// Whether no member of the cluster is its parent.
    pub(super) fn is_direct(&self, id: MemberId, substream: Substream) -> bool {
        match self.view.edge(id, substream).parent {
            Source::Server(_) => true,
            Source::Outside(_) => self.view.is_from_above(id, substream),
            Source::None | Source::Member(_) => false,
        }
    }

    /// Those who have been named, are still here and still strong.
    fn called_up(&self) -> Vec<MemberId> {
        let here = self.rising.iter().filter(|stay| self.view.lasts(**stay)).map(|stay| stay.id);
        here.filter(|id| self.is_strong(*id)).collect()
    }

    /// Those of them who may rise now.
    pub(crate) fn ready(&self) -> Vec<MemberId> {
        let is_ready = |id: &MemberId| {
            self.view.all_substreams().all(|substream| {
                self.is_direct(*id, substream) && self.view.report(*id, substream).confirmed
            })
        };
        self.called_up().into_iter().filter(is_ready).collect()
    }

    /// Names those who are to rise.
    pub(crate) fn call_up(&mut self, who: &[MemberId]) {
        self.rising = who.iter().map(|id| self.view.stay(*id)).collect();
    }

    /// Members that are to go to the level above: the uplink that they lend exceeds the rate of the stream, by
    /// measurement where that is asked for; they can be reached; and their standing, as history or their age
    /// has made it, lets them carry others.
    pub(crate) fn strong(&self, most: usize) -> Vec<MemberId> {
        let is_one = |(id, member): &(MemberId, &Member)| {
            !member.relay && self.is_strong(*id) && member.proof.is_enough()
        };
        self.view.members().filter(is_one).map(|(id, _)| id).take(most).collect()
    }

    /// Members that are so no longer.
    pub(crate) fn weak(&self, most: usize) -> Vec<MemberId> {
        let all = self.view.members().map(|(id, _)| id);
        all.filter(|id| !self.is_relay(*id) && !self.is_strong(*id)).take(most).collect()
    }

    /// Relays stay where they were called to.
    fn is_relay(&self, id: MemberId) -> bool {
        self.view.member(id).relay
    }

    pub(super) fn is_strong(&self, id: MemberId) -> bool {
        let member = self.view.member(id);
        member.has_surplus(self.view.substreams) && member.standing.carries_others()
    }

    /// The best of them: of the best standing, those with most uplink.
    pub(crate) fn strongest(&self, keep: impl Fn(Place) -> bool, most: usize) -> Vec<MemberId> {
        let mut all: Vec<MemberId> = self.strong(usize::MAX);
        all.retain(|id| keep(self.view.member(*id).place));
        all.sort_by_key(|id| {
            let member = self.view.member(*id);
            (member.standing, Reverse(member.slots), member.since, *id)
        });
        all.truncate(most);
        all
    }

    /// How many members are in such a place.
    pub(crate) fn count_in(&self, is_in: impl Fn(Place) -> bool) -> usize {
        self.view.members().filter(|(_, member)| is_in(member.place)).count()
    }

    /// A member has come from another level. Nobody takes anything from below: those whom it fed and who
    /// are not below it now get other parents.
    pub(crate) fn settle(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        for substream in self.view.all_substreams() {
            if self.has_parent_above(id, substream, step) {
                self.view.mark_above(id, substream);
            }
        }
        let parent = self.view.member(id).peer;
        let own = self.post(step).level;
        let is_below = |child| step.level_of(child).is_some_and(|level| own.is_above(level));
        let guests = self.view.guests(id).filter(|(_, child, _)| !is_below(*child));
        let others: Vec<_> = guests.collect();
        let trigger = Trigger::LevelChange;
        step.notices.extend(others.into_iter().map(|(substream, child, _)| Notice::Orphaned {
            child,
            parent,
            substream,
            trigger,
            gone: false,
        }));
    }
}

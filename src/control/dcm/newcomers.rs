//! Parents for many at once (rows A5, A6): one client after the other, in turn, or chosen by parents.
//!
//! Newcomers are gathered for a moment, so that there are many to look at together. Where they are not
//! gathered each is its own batch, and all orders are the same but for who chooses.

use super::choose::{self, Choice};
use super::member::{MemberId, Source, Stay};
use super::shelves::{Seeker, Tier};
use super::slots::Placement;
use super::{Dcm, Step};
use crate::control::config::AssignmentOrder;
use crate::proto::{Rule, Trigger};
use crate::units::{SimTime, Substream};

/// Those who have come and were told nothing yet.
#[derive(Debug, Default)]
pub(super) struct Newcomers {
    list: Vec<Stay>,
    due: Option<SimTime>,
}

impl Newcomers {
    /// When those who have been gathered are to be told.
    pub(super) fn due(&self) -> Option<SimTime> {
        self.due
    }
}

impl Dcm {
    /// A newcomer is told its parents at once, or with those who come in the next moment.
    pub(crate) fn receive(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        let stay = self.view.stay(id);
        if step.with.config.gather == crate::units::Span::ZERO {
            return self.settle_in([stay].into(), step);
        }
        let due = step.with.now + step.with.config.gather;
        self.newcomers.due.get_or_insert(due);
        self.newcomers.list.push(stay);
    }

    /// Places those who have been gathered, if it is time.
    pub(crate) fn place_newcomers(&mut self, step: &mut Step<'_, '_>) {
        if self.newcomers.due.is_some_and(|due| due <= step.with.now) {
            self.place_all_newcomers(step);
        }
    }

    /// Places those who have been gathered before it is time: some of them are about to move.
    pub(crate) fn place_all_newcomers(&mut self, step: &mut Step<'_, '_>) {
        self.newcomers.due = None;
        let batch = std::mem::take(&mut self.newcomers.list);
        self.settle_in(batch, step);
    }

    fn settle_in(&mut self, mut batch: Vec<Stay>, step: &mut Step<'_, '_>) {
        batch.retain(|stay| self.view.lasts(*stay));
        let (out, mut admitted): (Vec<MemberId>, Vec<MemberId>) =
            batch.into_iter().map(|stay| stay.id).partition(|id| self.has_to_stay_out(*id));
        for id in out {
            self.eject(id, Trigger::Join, step);
        }
        // Of one priority those first who will feed others: the next in turn finds their room.
        admitted.sort_by_key(|id| {
            let member = self.view.member(*id);
            (std::cmp::Reverse((member.priority, member.slots)), member.since, *id)
        });
        match step.with.config.assignment {
            AssignmentOrder::Sequential => self.one_after_the_other(&admitted, step),
            AssignmentOrder::Interleaved => self.in_turn(&admitted, step),
            AssignmentOrder::ChildSelection => self.as_parents_choose(&admitted, step),
        }
        for id in admitted {
            self.tell_whole(id, step);
            let member = self.view.member(id);
            if member.slots > u16::from(self.view.substreams) {
                self.preempt(id, member.home, step);
            }
        }
    }

    fn one_after_the_other(&mut self, batch: &[MemberId], step: &mut Step<'_, '_>) {
        for id in batch {
            for substream in self.view.all_substreams() {
                self.find_parent(*id, substream, self.arrival(*id), step);
            }
        }
    }

    /// A parent for the first, a parent for the second, another for the first.
    fn in_turn(&mut self, batch: &[MemberId], step: &mut Step<'_, '_>) {
        for substream in self.view.all_substreams() {
            for id in batch {
                self.find_parent(*id, substream, self.arrival(*id), step);
            }
        }
    }

    /// Each parent with room, the best first, takes those nearest to it; nodes feed those who are left.
    fn as_parents_choose(&mut self, batch: &[MemberId], step: &mut Step<'_, '_>) {
        for substream in self.view.all_substreams() {
            let mut open: Vec<MemberId> = batch.to_vec();
            let mut tried: Vec<MemberId> = Vec::new();
            while let Some(parent) = self.next_parent(substream, &tried) {
                tried.push(parent);
                self.take_children(parent, substream, &mut open, step);
                if open.is_empty() || tried.len() > batch.len() + step.with.config.candidates {
                    break;
                }
            }
            for id in open {
                self.find_parent(id, substream, self.arrival(id), step);
            }
        }
    }

    /// The first in the order of use who serves everybody and has had no turn.
    fn next_parent(&self, substream: Substream, tried: &[MemberId]) -> Option<MemberId> {
        let index = &self.view.index[substream.index()];
        let mut order = index.in_order(Tier::Everybody, Seeker::ANYBODY, Placement::Interior);
        order.find(|id| !tried.contains(id))
    }

    /// Gives a parent the nearest of those who are open, as far as its room goes.
    fn take_children(
        &mut self,
        parent: MemberId,
        substream: Substream,
        open: &mut Vec<MemberId>,
        step: &mut Step<'_, '_>,
    ) {
        let place = self.view.member(parent).place;
        // Those who will feed others come first: their children stand below them.
        open.sort_by_key(|id| {
            let leaf = choose::placement(&self.view, *id, substream) == Placement::Leaf;
            (leaf, choose::distance(place, self.view.member(*id).place, step.with), *id)
        });
        let mut left = self.view.member(parent).slots - self.view.member(parent).used;
        let considered = open.len() as u32;
        open.retain(|id| {
            let takes = left > 0
                && self.may_receive(*id, step)
                && self.may_pair(parent, *id, step)
                && choose::fits(&self.view, parent, *id, substream, step.with)
                && !self.is_outranked(*id, substream);
            if takes {
                left -= 1;
                let feasible = self.view.others_fed(*id, substream);
                let choice =
                    Choice::by_rule(Source::Member(parent), Rule::ChosenByParent, feasible);
                let choice = Choice { considered, ..choice };
                self.adopt(*id, substream, choice, self.arrival(*id), step);
            }
            !takes
        });
    }
}

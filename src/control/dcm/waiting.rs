//! Who waits for a parent, and in which order they are served (rows R2, R13).
//!
//! The higher priority first. Who is to give way for good when there is not enough for all is decided in
//! `shortage`.

use super::member::{MemberId, Source, Stay};
use super::{Dcm, Step};
use crate::proto::Trigger;
use crate::units::Substream;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Substreams that nobody feeds yet or that somebody reported as dead.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) list: Vec<(Stay, Substream)>,
    /// By substream: the highest priority of those who had to be left without a parent.
    highest: Vec<Option<u8>>,
    /// The highest priority of those who are left out because there is not enough for all.
    pub(super) left_out: Option<u8>,
}

impl Waiting {
    pub(super) fn new(substreams: u8) -> Self {
        Self { list: Vec::new(), highest: vec![None; usize::from(substreams)], left_out: None }
    }

    /// Enters one for whom nobody had room.
    pub(super) fn enter(&mut self, stay: Stay, substream: Substream, priority: u8) {
        self.list.push((stay, substream));
        let highest = &mut self.highest[substream.index()];
        *highest = (*highest).max(Some(priority));
    }

    /// Enters one that is fed, but by whom nothing may come any more.
    pub(super) fn suspect(&mut self, stay: Stay, substream: Substream) {
        self.list.push((stay, substream));
    }

    /// Takes out what some members wait for.
    pub(super) fn take_of(&mut self, whose: &BTreeSet<Stay>) -> Vec<(Stay, Substream)> {
        let (taken, rest) =
            std::mem::take(&mut self.list).into_iter().partition(|(stay, _)| whose.contains(stay));
        self.list = rest;
        taken
    }

    /// Takes all out, each once.
    fn take(&mut self) -> Vec<(Stay, Substream)> {
        self.highest.fill(None);
        let mut list = std::mem::take(&mut self.list);
        list.sort_unstable();
        list.dedup();
        list
    }
}

impl Dcm {
    /// Unfed substreams are tried again, and suspicions looked at again.
    pub(super) fn look_again(&mut self, step: &mut Step<'_, '_>) {
        let mut waiting = self.waiting.take();
        // Of one priority those first who can feed others: with one of them served, more can be.
        waiting.sort_by_key(|(stay, substream)| {
            (Reverse(self.view.member(stay.id).priority), !self.can_feed(*stay, *substream))
        });
        for (stay, substream) in waiting {
            let id = stay.id;
            if !self.view.lasts(stay) || self.view.member(id).left_out {
                continue;
            }
            if self.view.edge(id, substream).parent != Source::None {
                if self.view.report(id, substream).silent > 0 {
                    self.explain_silence(id, substream, step);
                }
                continue;
            }
            let choice = self.choose(id, substream, step);
            if choice.source == Source::None {
                if self.step_in(id, substream, step) {
                    continue;
                }
                self.waiting.enter(stay, substream, self.view.member(id).priority);
            } else {
                self.reassign(id, substream, choice, Trigger::Improvement, step);
            }
        }
    }

    /// Whether somebody of higher priority waits for the same substream: it is served first, at the
    /// next look, so that nobody comes before it by asking at the right moment.
    pub(super) fn is_outranked(&self, id: MemberId, substream: Substream) -> bool {
        let waits = self.waiting.highest[substream.index()].max(self.waiting.left_out);
        waits > Some(self.view.member(id).priority)
    }

    /// Whether a member would have room for others in a substream, if it had the substream.
    fn can_feed(&self, stay: Stay, substream: Substream) -> bool {
        let member = self.view.member(stay.id);
        self.view.lasts(stay) && member.home == substream && member.slots > member.used
    }

    /// Those who have lost their parents in the order in which they are served: the higher priority
    /// first, and of one priority those who carry others.
    pub(super) fn by_need(
        &self,
        mut orphans: Vec<(MemberId, Substream)>,
    ) -> Vec<(MemberId, Substream)> {
        orphans.sort_by_key(|(child, substream)| {
            let carries = self.view.children(*child, *substream).next().is_some();
            (Reverse(self.view.member(*child).priority), !carries)
        });
        orphans
    }
}

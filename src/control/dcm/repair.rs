//! A member goes: its children find new parents (rows R3, R4).

use super::member::{Former, MemberId, Source};
use super::{Cause, Dcm, Step};
use crate::proto::Trigger;
use crate::units::Substream;
use std::cmp::Reverse;

impl Dcm {
    /// A member says good-bye.
    pub(crate) fn leave(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        self.depart(id, Trigger::ParentLeft, step);
    }

    /// A member is concluded to be gone.
    pub(super) fn bury(&mut self, id: MemberId, step: &mut Step<'_, '_>) {
        self.counts.deaths += 1;
        self.depart(id, Trigger::ParentSilent, step);
    }

    /// Takes a member out and re-parents its children, not the whole subtree below it.
    fn depart(&mut self, id: MemberId, trigger: Trigger, step: &mut Step<'_, '_>) {
        self.keep_hours(step);
        self.close_stay(id, trigger, step);
        let orphans: Vec<(MemberId, Substream)> = self.all_children(id).collect();
        for substream in self.view.all_substreams() {
            self.return_uplink(id, substream, step);
        }
        for (child, substream) in &orphans {
            self.close_feed(*child, *substream, step);
            self.view.detach(*child, *substream);
        }
        let member = self.view.member(id);
        let cause = Cause { trigger, departed: Some(member.peer) };
        let peer = member.peer;
        self.slots -= u64::from(member.slots);
        self.left_out -= usize::from(member.left_out);
        self.recomputing.note(member.home, member.slots);
        step.clients.forget(member.peer);
        step.letters.extend(self.shares.close(id));
        self.history.forget(member.peer);
        self.dismiss_guests(id, peer, (trigger, true), step);
        self.unaware.remove(&self.view.stay(id));
        self.close_accounts(id);
        self.view.remove(id);
        for (child, substream) in self.by_need(orphans) {
            self.replace(child, substream, cause, step);
        }
    }

    /// The children of a member in all substreams.
    pub(super) fn all_children(&self, id: MemberId) -> impl Iterator<Item = (MemberId, Substream)> {
        self.view.all_substreams().flat_map(move |substream| {
            self.view.children(id, substream).map(move |child| (child, substream))
        })
    }

    /// Moves children away beyond the first `most`, those first who carry nobody and have a low priority; returns
    /// how many.
    pub(super) fn shed(
        &mut self,
        id: MemberId,
        most: usize,
        trigger: Trigger,
        step: &mut Step<'_, '_>,
    ) -> usize {
        let children: Vec<_> = self.all_children(id).collect();
        if children.len() <= most {
            return 0;
        }
        let excess = self.by_need(children).split_off(most);
        let moved = excess.len();
        excess.into_iter().for_each(|(child, substream)| {
            self.replace(child, substream, trigger, step);
        });
        moved
    }

    /// The present parent becomes the one to release, confirmed or not: the child may have heard of it and take
    /// from it already, and not hear of the next one. Where another is to be released already, or the parent is
    /// another cluster's and was never confirmed, it is freed at once.
    pub(super) fn retire_parent(
        &mut self,
        id: MemberId,
        substream: Substream,
        step: &mut Step<'_, '_>,
    ) {
        let edge = *self.view.edge(id, substream);
        self.close_feed(id, substream, step);
        let confirmed = self.view.report(id, substream).confirmed;
        let (former, held) = match edge.parent {
            Source::None => return,
            Source::Server(number) => return step.servers.release(number, step.with.rate),
            Source::Member(parent) => (Former::Member(self.view.stay(parent)), true),
            Source::Outside(parent) => (Former::Outside(parent), confirmed),
        };
        if held && self.view.releasing(id, substream).is_none() {
            self.view.release_later(id, substream, former);
        } else {
            self.free_former(id, substream, Some(former), step);
        }
    }

    /// Gives back what others had reserved for this member.
    fn return_uplink(&mut self, id: MemberId, substream: Substream, step: &mut Step<'_, '_>) {
        let former = self.view.take_releasing(id, substream);
        self.free_former(id, substream, former, step);
        match self.view.edge(id, substream).parent {
            Source::Server(number) => step.servers.release(number, step.with.rate),
            Source::Outside(peer) => {
                self.free_former(id, substream, Some(Former::Outside(peer)), step)
            }
            Source::Member(_) => self.close_feed(id, substream, step),
            Source::None => {}
        }
    }

    /// Moves everybody away from CDN nodes that are down.
    pub(super) fn flee_lost_servers(&mut self, step: &mut Step<'_, '_>) {
        if std::mem::replace(&mut self.seen_losses, step.servers.losses()) == step.servers.losses()
        {
            return;
        }
        let mut fed: Vec<(MemberId, Substream)> = self
            .view
            .members()
            .flat_map(|(id, _)| self.view.all_substreams().map(move |substream| (id, substream)))
            .filter(|(id, substream)| match self.view.edge(*id, *substream).parent {
                Source::Server(number) => step.servers.is_down(number),
                Source::None | Source::Member(_) | Source::Outside(_) => false,
            })
            .collect();
        fed.sort_by_key(|(id, _)| Reverse(self.view.member(*id).priority));
        for (id, substream) in fed {
            self.replace(id, substream, Trigger::ParentSilent, step);
        }
    }
}

//! Edges between this cluster and others: what a move between clusters has cut.
//!
//! Each side keeps its end: the child's the name of the parent, the parent's the uplink that it still
//! sends with. Neither can look beyond.

use super::View;
use crate::control::dcm::member::{Former, MemberId, Source};
use crate::units::{PeerId, Substream};
use std::collections::{BTreeMap, BTreeSet};

/// Both kinds of ends.
#[derive(Debug, Default)]
pub(super) struct Border {
    /// Edges whose parent is in another cluster.
    outside: BTreeSet<(Substream, MemberId)>,
    /// Those of them whose parent is at a level above.
    above: BTreeSet<(Substream, MemberId)>,
    /// Children in other clusters, by their parent here, and how often uplink is reserved for each: once
    /// for being a child, once more while it has not reported another parent.
    guests: BTreeMap<(MemberId, Substream, PeerId), u8>,
}

impl View {
    /// Members that another cluster feeds.
    pub(in crate::control::dcm) fn outside(
        &self,
        substream: Substream,
    ) -> impl Iterator<Item = MemberId> {
        let all = (substream, 0)..=(substream, MemberId::MAX);
        self.border.outside.range(all).map(|(_, id)| *id)
    }

    /// Edges that end at a parent in another cluster, of all substreams.
    pub(in crate::control::dcm) fn outside_edges(&self) -> usize {
        self.border.outside.len()
    }

    /// Children that a member has in other clusters, with the uplink reserved for each.
    pub(in crate::control::dcm) fn guests(
        &self,
        id: MemberId,
    ) -> impl Iterator<Item = (Substream, PeerId, u8)> {
        let all = (id, Substream::default(), PeerId::new(0))
            ..=(id, Substream(u8::MAX), PeerId::new(u32::MAX));
        let guests = self.border.guests.range(all);
        guests.map(|((_, substream, child), slots)| (*substream, *child, *slots))
    }

    /// The uplink reserved for each child in another cluster, of all members.
    pub(in crate::control::dcm) fn all_guests(&self) -> impl Iterator<Item = u8> {
        self.border.guests.values().copied()
    }

    /// Whether a member has children in a substream, here or elsewhere.
    pub(in crate::control::dcm) fn feeds_anybody(
        &self,
        id: MemberId,
        substream: Substream,
    ) -> bool {
        self.children(id, substream).next().is_some()
            || (!self.border.guests.is_empty()
                && self.guests(id).any(|(other, ..)| other == substream))
    }

    /// Reserves a slot that is in use already for a child in another cluster.
    pub(in crate::control::dcm) fn add_guest(
        &mut self,
        id: MemberId,
        substream: Substream,
        child: PeerId,
        slots: u8,
    ) {
        *self.border.guests.entry((id, substream, child)).or_default() += slots;
    }

    /// Ends one such reservation, whose slot stays in use; false where there is none.
    pub(in crate::control::dcm) fn take_guest(
        &mut self,
        id: MemberId,
        substream: Substream,
        child: PeerId,
    ) -> bool {
        let Some(slots) = self.border.guests.get_mut(&(id, substream, child)) else { return false };
        *slots -= 1;
        if *slots == 0 {
            self.border.guests.remove(&(id, substream, child));
        }
        true
    }

    /// A member has gone: its number will be another's.
    pub(super) fn forget_guests(&mut self, id: MemberId) {
        let gone: Vec<_> =
            self.guests(id).map(|(substream, child, _)| (substream, child)).collect();
        for (substream, child) in gone {
            self.border.guests.remove(&(id, substream, child));
        }
    }

    pub(super) fn unlist_outside(&mut self, child: MemberId, substream: Substream) {
        self.border.outside.remove(&(substream, child));
        self.border.above.remove(&(substream, child));
    }

    /// Puts a member below one of the level above, so many hops from the CDN node. The former parent's
    /// uplink is freed by the caller.
    pub(in crate::control::dcm) fn attach_outside(
        &mut self,
        child: MemberId,
        substream: Substream,
        parent: PeerId,
        depth: u8,
    ) {
        self.attach(child, substream, Source::Outside(parent), Some(parent));
        self.border.outside.insert((substream, child));
        self.border.above.insert((substream, child));
        self.set_depth(child, substream, depth);
    }

    /// Notes that the parent outside is at a level above.
    pub(in crate::control::dcm) fn mark_above(&mut self, child: MemberId, substream: Substream) {
        self.border.above.insert((substream, child));
    }

    /// Whether the level above feeds a member.
    pub(in crate::control::dcm) fn is_from_above(
        &self,
        child: MemberId,
        substream: Substream,
    ) -> bool {
        self.border.above.contains(&(substream, child))
    }

    /// Members that the level above feeds.
    pub(in crate::control::dcm) fn count_from_above(&self, substream: Substream) -> usize {
        let all = (substream, 0)..=(substream, MemberId::MAX);
        self.border.above.range(all).count()
    }

    /// Cuts an edge between members: from now on they count as of two clusters. Nothing else about it
    /// changes, so that data flow on.
    pub(in crate::control::dcm) fn cut(&mut self, child: MemberId, substream: Substream) {
        let Source::Member(above) = self.edge(child, substream).parent else { return };
        let [parent, peer] = [above, child].map(|id| self.member(id).peer);
        self.unlist_crossing(child, substream);
        self.unlink(child, substream);
        self.edge_mut(child, substream).parent = Source::Outside(parent);
        self.border.outside.insert((substream, child));
        self.add_guest(above, substream, peer, 1);
    }

    /// Joins a cut edge again: both ends are members here.
    pub(in crate::control::dcm) fn mend(
        &mut self,
        child: MemberId,
        substream: Substream,
        above: MemberId,
    ) {
        let peer = self.member(child).peer;
        if !self.take_guest(above, substream, peer) {
            return;
        }
        self.unlist_outside(child, substream);
        self.edge_mut(child, substream).parent = Source::Member(above);
        self.list_crossing(child, substream);
        self.link(child, substream, above);
        // It may have helped out there, before it was moved.
        self.help_out(above, substream);
        let depth = match self.edge(above, substream).depth {
            0 => 0,
            depth => depth.saturating_add(1),
        };
        self.set_depth(child, substream, depth);
    }

    /// The same for the uplink that a former parent keeps reserved: cut.
    pub(in crate::control::dcm) fn cut_former(&mut self, child: MemberId, substream: Substream) {
        let Some(Former::Member(stay)) = self.releasing(child, substream) else { return };
        if self.lasts(stay) {
            let [parent, peer] = [stay.id, child].map(|id| self.member(id).peer);
            self.release_later(child, substream, Former::Outside(parent));
            self.add_guest(stay.id, substream, peer, 1);
        } else {
            self.take_releasing(child, substream);
        }
    }

    /// And joined again.
    pub(in crate::control::dcm) fn mend_former(
        &mut self,
        child: MemberId,
        substream: Substream,
        above: MemberId,
    ) {
        if self.take_guest(above, substream, self.member(child).peer) {
            self.release_later(child, substream, Former::Member(self.stay(above)));
        }
    }

    /// An edge of a newcomer that it had elsewhere: from nobody, a CDN node, or another cluster.
    pub(in crate::control::dcm) fn restore_edge(
        &mut self,
        child: MemberId,
        substream: Substream,
        parent: Source,
        depth: u8,
    ) {
        self.edge_mut(child, substream).parent = parent;
        self.list_crossing(child, substream);
        match parent {
            Source::Server(_) => self.list_server_fed(child, substream),
            Source::Outside(_) => {
                self.border.outside.insert((substream, child));
            }
            Source::None | Source::Member(_) => {}
        }
        self.set_depth(child, substream, depth);
    }
}

//! Who has room, and in which substream a member is interior.

use super::View;
use crate::control::dcm::member::{Member, MemberId};
use crate::control::dcm::shelves::Shelf;
use crate::control::dcm::slots::SlotIndex;
use crate::units::Substream;

impl View {
    /// Puts the member where it belongs in the index of its home substream.
    pub(in crate::control::dcm) fn refresh_room(&mut self, id: MemberId) {
        let member = &self.members[id as usize];
        let home = member.home;
        let free = member.slots.saturating_sub(member.used);
        let depth = self.edge(id, home).depth;
        let wanted = (member.alive && free > 0 && depth > 0)
            .then(|| SlotIndex::key(member.nat, member.mature, depth, free))
            .flatten();
        let present = member.room;
        if present.map(|room| (room.key, room.free)) == wanted.map(|key| (key, free)) {
            return;
        }
        self.forget_room(id);
        if let Some(key) = wanted {
            self.take_place(id, key, free);
        }
    }

    /// Puts a member on its shelves.
    fn take_place(&mut self, id: MemberId, key: u16, free: u16) {
        let member = &mut self.members[id as usize];
        let index = &mut self.index[member.home.index()];
        member.room = Some(index.shelf(Shelf::of(member)).insert(id, key, free));
        if let Some(shelf) = Shelf::beside(member) {
            if self.beside.len() <= id as usize {
                self.beside.resize(id as usize + 1, None);
            }
            self.beside[id as usize] = Some(index.shelf(shelf).insert(id, key, free));
        }
    }

    pub(super) fn forget_room(&mut self, id: MemberId) {
        let member = &mut self.members[id as usize];
        let (shelf, beside) = (Shelf::of(member), Shelf::beside(member));
        let index = &mut self.index[member.home.index()];
        let Some(room) = member.room.take() else { return };
        // The last of the bucket took the place that became free.
        if let Some(moved) = index.shelf(shelf).remove(room)
            && let Some(other) = &mut self.members[moved as usize].room
        {
            other.position = room.position;
        }
        if let Some(shelf) = beside
            && let Some(room) = self.beside[id as usize].take()
            && let Some(moved) = index.shelf(shelf).remove(room)
            && let Some(other) = &mut self.beside[moved as usize]
        {
            other.position = room.position;
        }
    }

    /// A member's hours of serving nobody begin or end.
    pub(in crate::control::dcm) fn set_resting(&mut self, id: MemberId, resting: bool) {
        self.forget_room(id);
        self.members[id as usize].resting = resting;
        self.refresh_room(id);
    }

    /// The substream in which uplink is scarcest: the least of it free, and the least of it at all.
    pub(in crate::control::dcm) fn scarcest(&self) -> Substream {
        let scarcity = |substream: &Substream| {
            let number = substream.index();
            (self.index[number].free_slots(), self.homed[number])
        };
        self.all_substreams().min_by_key(scarcity).unwrap_or_default()
    }

    /// Whether the home of an idle member can do without its slots better than `other` can: where
    /// uplink is scarce, moving it would only move the want.
    pub(in crate::control::dcm) fn can_spare(&self, id: MemberId, other: Substream) -> bool {
        let Member { home, slots, .. } = self.members[id as usize];
        self.index[home.index()].free_slots() > u32::from(slots)
            || self.homed[other.index()] + u64::from(slots) <= self.homed[home.index()]
    }

    /// Makes the member interior in another substream; it must not have children in its present one.
    pub(in crate::control::dcm) fn set_home(&mut self, id: MemberId, home: Substream) {
        self.forget_room(id);
        let former = std::mem::replace(&mut self.members[id as usize].home, home);
        let slots = u64::from(self.members[id as usize].slots);
        self.homed[former.index()] -= slots;
        self.homed[home.index()] += slots;
        self.refresh_room(id);
    }
}

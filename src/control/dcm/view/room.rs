//! Who has room, and in which substreams a member is interior.
//!
//! A member is interior in its home. Where another substream has no room left, it may help out there
//! with what its home does not need, until it has no children there any more.

use super::View;
use crate::control::dcm::member::{Member, MemberId};
use crate::control::dcm::shelves::Shelf;
use crate::control::dcm::slots::{Room, SlotIndex};
use crate::control::history::Standing;
use crate::units::Substream;

/// Where a member stands in a substream that is not its home.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Help {
    room: Option<Room>,
    /// On the shelf of its group.
    beside: Option<Room>,
}

impl View {
    /// Puts the member where it belongs in the indexes of the substreams in which it serves.
    pub(in crate::control::dcm) fn refresh_room(&mut self, id: MemberId) {
        self.refresh_room_in(id, self.members[id as usize].home);
        for substream in self.helps_in(id) {
            self.refresh_room_in(id, substream);
        }
    }

    fn refresh_room_in(&mut self, id: MemberId, substream: Substream) {
        let member = &self.members[id as usize];
        let free = member.slots.saturating_sub(member.used);
        let depth = self.edge(id, substream).depth;
        let wanted = (member.alive && free > 0 && depth > 0)
            .then(|| SlotIndex::key(member.nat, member.standing, depth, free))
            .flatten();
        let present = *self.room(id, substream);
        if present.map(|room| (room.key, room.free)) == wanted.map(|key| (key, free)) {
            return;
        }
        self.forget_room_in(id, substream);
        if let Some(key) = wanted {
            self.take_place(id, substream, key, free);
        }
    }

    /// Where a member stands in the index of a substream.
    fn room(&mut self, id: MemberId, substream: Substream) -> &mut Option<Room> {
        let member = &mut self.members[id as usize];
        if member.home == substream {
            return &mut member.room;
        }
        &mut self.helps.entry((id, substream)).or_default().room
    }

    /// Where it stands on the shelf of its group.
    fn room_beside(&mut self, id: MemberId, substream: Substream) -> &mut Option<Room> {
        if self.members[id as usize].home != substream {
            return &mut self.helps.entry((id, substream)).or_default().beside;
        }
        if self.beside.len() <= id as usize {
            self.beside.resize(id as usize + 1, None);
        }
        &mut self.beside[id as usize]
    }

    /// Puts a member on its shelves.
    fn take_place(&mut self, id: MemberId, substream: Substream, key: u16, free: u16) {
        let member = &self.members[id as usize];
        let (shelf, beside) = (Shelf::of(member), Shelf::beside(member));
        let index = &mut self.index[substream.index()];
        let room = index.shelf(shelf).insert(id, key, free);
        let second = beside.map(|shelf| index.shelf(shelf).insert(id, key, free));
        *self.room(id, substream) = Some(room);
        if second.is_some() {
            *self.room_beside(id, substream) = second;
        }
    }

    pub(super) fn forget_room(&mut self, id: MemberId) {
        self.forget_room_in(id, self.members[id as usize].home);
        for substream in self.helps_in(id) {
            self.forget_room_in(id, substream);
        }
    }

    fn forget_room_in(&mut self, id: MemberId, substream: Substream) {
        let member = &self.members[id as usize];
        let (shelf, beside) = (Shelf::of(member), Shelf::beside(member));
        let Some(room) = self.room(id, substream).take() else { return };
        // The last of the bucket took the place that became free.
        let moved = self.index[substream.index()].shelf(shelf).remove(room);
        if let Some(other) = moved.and_then(|moved| self.room(moved, substream).as_mut()) {
            other.position = room.position;
        }
        let Some(shelf) = beside else { return };
        let Some(room) = self.room_beside(id, substream).take() else { return };
        let moved = self.index[substream.index()].shelf(shelf).remove(room);
        if let Some(other) = moved.and_then(|moved| self.room_beside(moved, substream).as_mut()) {
            other.position = room.position;
        }
    }

    /// A member's hours of serving nobody begin or end.
    pub(in crate::control::dcm) fn set_resting(&mut self, id: MemberId, resting: bool) {
        self.forget_room(id);
        self.members[id as usize].resting = resting;
        self.refresh_room(id);
    }

    /// The substreams in which a member helps out.
    fn helps_in(&self, id: MemberId) -> Vec<Substream> {
        if self.helps.is_empty() {
            return Vec::new();
        }
        let all = (id, Substream(0))..=(id, Substream(u8::MAX));
        self.helps.range(all).map(|((_, substream), _)| *substream).collect()
    }

    /// Has a member serve in a substream that is not its home, too.
    pub(in crate::control::dcm) fn help_out(&mut self, id: MemberId, substream: Substream) {
        if self.members[id as usize].home != substream {
            self.helps.entry((id, substream)).or_default();
            self.refresh_room_in(id, substream);
        }
    }

    /// Whether a member is listed in a substream when it has room.
    pub(in crate::control::dcm) fn serves_in(&self, id: MemberId, substream: Substream) -> bool {
        self.members[id as usize].home == substream || self.helps.contains_key(&(id, substream))
    }

    /// Those who help out in a substream in which they have no children go back to their homes. A relay is
    /// there for all of them.
    pub(in crate::control::dcm) fn end_help(&mut self) {
        let idle = |(id, substream): &(MemberId, Substream)| {
            !self.members[*id as usize].relay && !self.feeds_anybody(*id, *substream)
        };
        let done: Vec<_> = self.helps.keys().copied().filter(idle).collect();
        for (id, substream) in done {
            self.stop_helping(id, substream);
        }
    }

    fn stop_helping(&mut self, id: MemberId, substream: Substream) {
        self.forget_room_in(id, substream);
        self.helps.remove(&(id, substream));
    }

    /// Takes a member that goes off all shelves.
    pub(super) fn forget_helps(&mut self, id: MemberId) {
        for substream in self.helps_in(id) {
            self.stop_helping(id, substream);
        }
    }

    /// A member may send more or fewer substreams than before; those reserved stay reserved.
    pub(in crate::control::dcm) fn set_slots(&mut self, id: MemberId, slots: u16) {
        let member = &mut self.members[id as usize];
        let home = member.home.index();
        let former = std::mem::replace(&mut member.slots, slots);
        self.homed[home] = self.homed[home] + u64::from(slots) - u64::from(former);
        self.refresh_room(id);
    }

    /// A member is to be relied on more, or less.
    pub(in crate::control::dcm) fn set_standing(&mut self, id: MemberId, standing: Standing) {
        self.members[id as usize].standing = standing;
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
        self.forget_helps(id);
        self.forget_room(id);
        let former = std::mem::replace(&mut self.members[id as usize].home, home);
        let slots = u64::from(self.members[id as usize].slots);
        self.homed[former.index()] -= slots;
        self.homed[home.index()] += slots;
        self.refresh_room(id);
    }
}

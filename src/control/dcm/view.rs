//! What a DCM (delivery coordinator manager) knows of its cluster: members, their edges, and who has room.
//!
//! Dense arrays by member number. Only bookkeeping: nothing here decides.

use super::reports::{Report, Reports};
use super::slots::{Room, SlotIndex};
use crate::proto::Place;
use crate::units::{NatKind, PeerId, SimTime, Substream};

/// A member's number within its cluster; reused after it has left.
pub(crate) type MemberId = u32;

/// One stay of a member: its number is somebody else's later, and the same peer may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stay {
    pub(super) id: MemberId,
    nth: u32,
}

/// No such member.
pub(super) const NOBODY: MemberId = MemberId::MAX;

/// Where a member takes a substream from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// From nobody.
    None,
    /// From a CDN node, by its number in the table of servers.
    Server(u16),
    /// From another member.
    Member(MemberId),
}

/// A client in the cluster.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) peer: PeerId,
    pub(super) place: Place,
    pub(super) nat: NatKind,
    /// Substreams that it may send at the same time.
    pub(super) slots: u16,
    /// Of these, reserved.
    pub(super) used: u16,
    /// The substream in which it is interior.
    pub(super) home: Substream,
    pub(super) mature: bool,
    pub(super) alive: bool,
    /// Where it stands in the index of its home substream.
    pub(super) room: Option<Room>,
    /// Packets of each substream that it keeps for others; none where it said no limit.
    pub(super) kept: Option<u32>,
    /// Packets behind the live edge at which it begins.
    pub(super) behind: u32,
}

/// One substream of one member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) parent: Source,
    /// A former parent whose uplink stays reserved until the child reports the new one.
    pub(super) releasing: Option<Stay>,
    /// A parent to which the path failed: not tried again before the time given.
    pub(super) avoid: Option<(PeerId, SimTime)>,
    pub(super) first_child: MemberId,
    pub(super) next: MemberId,
    pub(super) previous: MemberId,
    /// Hops from the CDN node; 0 while it has no parent.
    pub(super) depth: u8,
}

const UNFED: Edge = Edge {
    parent: Source::None,
    releasing: None,
    avoid: None,
    first_child: NOBODY,
    next: NOBODY,
    previous: NOBODY,
    depth: 0,
};

/// The cluster-wide view.
#[derive(Debug)]
pub(super) struct View {
    pub(super) substreams: u8,
    members: Vec<Member>,
    edges: Vec<Edge>,
    /// What members last reported.
    pub(super) reports: Reports,
    vacant: Vec<MemberId>,
    /// How many members had a number before.
    former: Vec<u32>,
    count: usize,
    /// Slots of those who are interior in each substream, used or not.
    homed: Vec<u64>,
    /// Who has room, by home substream.
    pub(super) index: Vec<SlotIndex>,
    /// Members that a CDN node feeds though peers could reach them, by substream.
    pub(super) server_fed: Vec<Vec<MemberId>>,
    walk: Vec<MemberId>,
}

impl View {
    pub(super) fn new(substreams: u8) -> Self {
        let count = usize::from(substreams);
        Self {
            substreams,
            members: Vec::new(),
            edges: Vec::new(),
            reports: Reports::new(substreams),
            vacant: Vec::new(),
            former: Vec::new(),
            count: 0,
            homed: vec![0; count],
            index: (0..count).map(|_| SlotIndex::default()).collect(),
            server_fed: vec![Vec::new(); count],
            walk: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn member(&self, id: MemberId) -> &Member {
        &self.members[id as usize]
    }

    pub(super) fn member_mut(&mut self, id: MemberId) -> &mut Member {
        &mut self.members[id as usize]
    }

    /// All members, in the order of their numbers.
    pub(super) fn members(&self) -> impl Iterator<Item = (MemberId, &Member)> {
        self.members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.alive)
            .map(|(id, member)| (id as MemberId, member))
    }

    pub(super) fn edge(&self, id: MemberId, substream: Substream) -> &Edge {
        &self.edges[id as usize * usize::from(self.substreams) + substream.index()]
    }

    pub(super) fn edge_mut(&mut self, id: MemberId, substream: Substream) -> &mut Edge {
        &mut self.edges[id as usize * usize::from(self.substreams) + substream.index()]
    }

    pub(super) fn report(&self, id: MemberId, substream: Substream) -> &Report {
        self.reports.of(id, substream)
    }

    pub(super) fn report_mut(&mut self, id: MemberId, substream: Substream) -> &mut Report {
        self.reports.of_mut(id, substream)
    }

    pub(super) fn all_substreams(&self) -> impl Iterator<Item = Substream> + use<> {
        Substream::all(self.substreams)
    }

    /// Adds a member that has no parents yet.
    pub(super) fn add(&mut self, member: Member, now: SimTime) -> MemberId {
        self.count += 1;
        self.homed[member.home.index()] += u64::from(member.slots);
        let id = self.place(member);
        self.reports.reset(id, now);
        id
    }

    fn place(&mut self, member: Member) -> MemberId {
        let width = usize::from(self.substreams);
        if let Some(id) = self.vacant.pop() {
            self.members[id as usize] = member;
            self.edges[id as usize * width..][..width].fill(UNFED);
            return id;
        }
        let id = self.members.len() as MemberId;
        self.members.push(member);
        self.former.push(0);
        self.edges.extend(std::iter::repeat_n(UNFED, width));
        id
    }

    /// Takes a member out of every table; its children must have been moved before.
    pub(super) fn remove(&mut self, id: MemberId) {
        for substream in self.all_substreams() {
            self.detach(id, substream);
        }
        self.forget_room(id);
        let Member { home, slots, .. } = self.members[id as usize];
        self.homed[home.index()] -= u64::from(slots);
        self.members[id as usize].alive = false;
        self.vacant.push(id);
        self.former[id as usize] += 1;
        self.count -= 1;
    }

    /// The present stay of a member.
    pub(super) fn stay(&self, id: MemberId) -> Stay {
        Stay { id, nth: self.former[id as usize] }
    }

    /// Whether that stay lasts.
    pub(super) fn lasts(&self, stay: Stay) -> bool {
        self.stay(stay.id) == stay
    }

    /// Puts `child` under `parent`. The former parent's uplink is freed by the caller.
    pub(super) fn attach(
        &mut self,
        child: MemberId,
        substream: Substream,
        parent: Source,
        assigned: Option<PeerId>,
    ) {
        self.unlink(child, substream);
        let depth = match parent {
            Source::None => 0,
            Source::Server(_) => {
                self.list_server_fed(child, substream);
                1
            }
            Source::Member(above) => {
                self.link(child, substream, above);
                match self.edge(above, substream).depth {
                    0 => 0,
                    depth => depth.saturating_add(1),
                }
            }
        };
        self.edge_mut(child, substream).parent = parent;
        let report = self.report_mut(child, substream);
        *report = Report { assigned, last: report.last, ..Report::NONE };
        self.set_depth(child, substream, depth);
        if let Source::Member(above) = parent {
            self.members[above as usize].used += 1;
            self.refresh_room(above);
        }
    }

    /// Leaves `child` without a parent; the parent's uplink is freed.
    pub(super) fn detach(&mut self, child: MemberId, substream: Substream) {
        if let Source::Member(above) = self.edge(child, substream).parent {
            self.free_slot(above);
        }
        self.attach(child, substream, Source::None, None);
    }

    /// Gives back one reserved slot of a member.
    pub(super) fn free_slot(&mut self, parent: MemberId) {
        let member = &mut self.members[parent as usize];
        member.used = member.used.saturating_sub(1);
        self.refresh_room(parent);
    }

    fn unlink(&mut self, child: MemberId, substream: Substream) {
        let Edge { parent, next, previous, .. } = *self.edge(child, substream);
        match parent {
            Source::None => return,
            Source::Server(_) => return self.unlist_server_fed(child, substream),
            Source::Member(above) if previous == NOBODY => {
                self.edge_mut(above, substream).first_child = next
            }
            Source::Member(_) => self.edge_mut(previous, substream).next = next,
        }
        if next != NOBODY {
            self.edge_mut(next, substream).previous = previous;
        }
        let edge = self.edge_mut(child, substream);
        (edge.next, edge.previous) = (NOBODY, NOBODY);
    }

    /// Members that no peer can reach are not listed: they stay with the CDN for ever.
    fn list_server_fed(&mut self, child: MemberId, substream: Substream) {
        if self.members[child as usize].nat != NatKind::UdpBlocked {
            let fed = &mut self.server_fed[substream.index()];
            fed.push(child);
            // A server-fed edge has no siblings; its link keeps the place in the list.
            let place = fed.len() as MemberId - 1;
            self.edge_mut(child, substream).next = place;
        }
    }

    fn unlist_server_fed(&mut self, child: MemberId, substream: Substream) {
        let place = std::mem::replace(&mut self.edge_mut(child, substream).next, NOBODY);
        if place == NOBODY {
            return;
        }
        let fed = &mut self.server_fed[substream.index()];
        fed.swap_remove(place as usize);
        if let Some(moved) = fed.get(place as usize).copied() {
            self.edge_mut(moved, substream).next = place;
        }
    }

    fn link(&mut self, child: MemberId, substream: Substream, above: MemberId) {
        let first = std::mem::replace(&mut self.edge_mut(above, substream).first_child, child);
        self.edge_mut(child, substream).next = first;
        if first != NOBODY {
            self.edge_mut(first, substream).previous = child;
        }
    }

    /// Sets the depth of `top` and of everything below it.
    fn set_depth(&mut self, top: MemberId, substream: Substream, depth: u8) {
        let old = std::mem::replace(&mut self.edge_mut(top, substream).depth, depth);
        if old == depth {
            return;
        }
        let mut walk = std::mem::take(&mut self.walk);
        walk.push(top);
        while let Some(id) = walk.pop() {
            self.refresh_room(id);
            // Below somebody who is not fed, nobody is.
            let below = match self.edge(id, substream).depth {
                0 => 0,
                depth => depth.saturating_add(1),
            };
            let mut child = self.edge(id, substream).first_child;
            while child != NOBODY {
                let edge = self.edge_mut(child, substream);
                let next = edge.next;
                // Whose depth is right has everything below it right.
                if std::mem::replace(&mut edge.depth, below) != below {
                    walk.push(child);
                }
                child = next;
            }
        }
        self.walk = walk;
    }

    /// The sequence number that `parent` last said it had sent to `child`.
    pub(super) fn sent_to(
        &self,
        parent: MemberId,
        child: MemberId,
        substream: Substream,
    ) -> Option<u32> {
        self.reports.sent(parent, self.member(child).peer, substream)
    }

    /// The children of a member in one substream.
    pub(super) fn children(
        &self,
        id: MemberId,
        substream: Substream,
    ) -> impl Iterator<Item = MemberId> {
        let first = self.edge(id, substream).first_child;
        std::iter::successors((first != NOBODY).then_some(first), move |child| {
            let next = self.edge(*child, substream).next;
            (next != NOBODY).then_some(next)
        })
    }

    /// Members in the subtree of `top`, itself included.
    pub(super) fn subtree_size(&self, top: MemberId, substream: Substream) -> usize {
        let (mut stack, mut size) = (Vec::from([top]), 0);
        while let Some(id) = stack.pop() {
            size += 1;
            stack.extend(self.children(id, substream));
        }
        size
    }

    /// Whether data can reach `id` without passing `through`: its ancestors end at a CDN node.
    pub(super) fn fed_without(
        &self,
        id: MemberId,
        through: MemberId,
        substream: Substream,
    ) -> bool {
        let mut at = id;
        loop {
            if at == through {
                return false;
            }
            match self.edge(at, substream).parent {
                Source::None => return false,
                Source::Server(_) => return true,
                Source::Member(above) => at = above,
            }
        }
    }

    /// Puts the member where it belongs in the index of its home substream.
    pub(super) fn refresh_room(&mut self, id: MemberId) {
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
            self.members[id as usize].room = Some(self.index[home.index()].insert(id, key, free));
        }
    }

    fn forget_room(&mut self, id: MemberId) {
        let home = self.members[id as usize].home;
        if let Some(room) = self.members[id as usize].room.take()
            && let Some(moved) = self.index[home.index()].remove(room)
        {
            // The last of the bucket took the place that became free.
            if let Some(other) = &mut self.members[moved as usize].room {
                other.position = room.position;
            }
        }
    }

    /// The substream in which uplink is scarcest: the least of it free, and the least of it at all.
    pub(super) fn scarcest(&self) -> Substream {
        let scarcity = |substream: &Substream| {
            let number = substream.index();
            (self.index[number].free_slots(), self.homed[number])
        };
        self.all_substreams().min_by_key(scarcity).unwrap_or_default()
    }

    /// Whether the home of an idle member can do without its slots better than `other` can: where
    /// uplink is scarce, moving it would only move the want.
    pub(super) fn can_spare(&self, id: MemberId, other: Substream) -> bool {
        let Member { home, slots, .. } = self.members[id as usize];
        self.index[home.index()].free_slots() > u32::from(slots)
            || self.homed[other.index()] + u64::from(slots) <= self.homed[home.index()]
    }

    /// Makes the member interior in another substream; it must not have children in its present one.
    pub(super) fn set_home(&mut self, id: MemberId, home: Substream) {
        self.forget_room(id);
        let former = std::mem::replace(&mut self.members[id as usize].home, home);
        let slots = u64::from(self.members[id as usize].slots);
        self.homed[former.index()] -= slots;
        self.homed[home.index()] += slots;
        self.refresh_room(id);
    }
}

//! What a DCM keeps of a member and of its edges.

use super::slots::Room;
use super::uplinks::Proof;
use crate::control::history::Standing;
use crate::proto::{Place, Strangers};
use crate::units::{NatKind, PeerId, SimTime, Substream};
use std::num::NonZeroU32;

/// A member's number within its cluster; reused after it has left.
pub(crate) type MemberId = u32;

/// One stay of a member: its number is somebody else's later, and the same peer may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stay {
    pub(super) id: MemberId,
    pub(super) nth: u32,
}

/// No such member.
pub(super) const NOBODY: MemberId = MemberId::MAX;

/// The number of an affinity group within a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct GroupNumber(NonZeroU32);

impl GroupNumber {
    /// The group at this place of a list; a cluster has no more groups than members.
    pub(super) fn from_index(index: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index as u32))
    }

    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Where a member takes a substream from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// From nobody.
    None,
    /// From a CDN node, by its number in the table of servers.
    Server(u16),
    /// From another member.
    Member(MemberId),
    /// From a member of another cluster, since a move between clusters cut the edge.
    Outside(PeerId),
}

/// A former parent whose uplink stays reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Former {
    /// A member, while it stays.
    Member(Stay),
    /// A member of another cluster.
    Outside(PeerId),
}

/// A client in the cluster.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) peer: PeerId,
    pub(super) place: Place,
    pub(super) nat: NatKind,
    /// Substreams that it may send at the same time.
    pub(super) slots: u16,
    /// The same by its own word; 0 of a host on several contents.
    pub(super) said: u16,
    pub(super) proof: Proof,
    /// Of these, reserved.
    pub(super) used: u16,
    /// The substream in which it is interior.
    pub(super) home: Substream,
    /// How much others are to rely on it.
    pub(super) standing: Standing,
    pub(super) alive: bool,
    /// It watches nothing and was called to serve others, in every substream.
    pub(super) relay: bool,
    /// A relay's session runs on its device.
    pub(super) lends: bool,
    /// It serves nobody now: its hours.
    pub(super) resting: bool,
    /// Its affinity group, and what it does for those outside.
    pub(super) group: Option<GroupNumber>,
    pub(super) strangers: Strangers,
    /// Its group is who comes from the same public address: they reach each other over a network of their
    /// own, on which nothing is gained by different feeders for different substreams.
    pub(super) lan: bool,
    /// The higher is placed first.
    pub(super) priority: u8,
    /// Since when it is here.
    pub(super) since: SimTime,
    /// There is not enough for all, and it is one of those who get nothing.
    pub(super) left_out: bool,
    /// Where it stands in the index of its home substream.
    pub(super) room: Option<Room>,
    /// Packets of each substream that it keeps for others; none where it said no limit.
    pub(super) kept: Option<u32>,
    /// Packets behind the live edge at which it begins.
    pub(super) behind: u32,
}

impl Member {
    /// Whether it is to have several children in a substream, now or when it is fed.
    pub(super) fn is_interior_in(&self, substream: Substream) -> bool {
        (self.relay || self.home == substream) && self.slots > 1 && !self.resting
    }

    /// Whether it serves others than its friends.
    pub(super) fn serves_strangers(&self) -> bool {
        self.strangers != Strangers::Never
    }

    /// Whether it can send others more than it takes, of so many substreams: whom one behind a common kind of
    /// NAT reaches.
    pub(super) fn has_surplus(&self, substreams: u8) -> bool {
        self.slots > u16::from(substreams)
            && self.serves_strangers()
            && self.nat.can_connect(NatKind::PortRestricted)
            && !self.resting
    }

    /// Whether it may have children in every substream: colleagues gain nothing by different feeders, and a
    /// relay is there for nothing else.
    pub(super) fn serves_everywhere(&self) -> bool {
        self.lan || self.relay
    }

    /// How it can be reached as a parent: on its own network by all whom it serves.
    pub(super) fn nat_as_parent(&self) -> NatKind {
        if self.lan { NatKind::Open } else { self.nat }
    }

    /// Whether history says that it is soon gone: its place is far from the source, whatever it lends.
    pub(super) fn is_fleeting(&self) -> bool {
        self.standing == Standing::Fleeting
    }
}

/// One substream of one member, small because walks through the trees wait for memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) parent: Source,
    pub(super) first_child: MemberId,
    pub(super) next: MemberId,
    pub(super) previous: MemberId,
    /// Hops from the CDN node; 0 while it has no parent.
    pub(super) depth: u8,
}

/// An edge to nobody.
pub(super) const UNFED: Edge =
    Edge { parent: Source::None, first_child: NOBODY, next: NOBODY, previous: NOBODY, depth: 0 };

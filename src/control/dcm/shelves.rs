//! Who has room in one substream, by whom they serve: every shelf is an index of slots.
//!
//! Policies of clients prune here and not candidate by candidate: who does not serve a child stands on
//! a shelf at which nobody looks for it. Who shares with friends first stands on a shelf of its group,
//! and on a common one as well if it serves strangers.

use super::member::{GroupNumber, Member, MemberId};
use super::slots::{Placement, Room, SlotIndex};
use crate::control::history::Standing;
use crate::proto::{Rule, Strangers};
use crate::units::NatKind;

/// Where a member with room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// It serves everybody alike.
    Everybody,
    /// It serves strangers when nobody else has room.
    Last,
    /// It serves this group and nobody else.
    Closed(GroupNumber),
    /// It serves strangers too: its second place, at which its friends look first.
    Open(GroupNumber),
    /// It serves nobody now.
    Resting,
}

/// The order in which shelves are looked at: the next only when nobody on this one will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tier {
    /// Of the child's group, those first who serve nobody else.
    Friends,
    /// Who serves everybody.
    Everybody,
    /// Who would rather serve friends.
    Last,
}

/// What of a child decides who serves it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeker {
    nat: NatKind,
    group: Option<GroupNumber>,
}

/// Members with room.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Holders {
    pub(super) all: u32,
    /// Of these, who serve the child.
    pub(super) willing: u32,
    /// Of these, whom the child can reach.
    pub(super) reachable: u32,
}

/// The shelves of one substream.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    everybody: SlotIndex,
    last: SlotIndex,
    resting: SlotIndex,
    groups: Vec<GroupShelves>,
}

/// The shelves of one group.
#[derive(Debug, Default)]
struct GroupShelves {
    closed: SlotIndex,
    open: SlotIndex,
}

/// Shelves that are not the view's, with where each member stands on its own and on that of its group.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) all: Shelves,
    rooms: Vec<[Option<Room>; 2]>,
}

impl Listed {
    /// Empty shelves for members with numbers below this one.
    pub(super) fn new(numbers: usize) -> Self {
        Self { all: Shelves::default(), rooms: vec![[None; 2]; numbers] }
    }

    /// Puts a member where it belongs now; without a key it has no room and stands nowhere.
    pub(super) fn put(&mut self, id: MemberId, member: &Member, key: Option<u16>, free: u16) {
        if self.rooms[id as usize][0].map(|room| room.key) == key {
            return;
        }
        let shelves = [Some(Shelf::of(member)), Shelf::beside(member)];
        for (place, shelf) in shelves.into_iter().enumerate() {
            let Some(shelf) = shelf else { continue };
            let index = self.all.shelf(shelf);
            // The last of the bucket takes the place that becomes free.
            if let Some(room) = self.rooms[id as usize][place].take()
                && let Some(other) = index.remove(room)
                && let Some(theirs) = self.rooms[other as usize][place].as_mut()
            {
                theirs.position = room.position;
            }
            self.rooms[id as usize][place] = key.map(|key| index.insert(id, key, free));
        }
    }
}

impl Shelf {
    /// Where a member with room stands by its terms.
    pub(super) fn of(member: &Member) -> Self {
        match (member.resting, member.group, member.strangers) {
            (true, ..) => Self::Resting,
            (_, None, _) | (_, _, Strangers::Always) => Self::Everybody,
            (_, _, Strangers::Last) => Self::Last,
            (_, Some(group), Strangers::Never) => Self::Closed(group),
        }
    }

    /// Where it stands beside that, if anywhere.
    pub(super) fn beside(member: &Member) -> Option<Self> {
        let serves_both = !member.resting && member.strangers != Strangers::Never;
        member.group.filter(|_| serves_both).map(Self::Open)
    }
}

impl Tier {
    pub(super) const ALL: [Self; 3] = [Self::Friends, Self::Everybody, Self::Last];

    /// The one in which this child finds this parent.
    pub(super) fn of(parent: &Member, child: &Member) -> Self {
        match (parent.group, parent.strangers) {
            (Some(_), _) if parent.group == child.group => Self::Friends,
            (Some(_), Strangers::Last) => Self::Last,
            _ => Self::Everybody,
        }
    }

    /// The rule that chose, when somebody of this tier was chosen for this child.
    pub(super) const fn rule(self, child: &Member) -> Rule {
        match self {
            Self::Friends if child.lan => Rule::SameEnterprise,
            Self::Friends => Rule::NearestOfFriends,
            Self::Everybody | Self::Last => Rule::NearestOfCandidates,
        }
    }
}

impl Seeker {
    /// Who can be reached by all who can be reached at all, and is of no group.
    pub(super) const ANYBODY: Self = Self { nat: NatKind::Open, group: None };

    pub(super) fn of(member: &Member) -> Self {
        Self { nat: member.nat, group: member.group }
    }
}

impl Shelves {
    /// The index of a shelf, made if it is the first of its group.
    pub(super) fn shelf(&mut self, shelf: Shelf) -> &mut SlotIndex {
        match shelf {
            Shelf::Everybody => &mut self.everybody,
            Shelf::Last => &mut self.last,
            Shelf::Resting => &mut self.resting,
            Shelf::Closed(group) => &mut self.group(group).closed,
            Shelf::Open(group) => &mut self.group(group).open,
        }
    }

    fn group(&mut self, group: GroupNumber) -> &mut GroupShelves {
        let index = group.index();
        if self.groups.len() <= index {
            self.groups.resize_with(index + 1, GroupShelves::default);
        }
        &mut self.groups[index]
    }

    fn tier(&self, tier: Tier, seeker: Seeker) -> impl Iterator<Item = &SlotIndex> {
        let group = seeker.group.and_then(|group| self.groups.get(group.index()));
        let [first, second] = match tier {
            Tier::Friends => [group.map(|own| &own.closed), group.map(|own| &own.open)],
            Tier::Everybody => [Some(&self.everybody), None],
            Tier::Last => [Some(&self.last), None],
        };
        [first, second].into_iter().flatten()
    }

    /// Members of a tier with room in reach of the child, in the order of use.
    pub(super) fn in_order(
        &self,
        tier: Tier,
        seeker: Seeker,
        place: Placement,
    ) -> impl Iterator<Item = MemberId> {
        self.tier(tier, seeker).flat_map(move |shelf| shelf.in_order(seeker.nat, place))
    }

    /// How many have room, serve the child and can be reached by it; each is counted once.
    pub(super) fn holders(&self, seeker: Seeker) -> Holders {
        let mut holders = Holders::default();
        let mut count = |shelf: &SlotIndex, serves: bool| {
            let (all, reachable) = shelf.holders(seeker.nat);
            holders.all += all;
            if serves {
                holders.willing += all;
                holders.reachable += reachable;
            }
        };
        count(&self.everybody, true);
        count(&self.last, true);
        count(&self.resting, false);
        for (number, group) in self.groups.iter().enumerate() {
            count(&group.closed, seeker.group.is_some_and(|own| own.index() == number));
        }
        holders
    }

    /// Of those who have room, serve the child and can be reached by it, such as have a worse standing.
    pub(super) fn worse(&self, seeker: Seeker, standing: Standing) -> u32 {
        let own = seeker.group.and_then(|group| self.groups.get(group.index()));
        let shelves = [Some(&self.everybody), Some(&self.last), own.map(|group| &group.closed)];
        shelves.into_iter().flatten().map(|shelf| shelf.worse(seeker.nat, standing)).sum()
    }

    /// Spare slots of all members that serve anybody now.
    pub(super) fn free_slots(&self) -> u32 {
        let closed = self.groups.iter().map(|group| group.closed.free_slots());
        self.everybody.free_slots() + self.last.free_slots() + closed.sum::<u32>()
    }

    /// The depth of the member with room for the child that is nearest to the source.
    pub(super) fn shallowest(&self, seeker: Seeker) -> Option<u8> {
        let tiers = Tier::ALL.into_iter().flat_map(|tier| self.tier(tier, seeker));
        tiers.filter_map(|shelf| shelf.shallowest(seeker.nat)).min()
    }
}

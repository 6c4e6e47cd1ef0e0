//! Who has spare uplink in one substream: a priority queue of buckets.
//!
//! The order of use: the better standing before the worse, near the source before far from it, much spare
//! uplink before little. Parents are kept apart by how hard they are to reach, so that a child that can
//! reach only easy ones finds them without a search.

use super::member::MemberId;
use crate::control::history::Standing;
use crate::units::NatKind;

/// Buckets of one standing: sixteen depths, four levels of spare uplink.
const PLACES: usize = 64;
/// Buckets of one reach class.
const KEYS: usize = STANDINGS * PLACES;
const STANDINGS: usize = Standing::ALL.len();

/// Which children can reach a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everybody who can send datagrams.
    Easy,
    /// All but those behind symmetric NAT.
    PortRestricted,
    /// Only those behind an easy NAT.
    Symmetric,
}

/// Where in a tree a child belongs. Those who will feed others go near the source and leaves far
/// from it: filling levels with the largest fan-out first makes the least depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// It will have children.
    Interior,
    /// It will not.
    Leaf,
}

/// Where a member stands in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) key: u16,
    pub(super) position: u32,
    pub(super) free: u16,
}

/// An index of members with room in one substream.
#[derive(Debug, Default)]
pub(super) struct SlotIndex {
    /// Made with the first member: many indexes stay empty.
    buckets: Vec<Vec<MemberId>>,
    /// By reach class and standing: which buckets are not empty.
    occupied: [[u64; STANDINGS]; 3],
    free_slots: [u32; 3],
    holders: [[u32; STANDINGS]; 3],
}

impl Reach {
    /// The classes from which a child behind `nat` can be fed, those that few can use first.
    pub(super) fn of_parents_for(nat: NatKind) -> &'static [Self] {
        match nat {
            NatKind::Open | NatKind::FullCone | NatKind::AddressRestricted => {
                &[Self::Symmetric, Self::PortRestricted, Self::Easy]
            }
            NatKind::PortRestricted => &[Self::PortRestricted, Self::Easy],
            NatKind::Symmetric => &[Self::Easy],
            NatKind::UdpBlocked => &[],
        }
    }

    fn of(nat: NatKind) -> Option<Self> {
        match nat {
            NatKind::Open | NatKind::FullCone | NatKind::AddressRestricted => Some(Self::Easy),
            NatKind::PortRestricted => Some(Self::PortRestricted),
            NatKind::Symmetric => Some(Self::Symmetric),
            NatKind::UdpBlocked => None,
        }
    }
}

impl SlotIndex {
    /// The bucket for a member; none when nobody can reach it.
    pub(super) fn key(nat: NatKind, standing: Standing, depth: u8, free: u16) -> Option<u16> {
        let spare = match free {
            0..=1 => 3,
            2..=3 => 2,
            4..=7 => 1,
            _ => 0,
        };
        let within = standing as u16 * PLACES as u16 + u16::from(depth.min(15)) * 4 + spare;
        Reach::of(nat).map(|reach| reach as u16 * KEYS as u16 + within)
    }

    pub(super) fn insert(&mut self, id: MemberId, key: u16, free: u16) -> Room {
        let (reach, standing, place) = split(key);
        if self.buckets.is_empty() {
            self.buckets.resize_with(3 * KEYS, Vec::new);
        }
        let bucket = &mut self.buckets[usize::from(key)];
        bucket.push(id);
        self.occupied[reach][standing] |= 1 << place;
        self.free_slots[reach] += u32::from(free);
        self.holders[reach][standing] += 1;
        Room { key, position: bucket.len() as u32 - 1, free }
    }

    /// Takes a member out; returns the one that moved into its place, if any.
    pub(super) fn remove(&mut self, room: Room) -> Option<MemberId> {
        let (reach, standing, place) = split(room.key);
        let bucket = &mut self.buckets[usize::from(room.key)];
        bucket.swap_remove(room.position as usize);
        if bucket.is_empty() {
            self.occupied[reach][standing] &= !(1 << place);
        }
        self.free_slots[reach] -= u32::from(room.free);
        self.holders[reach][standing] -= 1;
        bucket.get(room.position as usize).copied()
    }

    /// Spare slots of all members together.
    pub(super) fn free_slots(&self) -> u32 {
        self.free_slots.iter().sum()
    }

    /// Members with room, and those of them that a child behind `nat` can reach.
    pub(super) fn holders(&self, nat: NatKind) -> (u32, u32) {
        let of_reach = |holders: &[u32; STANDINGS]| holders.iter().sum::<u32>();
        let reaches = Reach::of_parents_for(nat).iter();
        let reachable = reaches.map(|reach| of_reach(&self.holders[*reach as usize])).sum();
        (self.holders.iter().map(of_reach).sum(), reachable)
    }

    /// Members with room whom a child behind `nat` can reach and whose standing is worse.
    pub(super) fn worse(&self, nat: NatKind, standing: Standing) -> u32 {
        let behind =
            |holders: &[u32; STANDINGS]| holders[standing as usize + 1..].iter().sum::<u32>();
        Reach::of_parents_for(nat).iter().map(|reach| behind(&self.holders[*reach as usize])).sum()
    }

    /// The depth of the member with room that is nearest to the source, among those in reach of `nat`.
    pub(super) fn shallowest(&self, nat: NatKind) -> Option<u8> {
        let standings = self.merged(nat).into_iter().filter(|places| *places != 0);
        standings.map(|places| (places.trailing_zeros() / 4) as u8).min()
    }

    /// Which buckets are not empty for a child behind `nat`, by standing.
    fn merged(&self, nat: NatKind) -> [u64; STANDINGS] {
        let mut merged = [0; STANDINGS];
        for reach in Reach::of_parents_for(nat) {
            for (all, own) in merged.iter_mut().zip(self.occupied[*reach as usize]) {
                *all |= own;
            }
        }
        merged
    }

    /// All members with room in reach of `nat`, in the order of use for this place in the tree.
    pub(super) fn in_order(
        &self,
        nat: NatKind,
        place: Placement,
    ) -> impl Iterator<Item = MemberId> {
        let merged = self.merged(nat);
        let groups = (0..STANDINGS as u32 * 16).map(move |step| match place {
            Placement::Interior => step,
            // Sixteen depths of the best standing from far to near, then those of the next.
            Placement::Leaf => step ^ 15,
        });
        let keys = groups
            .filter(move |group| merged[*group as usize / 16] >> (group % 16 * 4) & 15 != 0)
            .flat_map(|group| group * 4..group * 4 + 4);
        let filled =
            move |key: &u32| merged[*key as usize / PLACES] >> (*key as usize % PLACES) & 1;
        keys.filter(move |key| filled(key) != 0).flat_map(move |key| {
            let reaches = Reach::of_parents_for(nat).iter();
            reaches.flat_map(move |reach| {
                self.buckets[*reach as usize * KEYS + key as usize].iter().copied()
            })
        })
    }
}

/// Reach class, standing, and place among the buckets of both, of a key.
fn split(key: u16) -> (usize, usize, usize) {
    let key = usize::from(key);
    (key / KEYS, key % KEYS / PLACES, key % PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_use_is_standing_then_depth_then_spare_uplink() {
        let mut index = SlotIndex::default();
        let mut add = |id, standing, depth, free| {
            let key = SlotIndex::key(NatKind::Open, standing, depth, free).unwrap();
            index.insert(id, key, free);
        };
        add(1, Standing::Unsure, 1, 9);
        add(2, Standing::Stable, 3, 9);
        add(3, Standing::Stable, 2, 1);
        add(4, Standing::Stable, 2, 9);
        add(5, Standing::Fleeting, 1, 9);
        add(6, Standing::Fair, 9, 1);
        assert_eq!(
            index.in_order(NatKind::Symmetric, Placement::Interior).collect::<Vec<_>>(),
            [4, 3, 2, 6, 1, 5]
        );
        assert_eq!(
            index.in_order(NatKind::Symmetric, Placement::Leaf).collect::<Vec<_>>(),
            [2, 4, 3, 6, 1, 5]
        );
        assert_eq!(index.free_slots(), 38);
        assert_eq!(index.shallowest(NatKind::Open), Some(1));
        let worse = Standing::ALL.map(|standing| index.worse(NatKind::Open, standing));
        assert_eq!(worse, [3, 2, 1, 0]);
    }

    #[test]
    fn a_child_sees_only_parents_it_can_reach() {
        let mut index = SlotIndex::default();
        for (id, nat) in NatKind::ALL.into_iter().enumerate() {
            if let Some(key) = SlotIndex::key(nat, Standing::Stable, 1, 2) {
                index.insert(id as MemberId, key, 2);
            }
        }
        for child in NatKind::ALL {
            let found: Vec<MemberId> = index.in_order(child, Placement::Leaf).collect();
            let mut expected: Vec<MemberId> =
                (0..6).filter(|id| NatKind::ALL[*id as usize].can_connect(child)).collect();
            let mut sorted = found.clone();
            sorted.sort_unstable();
            expected.sort_unstable();
            assert_eq!(sorted, expected, "{child:?}");
        }
        assert_eq!(index.holders(NatKind::Symmetric), (5, 3));
    }

    #[test]
    fn leaving_a_bucket_tells_who_took_the_place() {
        let mut index = SlotIndex::default();
        let key = SlotIndex::key(NatKind::Open, Standing::Stable, 1, 4).unwrap();
        let rooms: Vec<Room> = (0..3).map(|id| index.insert(id, key, 4)).collect();
        assert_eq!(index.remove(rooms[0]), Some(2));
        assert_eq!(index.remove(Room { position: 0, ..rooms[2] }), Some(1));
        assert_eq!(index.remove(Room { position: 0, ..rooms[1] }), None);
        assert_eq!(index.shallowest(NatKind::Open), None);
    }
}

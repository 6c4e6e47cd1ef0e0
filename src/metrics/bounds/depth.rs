//! Bounds on the depth of a tree and on the time a chunk takes to reach everyone.

use crate::units::BitRate;

/// How deep a tree is: hops from the root to a viewer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeDepth {
    /// To the farthest viewer.
    pub max: u32,
    /// Mean over the viewers.
    pub mean: f64,
}

/// How many children a node with this uplink can feed in its own one of `substreams` trees:
/// `floor(K u / r)`; with one substream `floor(u / r)`. Zero at rate zero.
///
/// Source: the slots of Liu, Zhang-Shen, Jiang, Rexford, Chiang (SIGMETRICS 2008); the form with
/// K stripes as in SplitStream (Castro et al., SOSP 2003), where a node is interior in one tree.
#[must_use]
pub fn fan_out(uplink: BitRate, rate: BitRate, substreams: u8) -> u64 {
    (uplink * u64::from(substreams)).as_bps().checked_div(rate.as_bps()).unwrap_or(0)
}

/// The least depth of a tree over viewers with these fan-outs below a root with `root_slots`: the
/// levels are filled with the largest fan-out first. `None` when the slots do not suffice for all;
/// depth 0 without viewers.
///
/// Source: Liu, Zhang-Shen, Jiang, Rexford, Chiang, "Performance Bounds for Peer-Assisted Live
/// Streaming", SIGMETRICS 2008; sorted fill by the exchange argument, as in US patent 9,407,494.
#[must_use]
pub fn depth_min(fan_outs: &[u64], root_slots: u64) -> Option<TreeDepth> {
    let mut sorted = fan_outs.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let (mut rest, mut slots) = (sorted.as_slice(), root_slots);
    let (mut depth, mut hops) = (0_u32, 0_u64);
    while !rest.is_empty() {
        let (level, below) =
            rest.split_at(rest.len().min(usize::try_from(slots).unwrap_or(usize::MAX)));
        if level.is_empty() {
            return None;
        }
        depth += 1;
        hops += u64::from(depth) * level.len() as u64;
        slots = level.iter().fold(0_u64, |sum, fan_out| sum.saturating_add(*fan_out));
        rest = below;
    }
    let mean = if fan_outs.is_empty() { 0.0 } else { hops as f64 / fan_outs.len() as f64 };
    Some(TreeDepth { max: depth, mean })
}

/// The least depth over `viewers` with the same fan-out `k`: `ceil(log_k(1 + n (k-1) / f0))`, for
/// k = 1 `ceil(n / f0)`. `None` when the slots do not suffice.
///
/// Source: as [`depth_min`].
#[must_use]
pub fn depth_min_homogeneous(viewers: u64, fan_out: u64, root_slots: u64) -> Option<u32> {
    if fan_out == 1 && root_slots > 0 {
        return u32::try_from(viewers.div_ceil(root_slots)).ok();
    }
    let (mut placed, mut level, mut depth) = (0_u64, root_slots, 0);
    while placed < viewers {
        if level == 0 {
            return None;
        }
        placed = placed.saturating_add(level);
        level = level.saturating_mul(fan_out);
        depth += 1;
    }
    Some(depth)
}

/// Chunk times until all `viewers` have a chunk that the server sends once, everyone's uplink being
/// the stream's rate: `1 + ceil(log2 n)`; 0 without viewers.
///
/// Source: Liu, "On the Minimum Delay Peer-to-Peer Video Streaming: how Realtime can it be?",
/// ACM Multimedia 2007 (snowball streaming).
#[must_use]
pub fn snowball_slots(viewers: u64) -> u32 {
    match viewers {
        0 => 0,
        1 => 1,
        n => 1 + (u64::BITS - (n - 1).leading_zeros()),
    }
}

/// Mean chunk times until a viewer in a chain has a chunk: `(n + 1) / 2`.
///
/// Source: as [`snowball_slots`], the worst order.
#[must_use]
pub fn chain_mean_slots(viewers: u64) -> f64 {
    (viewers as f64 + 1.0) / 2.0
}

/// Viewers that have a chunk after each of `slots` chunk times when nobody sends a chunk more than
/// `children` times: new holders follow the Fibonacci numbers of that order.
///
/// Source: Bianchi, Blefari Melazzi, Bracciale, Lo Piccolo, Salsano, "Streamline: An Optimal
/// Distribution Algorithm for Peer-to-Peer Real-Time Streaming", arXiv 0902.1394.
#[must_use]
pub fn limited_fan_out_reach(children: usize, slots: usize) -> Vec<u64> {
    let mut new_holders: Vec<u64> = Vec::with_capacity(slots);
    let mut reach = Vec::with_capacity(slots);
    let mut total = 0_u64;
    for slot in 0..slots {
        let senders = &new_holders[slot.saturating_sub(children)..];
        let new =
            if slot == 0 { 1 } else { senders.iter().fold(0, |a: u64, b| a.saturating_add(*b)) };
        new_holders.push(new);
        total = total.saturating_add(new);
        reach.push(total);
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thousand_viewers_need_10_levels_of_fan_out_2_or_5_of_fan_out_4() {
        assert_eq!(depth_min_homogeneous(1000, 2, 1), Some(10));
        assert_eq!(depth_min_homogeneous(1000, 4, 10), Some(5));
        assert_eq!(depth_min(&[2; 1000], 1).map(|d| d.max), Some(10));
        assert_eq!(depth_min(&[4; 1000], 10).map(|d| d.max), Some(5));
    }

    #[test]
    fn a_chain_is_as_long_as_its_viewers() {
        assert_eq!(depth_min_homogeneous(10, 1, 3), Some(4));
        assert_eq!(depth_min(&[1; 10], 3).map(|d| d.max), Some(4));
        assert_eq!(chain_mean_slots(9), 5.0);
    }

    #[test]
    fn the_strongest_stand_next_to_the_root() {
        // Root with one slot: the node with 3, below it 3 leaves.
        assert_eq!(depth_min(&[0, 3, 0, 0], 1), Some(TreeDepth { max: 2, mean: 1.75 }));
    }

    #[test]
    fn too_few_slots_leave_someone_out() {
        assert_eq!(depth_min(&[1, 0, 0], 1), None);
        assert_eq!(depth_min(&[1], 0), None);
        assert_eq!(depth_min_homogeneous(5, 0, 4), None);
        assert_eq!(depth_min_homogeneous(5, 1, 0), None);
        assert_eq!(depth_min(&[], 0), Some(TreeDepth { max: 0, mean: 0.0 }));
    }

    #[test]
    fn a_stripe_multiplies_the_slots_of_its_interior_nodes() {
        let (uplink, rate) = (BitRate::from_kbps(2_500), BitRate::from_kbps(1_000));
        assert_eq!((fan_out(uplink, rate, 1), fan_out(uplink, rate, 4)), (2, 10));
        assert_eq!(fan_out(uplink, BitRate::ZERO, 4), 0);
    }

    #[test]
    fn a_snowball_doubles_each_slot() {
        let slots = [8, 100, 1000, 1024].map(snowball_slots);
        assert_eq!(slots, [4, 8, 11, 11]);
        assert_eq!((snowball_slots(0), snowball_slots(1), snowball_slots(2)), (0, 1, 2));
    }

    #[test]
    fn limited_fan_out_grows_by_fibonacci_numbers() {
        assert_eq!(limited_fan_out_reach(2, 9), [1, 2, 4, 7, 12, 20, 33, 54, 88]);
        assert_eq!(limited_fan_out_reach(4, 9), [1, 2, 4, 8, 16, 31, 60, 116, 224]);
    }

    proptest! {
        #[test]
        fn depth_never_grows_with_the_fan_out(n in 1..5_000_u64, k in 1..20_u64, f0 in 1..20_u64) {
            prop_assert!(depth_min_homogeneous(n, k + 1, f0) <= depth_min_homogeneous(n, k, f0));
        }

        #[test]
        fn sorted_fill_and_the_closed_form_agree(n in 1..2_000_usize, k in 1..9_u64, f0 in 1..9_u64) {
            let filled = depth_min(&vec![k; n], f0).map(|depth| depth.max);
            prop_assert_eq!(filled, depth_min_homogeneous(n as u64, k, f0));
        }

        #[test]
        fn a_stronger_node_never_makes_the_tree_deeper(
            mut fan_outs in prop::collection::vec(1..6_u64, 1..200),
            pick in any::<prop::sample::Index>(),
        ) {
            let before = depth_min(&fan_outs, 2).unwrap();
            let chosen = pick.index(fan_outs.len());
            fan_outs[chosen] += 1;
            let after = depth_min(&fan_outs, 2).unwrap();
            prop_assert!(after.max <= before.max && after.mean <= before.mean);
        }
    }
}

//! Bounds on the streaming rate and on the load of the servers.

use super::Swarm;
use crate::units::{BitRate, Ratio};

/// The highest rate that every viewer can receive: `min(u_s, (u_s + U) / n, min d_i)`.
/// `None` without viewers.
///
/// Source: Kumar, Liu, Ross, "Stochastic Fluid Theory for P2P Streaming Systems", INFOCOM 2007.
#[must_use]
pub fn streaming_rate_max(
    swarm: Swarm,
    server: BitRate,
    slowest_downlink: BitRate,
) -> Option<BitRate> {
    let shared = (server + swarm.uplink).as_bps().checked_div(swarm.viewers)?;
    Some(server.min(BitRate::from_bps(shared)).min(slowest_downlink))
}

/// The highest rate with helpers that upload but do not watch: a helper costs one extra copy, so
/// `min(u_s, (u_s + U + (1 - 1/n) U_helpers) / n)`. `None` without viewers.
///
/// Source: Li, Chou, Zhang, "Mutualcast: an efficient mechanism for content distribution in a
/// peer-to-peer network", 2005, in the equivalent form of one cap.
#[must_use]
pub fn streaming_rate_max_with_helpers(
    swarm: Swarm,
    helpers: BitRate,
    server: BitRate,
) -> Option<BitRate> {
    let one_copy = helpers.as_bps().checked_div(swarm.viewers)?;
    let usable = helpers - BitRate::from_bps(one_copy);
    let shared = (server + swarm.uplink + usable).as_bps() / swarm.viewers;
    Some(server.min(BitRate::from_bps(shared)))
}

/// The least that the servers must send: `max(r, n r - U)`; nothing without viewers.
///
/// Source: follows from Kumar, Liu, Ross (INFOCOM 2007) solved for the server's rate.
#[must_use]
pub fn server_load_min(swarm: Swarm, rate: BitRate) -> BitRate {
    server_load_min_with_feeds(swarm, rate, 1)
}

/// The least that the servers must send when each swarm is fed by `feeds` redundant copies:
/// `max(k r, n r - U)`, and never more than the demand; nothing without viewers.
///
/// Source: as [`server_load_min`], with the redundant feeds of US patent 9,407,494.
#[must_use]
pub fn server_load_min_with_feeds(swarm: Swarm, rate: BitRate, feeds: u64) -> BitRate {
    let demand = swarm.demand(rate);
    (rate * feeds).min(demand).max(demand - swarm.uplink)
}

/// The least that the servers must send when peers help only within their part (an ISP with a
/// closed border, a NAT island, a cluster): the sum over the parts. Splitting never lowers it.
///
/// Source: as [`server_load_min`], for each part.
#[must_use]
pub fn server_load_min_partitioned(parts: &[Swarm], rate: BitRate) -> BitRate {
    parts.iter().map(|part| server_load_min(*part, rate)).sum()
}

/// The least that the servers must send for several contents, each of `viewers` and a rate, when any
/// uplink may serve any of them: `max(sum r_c, sum n_c r_c - U)` over the contents with viewers.
///
/// Source: as [`server_load_min`], over the union of the swarms.
#[must_use]
pub fn server_load_min_pooled(contents: &[(u64, BitRate)], uplink: BitRate) -> BitRate {
    let watched = contents.iter().filter(|(viewers, _)| *viewers > 0);
    let feeds: BitRate = watched.map(|(_, rate)| *rate).sum();
    let demand: BitRate = contents.iter().map(|(viewers, rate)| *rate * *viewers).sum();
    feeds.max(demand - uplink)
}

/// The least server load of a content on demand, its viewers ordered from the one farthest ahead,
/// each helping only those behind it, without prefetching: the largest over k of
/// `k r - (u_1 + .. + u_(k-1))`.
///
/// Source: Hall's condition on the nested sets of the first k viewers.
#[must_use]
pub fn server_load_min_on_demand(uplinks: &[BitRate], rate: BitRate) -> BitRate {
    let (mut demand, mut ahead, mut load) = (BitRate::ZERO, BitRate::ZERO, BitRate::ZERO);
    for uplink in uplinks {
        demand += rate;
        load = load.max(demand - ahead);
        ahead += *uplink;
    }
    load
}

/// How many times the server load of one whole swarm the parts need; 1 is free. `None` without viewers.
#[must_use]
pub fn price_of_decomposition(parts: &[Swarm], rate: BitRate) -> Option<f64> {
    let whole = server_load_min(union(parts), rate);
    (whole > BitRate::ZERO)
        .then(|| server_load_min_partitioned(parts, rate).as_f64() / whole.as_f64())
}

/// The largest share of the bytes that peers can deliver: `min(1 - 1/n, U / (n r))`.
/// `None` without viewers or rate.
///
/// Source: as [`server_load_min`].
#[must_use]
pub fn peer_offload_max(swarm: Swarm, rate: BitRate) -> Option<Ratio> {
    peer_offload_max_partitioned(&[swarm], rate)
}

/// The largest share of the bytes that peers can deliver within their parts.
/// `None` without viewers or rate.
///
/// Source: as [`server_load_min_partitioned`].
#[must_use]
pub fn peer_offload_max_partitioned(parts: &[Swarm], rate: BitRate) -> Option<Ratio> {
    let demand = union(parts).demand(rate);
    let from_peers = demand - server_load_min_partitioned(parts, rate);
    Ratio::new(from_peers.as_f64() / demand.as_f64())
}

/// Whether servers and peers together can feed every viewer: `u_s >= r` and `u_s + U >= n r`.
///
/// Source: US patent 9,407,494, the condition under which clients must be refused.
#[must_use]
pub fn feasible(swarm: Swarm, server: BitRate, rate: BitRate) -> bool {
    server >= server_load_min(swarm, rate)
}

/// Supply over demand, `(u_s + U) / (n r)`: below 1 some viewer cannot be fed. `None` without demand.
///
/// Source: Chu, Ganjam, Ng, Rao, Sripanidkulchai, Zhan, Zhang, "Early Experience with an Internet
/// Broadcast System Based on Overlay Multicast", USENIX 2004.
#[must_use]
pub fn resource_index(swarm: Swarm, server: BitRate, rate: BitRate) -> Option<f64> {
    let demand = swarm.demand(rate);
    (demand > BitRate::ZERO).then(|| (server + swarm.uplink).as_f64() / demand.as_f64())
}

fn union(parts: &[Swarm]) -> Swarm {
    parts.iter().fold(Swarm::default(), |whole, part| Swarm {
        viewers: whole.viewers + part.viewers,
        uplink: whole.uplink + part.uplink,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: BitRate = BitRate::from_kbps(1_000);

    fn swarm(viewers: u64, uplink_kbps_each: u64) -> Swarm {
        Swarm { viewers, uplink: BitRate::from_kbps(uplink_kbps_each) * viewers }
    }

    fn kbps(rate: u64) -> BitRate {
        BitRate::from_kbps(rate)
    }

    #[test]
    fn the_streaming_rate_is_the_least_of_server_share_and_downlink() {
        let ten = swarm(10, 900);
        assert_eq!(streaming_rate_max(ten, kbps(500), kbps(9_000)), Some(kbps(500)));
        assert_eq!(streaming_rate_max(ten, kbps(2_000), kbps(9_000)), Some(kbps(1_100)));
        assert_eq!(streaming_rate_max(ten, kbps(2_000), kbps(800)), Some(kbps(800)));
        assert_eq!(streaming_rate_max(Swarm::default(), kbps(1), kbps(1)), None);
    }

    #[test]
    fn a_helper_costs_one_extra_copy() {
        // Two viewers with 1 Mbps each, helpers with 2 Mbps: Bs1 = 2, Bs2 = 1.
        let two = swarm(2, 1_000);
        let rate = |server| streaming_rate_max_with_helpers(two, kbps(2_000), kbps(server));
        assert_eq!(rate(2_000), Some(kbps(2_000)));
        assert_eq!(rate(5_000), Some(kbps(4_000)));
        assert_eq!(streaming_rate_max_with_helpers(Swarm::default(), RATE, RATE), None);
    }

    #[test]
    fn offload_is_80_90_and_99_percent_with_5_10_and_100_able_peers() {
        for (viewers, share) in [(5, 0.8), (10, 0.9), (100, 0.99)] {
            assert_eq!(peer_offload_max(swarm(viewers, 2_000), RATE), Ratio::new(share));
        }
        assert_eq!(peer_offload_max(swarm(1, 2_000), RATE), Ratio::new(0.0));
        assert_eq!(peer_offload_max(swarm(100, 250), RATE), Ratio::new(0.25));
        assert_eq!(peer_offload_max(Swarm::default(), RATE), None);
    }

    #[test]
    fn the_server_sends_one_copy_or_what_peers_lack() {
        assert_eq!(server_load_min(swarm(100, 2_000), RATE), RATE);
        assert_eq!(server_load_min(swarm(100, 600), RATE), kbps(40_000));
        assert_eq!(server_load_min(Swarm::default(), RATE), BitRate::ZERO);
        assert_eq!(server_load_min_with_feeds(swarm(100, 2_000), RATE, 3), kbps(3_000));
        assert_eq!(server_load_min_with_feeds(swarm(2, 2_000), RATE, 3), kbps(2_000));
    }

    #[test]
    fn a_rich_part_cannot_help_a_poor_one() {
        let parts = [swarm(10, 2_000), swarm(10, 0)];
        assert_eq!(server_load_min_partitioned(&parts, RATE), kbps(11_000));
        assert_eq!(price_of_decomposition(&parts, RATE), Some(11.0));
        assert_eq!(peer_offload_max_partitioned(&parts, RATE), Ratio::new(0.45));
        assert_eq!(price_of_decomposition(&[], RATE), None);
    }

    #[test]
    fn pooled_contents_share_their_uplinks() {
        let rich = (swarm(10, 2_000), RATE);
        let poor = (swarm(10, 500), kbps(1_000));
        assert_eq!(server_load_min(rich.0, rich.1) + server_load_min(poor.0, poor.1), kbps(6_000));
        let both = rich.0.uplink + poor.0.uplink;
        assert_eq!(server_load_min_pooled(&[(10, rich.1), (10, poor.1)], both), kbps(2_000));
        assert_eq!(server_load_min_pooled(&[(10, rich.1), (0, RATE)], rich.0.uplink), RATE);
    }

    #[test]
    fn on_demand_the_order_of_the_uplinks_matters() {
        let mut uplinks = [3_000, 3_000, 200, 200, 200, 200].map(BitRate::from_kbps);
        assert_eq!(server_load_min_on_demand(&uplinks, RATE), kbps(1_000));
        uplinks.reverse();
        assert_eq!(server_load_min_on_demand(&uplinks, RATE), kbps(4_200));
    }

    #[test]
    fn feasibility_needs_a_feed_and_enough_uplink() {
        assert!(feasible(swarm(10, 900), kbps(1_000), RATE));
        assert!(!feasible(swarm(10, 2_000), kbps(999), RATE));
        assert!(!feasible(swarm(10, 800), kbps(1_999), RATE));
    }

    #[test]
    fn the_resource_index_is_supply_over_demand() {
        assert_eq!(resource_index(swarm(10, 900), kbps(1_000), RATE), Some(1.0));
        assert_eq!(resource_index(Swarm::default(), kbps(1_000), RATE), None);
    }

    fn any_swarm() -> impl Strategy<Value = Swarm> {
        (0..10_000_u64, 0..20_000_000_u64).prop_map(|(viewers, kbps)| Swarm {
            viewers,
            uplink: if viewers == 0 { BitRate::ZERO } else { BitRate::from_kbps(kbps) },
        })
    }

    proptest! {
        #[test]
        fn offload_never_exceeds_all_but_one_copy(swarm in any_swarm()) {
            if let Some(offload) = peer_offload_max(swarm, RATE) {
                prop_assert!(offload.get() <= 1.0 - 1.0 / swarm.viewers as f64 + 1e-12);
            }
        }

        #[test]
        fn splitting_never_lowers_the_server_load(parts in prop::collection::vec(any_swarm(), 1..8)) {
            prop_assert!(server_load_min_partitioned(&parts, RATE) >= server_load_min(union(&parts), RATE));
            if let Some(price) = price_of_decomposition(&parts, RATE) {
                prop_assert!(price >= 1.0);
            }
        }

        #[test]
        fn more_uplink_never_raises_the_server_load(swarm in any_swarm(), more in 0..1_000_000_u64) {
            let richer = Swarm { uplink: swarm.uplink + kbps(more), ..swarm };
            prop_assert!(server_load_min(richer, RATE) <= server_load_min(swarm, RATE));
        }

        #[test]
        fn offload_and_server_load_are_two_sides_of_one_bound(swarm in any_swarm()) {
            if let Some(offload) = peer_offload_max(swarm, RATE) {
                let closed = (1.0 - 1.0 / swarm.viewers as f64)
                    .min(swarm.uplink.as_f64() / swarm.demand(RATE).as_f64());
                prop_assert!((offload.get() - closed).abs() < 1e-12);
            }
        }
    }
}

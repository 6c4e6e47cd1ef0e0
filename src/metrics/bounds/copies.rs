//! Bounds on what must cross the border of an ISP.

use super::Swarm;
use crate::units::BitRate;

/// The least number of copies of a stream that must enter an ISP: `max(r if it has viewers but no
/// source, n r - U - S) / r`, with `servers` the rate that CDN nodes inside it can send. `None`
/// without viewers or rate.
///
/// Source: cut argument; US patent 9,407,494 asks for "a handful of copies".
#[must_use]
pub fn border_copies_min(inside: Swarm, servers: BitRate, rate: BitRate) -> Option<f64> {
    border_copies_min_pooled(&[(inside.viewers, rate)], inside.uplink, servers)
}

/// The same for several contents that share the uplinks inside, each of viewers and a rate: the least of
/// all together over one copy of each that has viewers. `None` without any.
///
/// Source: as [`border_copies_min`], over all contents.
#[must_use]
pub fn border_copies_min_pooled(
    contents: &[(u64, BitRate)],
    uplink: BitRate,
    servers: BitRate,
) -> Option<f64> {
    let watched = contents.iter().filter(|(viewers, _)| *viewers > 0);
    let copy: BitRate = watched.map(|(_, rate)| *rate).sum();
    let feed = if servers == BitRate::ZERO { copy } else { BitRate::ZERO };
    let demand: BitRate = contents.iter().map(|(viewers, rate)| *rate * *viewers).sum();
    let least = feed.max(demand - uplink - servers);
    (copy > BitRate::ZERO).then(|| least.as_f64() / copy.as_f64())
}

/// The share of peer traffic that crosses a border when parents are drawn at random:
/// `1 - sum (n_p / n)^2`. `None` without viewers.
///
/// Source: two independent draws; the random baseline of Bindal et al., "Improving Traffic
/// Locality in BitTorrent via Biased Neighbor Selection", ICDCS 2006.
#[must_use]
pub fn random_cross_share(viewers_inside: &[u64]) -> Option<f64> {
    let all = viewers_inside.iter().sum::<u64>() as f64;
    let same: f64 = viewers_inside.iter().map(|n| (*n as f64 / all) * (*n as f64 / all)).sum();
    (all > 0.0).then_some(1.0 - same)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: BitRate = BitRate::from_kbps(300);

    fn isp(uplink_kbps: u64) -> Swarm {
        Swarm { viewers: 1000, uplink: BitRate::from_kbps(uplink_kbps) * 1000 }
    }

    #[test]
    fn a_self_sufficient_isp_needs_one_copy_and_a_poorer_one_what_it_lacks() {
        assert_eq!(border_copies_min(isp(300), BitRate::ZERO, RATE), Some(1.0));
        let poorer = border_copies_min(isp(250), BitRate::ZERO, RATE).unwrap();
        assert!((poorer - 50_000.0 / 300.0).abs() < 1e-9, "{poorer}");
        assert!((poorer - 166.7).abs() < 0.05, "{poorer}");
    }

    #[test]
    fn a_source_inside_needs_no_copy_from_outside() {
        assert_eq!(border_copies_min(isp(300), RATE, RATE), Some(0.0));
        assert_eq!(border_copies_min(Swarm::default(), BitRate::ZERO, RATE), None);
        assert_eq!(border_copies_min(isp(300), BitRate::ZERO, BitRate::ZERO), None);
    }

    #[test]
    fn contents_share_the_uplinks_inside() {
        // 10 x 300 + 10 x 100 kbps are wanted, 3500 lent: 500 of one copy of 400.
        let contents = [(10, RATE), (10, BitRate::from_kbps(100)), (0, RATE)];
        let least =
            |kbps| border_copies_min_pooled(&contents, BitRate::from_kbps(kbps), BitRate::ZERO);
        assert_eq!((least(3500), least(9000)), (Some(1.25), Some(1.0)));
    }

    #[test]
    fn random_parents_cross_borders_by_chance() {
        assert_eq!(random_cross_share(&[50, 50]), Some(0.5));
        assert_eq!(random_cross_share(&[10]), Some(0.0));
        assert_eq!(random_cross_share(&[]), None);
    }
}

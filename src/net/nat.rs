//! Network address translators: which two clients can reach one another at all.
//!
//! Only whether it works; what setting up costs in time is the simulator's business.

use crate::units::{NatKind, Ratio, Rng, dist};

/// How a population divides among the kinds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NatShares([Ratio; 6]);

impl NatShares {
    /// The share of each kind, in the order of [`NatKind::ALL`]; `None` when they do not add up to 1.
    #[must_use]
    pub fn new(shares: [Ratio; 6]) -> Option<Self> {
        let total: f64 = shares.iter().map(|share| share.get()).sum();
        ((total - 1.0).abs() < 1e-9).then_some(Self(shares))
    }

    /// Fixed lines. Assumption, anchored on more than 90 % of DSL lines being translated and on 64 % of
    /// peers for whom hole punching should work.
    #[must_use]
    pub fn fixed() -> Self {
        Self::of_percent([15, 15, 10, 45, 12, 3])
    }

    /// Mobile networks. Assumption, anchored on more than 90 % of cellular ASes translating for all.
    #[must_use]
    pub fn mobile() -> Self {
        Self::of_percent([5, 10, 5, 35, 42, 3])
    }

    fn of_percent(percent: [u8; 6]) -> Self {
        Self(percent.map(|share| Ratio::new(f64::from(share) / 100.0).unwrap_or_default()))
    }

    /// The share of this kind.
    #[must_use]
    pub const fn share(&self, kind: NatKind) -> Ratio {
        self.0[kind as usize]
    }

    /// The kind of one client.
    pub fn draw(&self, rng: &mut Rng) -> NatKind {
        NatKind::ALL[dist::weighted(rng, &self.0.map(Ratio::get))]
    }
}

/// The share of pairs that can connect, one of each population, before races and time-outs (for which
/// practice takes off another 5 %: assumption).
#[must_use]
pub fn connectable_share(a: &NatShares, b: &NatShares) -> f64 {
    let pairs = NatKind::ALL.into_iter().flat_map(|x| NatKind::ALL.map(|y| (x, y)));
    let open = pairs.filter(|(x, y)| x.can_connect(*y));
    open.map(|(x, y)| a.share(x).get() * b.share(y).get()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::stream;

    #[test]
    fn the_pair_rule_is_the_table() {
        // Rows and columns in the order of `NatKind::ALL`.
        let table = ["11111.", "11111.", "11111.", "1111..", "111...", "......"];
        for (row, a) in table.iter().zip(NatKind::ALL) {
            let found: String =
                NatKind::ALL.map(|b| if a.can_connect(b) { '1' } else { '.' }).iter().collect();
            assert_eq!(found, *row, "{a:?}");
        }
    }

    #[test]
    fn the_default_populations_connect_as_in_the_literature() {
        let (fixed, mobile) = (NatShares::fixed(), NatShares::mobile());
        let close = |share: f64, percent: f64| {
            assert!((share * 100.0 - percent).abs() < 1e-9, "{share} is not {percent} %");
        };
        // 0.97 x 0.97 less the pairs of symmetric with symmetric or port-restricted.
        close(connectable_share(&fixed, &fixed), 81.85);
        close(connectable_share(&fixed, &fixed) * 0.95, 77.7575);
        close(connectable_share(&fixed, &mobile), 65.95);
        close(connectable_share(&mobile, &fixed), 65.95);
        close(connectable_share(&mobile, &mobile), 47.05);
    }

    #[test]
    fn shares_add_up_to_one() {
        let half = Ratio::new(0.5).unwrap();
        let none = Ratio::ZERO;
        assert!(NatShares::new([half, none, none, half, none, none]).is_some());
        assert!(NatShares::new([half, none, none, half, half, none]).is_none());
        for shares in [NatShares::fixed(), NatShares::mobile()] {
            assert_eq!(NatShares::new(shares.0), Some(shares));
        }
    }

    #[test]
    fn draws_follow_the_shares() {
        let (shares, mut rng) = (NatShares::fixed(), stream(1, "nat", 0));
        let drawn: Vec<NatKind> = (0..20_000).map(|_| shares.draw(&mut rng)).collect();
        for kind in NatKind::ALL {
            let found = drawn.iter().filter(|d| **d == kind).count() as f64 / 20_000.0;
            assert!((found - shares.share(kind).get()).abs() < 0.01, "{kind:?}: {found}");
        }
    }
}

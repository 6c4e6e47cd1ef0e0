//! How the viewers of a region can be told apart, so that its cluster can be split (row C11).

use crate::proto::Place;
use crate::units::PeerId;
use std::collections::{BTreeMap, BTreeSet};

/// By what viewers are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// The part of the world.
    Continent,
    /// The country.
    Country,
    /// The carrier.
    Network,
    /// A part of a country: cities of a carrier that are listed side by side.
    District,
    /// The city of a carrier.
    City,
    /// Nothing but chance: a bit of a hash of who they are, another one each time.
    Chance(u8),
}

/// A line through a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) by: By,
    /// What those inside have; all others are outside, also such as nobody has been seen with yet.
    pub(crate) inside: BTreeSet<u64>,
}

/// What a geography feed says of countries.
#[derive(Debug, Default)]
pub(crate) struct Continents {
    of: BTreeMap<[u8; 2], u8>,
}

/// One who is to be told apart from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Viewer {
    pub(crate) peer: PeerId,
    pub(crate) place: Place,
}

/// Every part of a split has at least this share of the cluster (assumption: a cluster is halved once
/// or twice until it is small enough, and not shaved).
const LEAST_PART: f64 = 0.25;

impl By {
    /// All that a feed or an address tells; chance comes when none of these will do.
    pub(crate) const TOLD: [Self; 5] =
        [Self::Continent, Self::Country, Self::Network, Self::District, Self::City];

    /// The name in results.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Continent => "continent",
            Self::Country => "country",
            Self::Network => "network",
            Self::District => "district",
            Self::City => "city",
            Self::Chance(_) => "chance",
        }
    }

    /// What a viewer has of this kind.
    pub(crate) fn key(self, viewer: Viewer, continents: &Continents) -> u64 {
        let Viewer { peer, place } = viewer;
        match self {
            Self::Continent => {
                continents.of.get(&place.country).map_or(u64::MAX, |c| u64::from(*c))
            }
            Self::Country => u64::from(u16::from_be_bytes(place.country)),
            Self::Network => u64::from(place.network.get()),
            Self::District | Self::City => {
                u64::from(place.network.get()) << 32 | u64::from(place.metro.get())
            }
            Self::Chance(bit) => scramble(peer) >> (bit % 64) & 1,
        }
    }

    fn word(self, key: u64) -> String {
        match self {
            Self::Country => String::from_utf8_lossy(&(key as u16).to_be_bytes()).into_owned(),
            Self::District | Self::City => format!("{}/{}", key >> 32, key & u64::from(u32::MAX)),
            Self::Chance(bit) => format!("{bit}:{key}"),
            Self::Continent | Self::Network => key.to_string(),
        }
    }

    /// The line that divides so many viewers of each kind best; none where no line leaves enough on both
    /// sides. One kind alone if that will do (the largest carrier or country, and the rest), else kinds in
    /// their order until half is reached.
    pub(crate) fn line(self, counts: &BTreeMap<u64, usize>) -> Option<Line> {
        let total: usize = counts.values().sum();
        let enough = |part: usize| {
            let least = (total as f64 * LEAST_PART).max(1.0);
            part as f64 >= least && (total - part) as f64 >= least
        };
        let line = |keys: &[u64]| Line { by: self, inside: keys.iter().copied().collect() };
        let largest =
            counts.iter().max_by_key(|(key, count)| (**count, std::cmp::Reverse(**key)))?;
        if self != Self::District && enough(*largest.1) {
            return Some(line(&[*largest.0]));
        }
        let keys: Vec<u64> = counts.keys().copied().collect();
        let mut sum = 0;
        let sums = counts.values().map(|count| {
            sum += count;
            sum
        });
        let halves = sums.enumerate().filter(|(_, sum)| enough(*sum));
        let best = halves.min_by_key(|(at, sum)| (sum.abs_diff(total - sum), *at));
        best.map(|(at, _)| line(&keys[..=at]))
    }
}

impl Line {
    /// What those inside have, in words.
    pub(crate) fn describe(&self) -> String {
        let words = self.inside.iter().map(|key| self.by.word(*key));
        words.collect::<Vec<_>>().join(";")
    }

    /// Whether a viewer is inside.
    pub(crate) fn encloses(&self, viewer: Viewer, continents: &Continents) -> bool {
        self.inside.contains(&self.by.key(viewer, continents))
    }
}

impl Continents {
    /// What a feed says.
    pub(crate) fn new(countries: &[([u8; 2], u8)]) -> Self {
        Self { of: countries.iter().copied().collect() }
    }
}

/// A number that looks like chance and is the same each time (the finaliser of splitmix64).
fn scramble(peer: PeerId) -> u64 {
    let mut bits = u64::from(peer.get()).wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[usize]) -> BTreeMap<u64, usize> {
        list.iter().enumerate().map(|(key, count)| (key as u64, *count)).collect()
    }

    fn inside(by: By, list: &[usize]) -> Option<Vec<u64>> {
        by.line(&counts(list)).map(|line| line.inside.into_iter().collect())
    }

    #[test]
    fn the_largest_carrier_is_one_part_and_the_rest_the_other() {
        assert_eq!(inside(By::Network, &[20, 50, 30]), Some(vec![1]));
        assert_eq!(inside(By::Country, &[30, 70]), Some(vec![1]));
    }

    #[test]
    fn many_small_ones_are_taken_in_their_order_until_half_is_reached() {
        assert_eq!(inside(By::City, &[10; 10]), Some(vec![0, 1, 2, 3, 4]));
        assert_eq!(inside(By::District, &[30, 30, 40]), Some(vec![0, 1]));
    }

    #[test]
    fn no_line_shaves_off_a_little_or_divides_one() {
        assert_eq!(inside(By::Country, &[90, 10]), None);
        assert_eq!(inside(By::Country, &[100]), None);
        assert_eq!(inside(By::Country, &[]), None);
        assert_eq!(inside(By::Country, &[1, 1]), Some(vec![0]));
    }

    #[test]
    fn chance_halves_any_crowd_each_time_anew() {
        let place = Place {
            network: crate::units::AsNumber::new(1),
            country: *b"DE",
            metro: crate::units::Metro::new(0),
        };
        let bits = |peer: u32| {
            let viewer = Viewer { peer: PeerId::new(peer), place };
            [0, 1].map(|bit| By::Chance(bit).key(viewer, &Continents::default()))
        };
        let mut quarters = [0; 4];
        (0..4000).map(bits).for_each(|[a, b]| quarters[(a * 2 + b) as usize] += 1);
        // Four standard deviations of a draw of one in four.
        assert!(quarters.iter().all(|quarter: &i32| quarter.abs_diff(1000) < 110), "{quarters:?}");
    }
}

//! The peers that announced one content, by network and country, and fair draws from them.
//!
//! Dense lists with swaps on removal: adding and removing is O(log networks), a draw costs as much
//! as it returns, however many peers there are.

use crate::proto::Place;
use crate::units::{AsNumber, PeerId, Rng, dist};
use std::collections::BTreeMap;

/// The peers of one content.
#[derive(Debug, Default)]
pub(super) struct Swarm {
    all: Vec<PeerId>,
    /// By network; one list for the addresses that no feed knows.
    networks: Vec<Vec<PeerId>>,
    network_numbers: BTreeMap<Option<AsNumber>, usize>,
    sizes: Sums,
    countries: Vec<Vec<PeerId>>,
    country_numbers: BTreeMap<[u8; 2], usize>,
}

/// Where a peer stands in the lists of its swarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    in_all: usize,
    network: usize,
    in_network: usize,
    /// The list and the place in it; none when the address is unknown.
    country: Option<(usize, usize)>,
}

/// A list of a swarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    All,
    Network,
    Country,
}

impl Swarm {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds a peer.
    pub(super) fn add(&mut self, peer: PeerId, place: Option<Place>) -> Spot {
        let network = self.network_number(place.map(|place| place.network));
        self.sizes.add(network, 1);
        let country = place.map(|place| self.country_number(place.country));
        Spot {
            in_all: push(&mut self.all, peer),
            network,
            in_network: push(&mut self.networks[network], peer),
            country: country.map(|list| (list, push(&mut self.countries[list], peer))),
        }
    }

    /// Removes the peer at `spot`. Each list's last peer takes the place that became free: `moved`
    /// is told which list, who, and where it stands now.
    pub(super) fn remove(&mut self, spot: Spot, mut moved: impl FnMut(List, PeerId, usize)) {
        let mut take = |list: &mut Vec<PeerId>, kind: List, at: usize| {
            list.swap_remove(at);
            if let Some(peer) = list.get(at) {
                moved(kind, *peer, at);
            }
        };
        take(&mut self.all, List::All, spot.in_all);
        take(&mut self.networks[spot.network], List::Network, spot.in_network);
        if let Some((list, at)) = spot.country {
            take(&mut self.countries[list], List::Country, at);
        }
        self.sizes.add(spot.network, -1);
    }

    /// At most `count` peers other than the one at `spot`, each set of them equally likely.
    pub(super) fn any(&self, spot: Spot, count: usize, rng: &mut Rng) -> Vec<PeerId> {
        sample_others(&self.all, spot.in_all, count, rng)
    }

    /// At most `count` peers of the network of the one at `spot`.
    pub(super) fn same_network(&self, spot: Spot, count: usize, rng: &mut Rng) -> Vec<PeerId> {
        sample_others(&self.networks[spot.network], spot.in_network, count, rng)
    }

    /// At most `count` peers of the country of the one at `spot`, of other networks.
    ///
    /// `network_of` says in which network a peer is, by the number in its spot. Costs O(count +
    /// peers of the asker's network); it is asked when these are few.
    pub(super) fn same_country(
        &self,
        spot: Spot,
        count: usize,
        network_of: impl Fn(PeerId) -> Option<usize>,
        rng: &mut Rng,
    ) -> Vec<PeerId> {
        let Some((list, _)) = spot.country else { return Vec::new() };
        let list = &self.countries[list];
        // No more than these can be drawn in vain.
        let own = self.networks[spot.network].len();
        let drawn = sample(list.len(), count + own, rng).into_iter().map(|rank| list[rank]);
        drawn.filter(|peer| network_of(*peer) != Some(spot.network)).take(count).collect()
    }

    /// At most `count` peers outside the network of the one at `spot` and not in `named`.
    pub(super) fn elsewhere(
        &self,
        spot: Spot,
        count: usize,
        named: &[PeerId],
        rng: &mut Rng,
    ) -> Vec<PeerId> {
        let (before, own) = (self.sizes.below(spot.network), self.networks[spot.network].len());
        let others = self.all.len() - own;
        let drawn = sample(others, count + named.len(), rng).into_iter().map(|rank| {
            let (network, at) = self.sizes.find(if rank < before { rank } else { rank + own });
            self.networks[network][at]
        });
        drawn.filter(|peer| !named.contains(peer)).take(count).collect()
    }

    fn network_number(&mut self, network: Option<AsNumber>) -> usize {
        let next = self.networks.len();
        let number = *self.network_numbers.entry(network).or_insert(next);
        if number == next {
            self.networks.push(Vec::new());
            self.sizes.push();
        }
        number
    }

    fn country_number(&mut self, country: [u8; 2]) -> usize {
        let next = self.countries.len();
        let number = *self.country_numbers.entry(country).or_insert(next);
        if number == next {
            self.countries.push(Vec::new());
        }
        number
    }
}

impl Spot {
    /// Whether the address is known.
    pub(super) fn has_place(self) -> bool {
        self.country.is_some()
    }

    /// The number of the network's list.
    pub(super) fn network(self) -> usize {
        self.network
    }

    /// Notes that the peer has been moved within a list.
    pub(super) fn moved(&mut self, list: List, at: usize) {
        match (list, &mut self.country) {
            (List::All, _) => self.in_all = at,
            (List::Network, _) => self.in_network = at,
            (List::Country, Some((_, place))) => *place = at,
            (List::Country, None) => {}
        }
    }
}

/// Appends and returns the place.
fn push(list: &mut Vec<PeerId>, peer: PeerId) -> usize {
    list.push(peer);
    list.len() - 1
}

/// At most `count` of `list` but not the one at `own`.
fn sample_others(list: &[PeerId], own: usize, count: usize, rng: &mut Rng) -> Vec<PeerId> {
    let drawn = sample(list.len() - 1, count, rng).into_iter();
    drawn.map(|rank| list[if rank < own { rank } else { rank + 1 }]).collect()
}

/// At most `count` different numbers below `total` in random order (Floyd's permutation, in
/// Bentley, Programming Pearls 1987): as many draws as numbers, and nothing is moved to draw them.
fn sample(total: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    let count = count.min(total);
    let mut drawn: Vec<usize> = Vec::with_capacity(count);
    for last in total - count..total {
        let draw = dist::below(rng, last as u64 + 1) as usize;
        match drawn.iter().position(|known| *known == draw) {
            None => drawn.insert(0, draw),
            Some(at) => drawn.insert(at + 1, last),
        }
    }
    drawn
}

/// Sizes of many lists and their running sums (Fenwick 1994): O(log lists) for everything.
#[derive(Debug, Default)]
struct Sums {
    /// The element at `i` holds the sum of the last `lowest bit of i + 1` sizes up to `i`.
    tree: Vec<usize>,
}

impl Sums {
    /// One more list, empty.
    fn push(&mut self) {
        let position = self.tree.len() + 1;
        let covered = position - lowest_bit(position);
        self.tree.push(self.below(position - 1) - self.below(covered));
    }

    fn add(&mut self, list: usize, change: isize) {
        let mut position = list + 1;
        while let Some(sum) = self.tree.get_mut(position - 1) {
            *sum = sum.saturating_add_signed(change);
            position += lowest_bit(position);
        }
    }

    /// The sizes of the first `lists` lists together.
    fn below(&self, lists: usize) -> usize {
        let (mut position, mut sum) = (lists, 0);
        while position > 0 {
            sum += self.tree[position - 1];
            position -= lowest_bit(position);
        }
        sum
    }

    /// In which list the element of this rank is, and where in it.
    fn find(&self, mut rank: usize) -> (usize, usize) {
        let (mut list, mut step) = (0, self.tree.len().next_power_of_two());
        while step > 0 {
            if let Some(sum) = self.tree.get(list + step - 1)
                && *sum <= rank
            {
                list += step;
                rank -= sum;
            }
            step /= 2;
        }
        (list, rank)
    }
}

const fn lowest_bit(position: usize) -> usize {
    position & position.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::stream;

    #[test]
    fn every_order_of_every_sample_is_equally_likely() {
        let mut rng = stream(1, "sample", 0);
        let mut seen: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        for _ in 0..24_000 {
            *seen.entry(sample(4, 3, &mut rng)).or_default() += 1;
        }
        // 4 * 3 * 2 outcomes of 1000 each; five standard deviations are 155.
        assert_eq!(seen.len(), 24);
        assert!(seen.values().all(|count| count.abs_diff(1000) < 155), "{seen:?}");
        assert!(sample(0, 3, &mut rng).is_empty());
        assert_eq!(sample(2, 9, &mut rng).len(), 2);
    }

    #[test]
    fn running_sums_find_every_element() {
        let mut sums = Sums::default();
        let sizes = [3, 0, 1, 5, 0, 2, 4];
        for (list, size) in sizes.iter().enumerate() {
            sums.push();
            sums.add(list, *size as isize + 1);
            sums.add(list, -1);
        }
        let expected: Vec<(usize, usize)> = sizes
            .iter()
            .enumerate()
            .flat_map(|(list, size)| (0..*size).map(move |at| (list, at)))
            .collect();
        let found: Vec<(usize, usize)> = (0..15).map(|rank| sums.find(rank)).collect();
        assert_eq!(found, expected);
        assert_eq!((sums.below(0), sums.below(4), sums.below(7)), (0, 9, 15));
    }
}

//! The edges of one substream at one instant as trees. Whatever the rows say, every node is in
//! exactly one place: of edges that close a circle the last is cut.

use crate::metrics::TopologyRow;
use crate::units::PeerId;
use std::collections::{BTreeMap, BTreeSet};

/// Trees and how far everybody is from the top of its own.
#[derive(Debug, Default)]
pub(super) struct Forest<'a> {
    /// Everybody from the tops down, children after their parent and beside their siblings.
    pub(super) order: Vec<PeerId>,
    /// Hops from the source. A viewer whom nobody feeds stands on the first level below it.
    pub(super) level: BTreeMap<PeerId, usize>,
    /// The edge of everybody but the tops.
    pub(super) edges: BTreeMap<PeerId, &'a TopologyRow>,
}

impl<'a> Forest<'a> {
    /// The trees of these rows; `is_source` tells who needs no parent.
    pub(super) fn new(rows: &[&'a TopologyRow], is_source: impl Fn(PeerId) -> bool) -> Self {
        let mut children: BTreeMap<PeerId, Vec<PeerId>> = BTreeMap::new();
        for row in rows {
            children.entry(row.parent).or_default().push(row.child);
        }
        let edges = rows.iter().map(|row| (row.child, *row)).collect();
        let mut forest = Self { edges, ..Self::default() };
        let all: BTreeSet<PeerId> = rows.iter().flat_map(|row| [row.parent, row.child]).collect();
        for top in
            all.iter().filter(|peer| !forest.edges.contains_key(peer)).copied().collect::<Vec<_>>()
        {
            forest.descend((top, usize::from(!is_source(top))), &children);
        }
        // Who is left stands in a circle.
        for peer in all {
            if !forest.level.contains_key(&peer) {
                forest.edges.remove(&peer);
                forest.descend((peer, 1), &children);
            }
        }
        forest
    }

    fn descend(&mut self, top: (PeerId, usize), children: &BTreeMap<PeerId, Vec<PeerId>>) {
        let mut waiting = vec![top];
        while let Some((peer, level)) = waiting.pop() {
            if self.level.contains_key(&peer) {
                continue;
            }
            self.level.insert(peer, level);
            self.order.push(peer);
            let below = children.get(&peer).into_iter().flatten().rev();
            waiting.extend(below.map(|child| (*child, level + 1)));
        }
    }

    /// Whether a viewer gets nothing at the moment.
    pub(super) fn is_dry(&self, peer: PeerId) -> bool {
        match self.edges.get(&peer) {
            Some(row) => row.rate.as_bps() == 0,
            None => self.level.get(&peer) != Some(&0),
        }
    }

    /// How many levels there are; at least one.
    pub(super) fn levels(&self) -> usize {
        self.level.values().max().map_or(1, |deepest| deepest + 1)
    }

    /// Where everybody stands from left to right, as many places as there are leaves: a parent
    /// stands over the middle of its children.
    pub(super) fn places(&self) -> (BTreeMap<PeerId, f64>, usize) {
        let mut sums: BTreeMap<PeerId, (f64, u32)> = BTreeMap::new();
        let (mut places, mut leaves) = (BTreeMap::new(), 0_usize);
        let parents: BTreeSet<PeerId> = self.edges.values().map(|row| row.parent).collect();
        for peer in &self.order {
            if !parents.contains(peer) {
                places.insert(*peer, leaves as f64);
                leaves += 1;
            }
        }
        for peer in self.order.iter().rev() {
            let own = sums.get(peer).map(|(sum, count)| sum / f64::from(*count));
            let place = *places.entry(*peer).or_insert(own.unwrap_or_default());
            if let Some(edge) = self.edges.get(peer) {
                let (sum, count) = sums.entry(edge.parent).or_default();
                (*sum, *count) = (*sum + place, *count + 1);
            }
        }
        (places, leaves.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{BitRate, ContentId, SimTime, Substream};

    fn row(parent: u32, child: u32) -> TopologyRow {
        TopologyRow {
            time: SimTime::ZERO,
            content: ContentId::new(0),
            substream: Substream(0),
            parent: PeerId::new(parent),
            child: PeerId::new(child),
            depth: 0,
            rate: BitRate::ZERO,
        }
    }

    fn forest(rows: &[TopologyRow]) -> (Vec<u32>, Vec<usize>) {
        let forest = Forest::new(&rows.iter().collect::<Vec<_>>(), |peer| peer.get() == 0);
        let order: Vec<u32> = forest.order.iter().map(|peer| peer.get()).collect();
        let levels = forest.order.iter().map(|peer| forest.level[peer]).collect();
        (order, levels)
    }

    #[test]
    fn children_stand_below_their_parent_and_beside_each_other() {
        let rows = [row(2, 3), row(0, 2), row(0, 1), row(2, 4)];
        assert_eq!(forest(&rows), (vec![0, 2, 3, 4, 1], vec![0, 1, 2, 2, 1]));
        let forest = Forest::new(&rows.iter().collect::<Vec<_>>(), |peer| peer.get() == 0);
        let (places, leaves) = forest.places();
        assert_eq!(leaves, 3);
        let at = |peer| places[&PeerId::new(peer)];
        assert_eq!([at(3), at(4), at(1), at(2), at(0)], [0.0, 1.0, 2.0, 0.5, 1.25]);
    }

    #[test]
    fn whom_nobody_feeds_stands_below_the_source_and_is_dry() {
        let rows = [row(0, 1), row(2, 3)];
        assert_eq!(forest(&rows), (vec![0, 1, 2, 3], vec![0, 1, 1, 2]));
        let forest = Forest::new(&rows.iter().collect::<Vec<_>>(), |peer| peer.get() == 0);
        assert_eq!([0, 2].map(|peer| forest.is_dry(PeerId::new(peer))), [false, true]);
    }

    #[test]
    fn a_circle_is_cut_and_everybody_is_there_once() {
        let (order, levels) = forest(&[row(5, 6), row(6, 7), row(7, 5), row(0, 1)]);
        assert_eq!((order, levels), (vec![0, 1, 5, 6, 7], vec![0, 1, 1, 2, 3]));
    }
}

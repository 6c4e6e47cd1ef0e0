//! Which edges leave a network or begin at a CDN node: the few whose path can meet with congestion between
//! networks. Kept when an edge changes hands, so that reports need not look at places.

use super::View;
use crate::control::dcm::member::{MemberId, Source};
use crate::units::{AsNumber, Substream};
use std::collections::{BTreeMap, BTreeSet};

/// Where an edge begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::control::dcm) enum Origin {
    /// At a member in another network than the child's.
    Network(AsNumber),
    /// At a CDN node, by its number.
    Server(u16),
}

/// The edges of one pair of ends.
type Edges = BTreeSet<(MemberId, Substream)>;

/// Edges that cross, by where they begin and the network in which they end.
#[derive(Debug, Default)]
pub(super) struct Crossings(BTreeMap<(Origin, AsNumber), Edges>);

impl View {
    /// Where an edge begins, if it crosses anything.
    fn origin(&self, child: MemberId, substream: Substream) -> Option<Origin> {
        match self.edge(child, substream).parent {
            Source::None | Source::Outside(_) => None,
            Source::Server(number) => Some(Origin::Server(number)),
            Source::Member(parent) => {
                let network = self.member(parent).place.network;
                (network != self.member(child).place.network).then_some(Origin::Network(network))
            }
        }
    }

    /// Takes an edge out, before its parent changes.
    pub(super) fn unlist_crossing(&mut self, child: MemberId, substream: Substream) {
        let Some(origin) = self.origin(child, substream) else { return };
        let ends = (origin, self.member(child).place.network);
        if let Some(edges) = self.crossings.0.get_mut(&ends) {
            edges.remove(&(child, substream));
            if edges.is_empty() {
                self.crossings.0.remove(&ends);
            }
        }
    }

    /// Enters an edge, after its parent has changed.
    pub(super) fn list_crossing(&mut self, child: MemberId, substream: Substream) {
        let Some(origin) = self.origin(child, substream) else { return };
        let ends = (origin, self.member(child).place.network);
        self.crossings.0.entry(ends).or_default().insert((child, substream));
    }

    /// All edges that cross, by their ends.
    pub(in crate::control::dcm) fn crossings(
        &self,
    ) -> impl Iterator<Item = (Origin, AsNumber, &BTreeSet<(MemberId, Substream)>)> {
        self.crossings.0.iter().map(|((origin, to), edges)| (*origin, *to, edges))
    }
}

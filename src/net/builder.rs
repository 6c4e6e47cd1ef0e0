//! A graph of autonomous systems in the making: what it refuses, and why.

use super::graph::{Adjacency, As, AsGraph, Link, node};
use crate::units::{AsIndex, AsNumber};
use petgraph::graph::UnGraph;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why a graph was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphError {
    /// A second AS with a number that is taken.
    DuplicateAs(AsNumber),
    /// A link to an AS that was not added.
    UnknownAs(AsNumber),
    /// A link from an AS to itself.
    SelfLoop(AsNumber),
    /// A second link between the same two ASes.
    DuplicateLink(AsNumber, AsNumber),
}

/// A graph in the making.
#[derive(Clone, Debug, Default)]
pub struct AsGraphBuilder {
    graph: UnGraph<As, Link>,
    by_number: BTreeMap<AsNumber, AsIndex>,
    joined: BTreeSet<(AsIndex, AsIndex)>,
}

impl AsGraphBuilder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an AS; indices are given in the order of insertion.
    ///
    /// # Errors
    /// [`GraphError::DuplicateAs`] when the number is taken.
    pub fn add_as(&mut self, new: As) -> Result<AsIndex, GraphError> {
        let (number, index) = (new.number, AsIndex::from_index(self.graph.node_count()));
        if self.by_number.contains_key(&number) {
            return Err(GraphError::DuplicateAs(number));
        }
        self.by_number.insert(number, index);
        self.graph.add_node(new);
        Ok(index)
    }

    /// Joins two ASes; for [`CustomerProvider`](super::LinkKind::CustomerProvider) the customer is `first`.
    ///
    /// # Errors
    /// One variant of [`GraphError`] per rule: both ends known, not the same, not joined before.
    pub fn add_link(
        &mut self,
        first: AsNumber,
        second: AsNumber,
        link: Link,
    ) -> Result<Adjacency, GraphError> {
        let end = |number| self.by_number.get(&number).ok_or(GraphError::UnknownAs(number));
        let (a, b) = (*end(first)?, *end(second)?);
        if a == b {
            return Err(GraphError::SelfLoop(first));
        }
        if !self.joined.insert((a.min(b), a.max(b))) {
            return Err(GraphError::DuplicateLink(first, second));
        }
        let edge = self.graph.add_edge(node(a), node(b), link);
        Ok(Adjacency::from_index(edge.index()))
    }

    /// The finished graph.
    #[must_use]
    pub fn build(self) -> AsGraph {
        AsGraph::new(self.graph, self.by_number)
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateAs(number) => write!(f, "AS {number} is there already"),
            Self::UnknownAs(number) => write!(f, "a link to AS {number}, which is not there"),
            Self::SelfLoop(number) => write!(f, "a link from AS {number} to itself"),
            Self::DuplicateLink(a, b) => write!(f, "a second link between AS {a} and AS {b}"),
        }
    }
}

impl std::error::Error for GraphError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{LinkKind, Neighbour, Role};
    use crate::units::{BitRate, LinkId, Span};

    const A: AsNumber = AsNumber::new(30);
    const B: AsNumber = AsNumber::new(20);
    const C: AsNumber = AsNumber::new(10);

    fn system(number: AsNumber) -> As {
        As { number, name: String::new(), country: None, coordinates: None }
    }

    fn link(kind: LinkKind) -> Link {
        let capacity = [BitRate::from_bps(1), BitRate::from_bps(2)];
        Link { kind, capacity, latency: Span::from_millis(3) }
    }

    fn three() -> AsGraphBuilder {
        let mut builder = AsGraphBuilder::new();
        for number in [A, B, C] {
            builder.add_as(system(number)).unwrap();
        }
        builder
    }

    #[test]
    fn a_number_is_taken_once() {
        assert_eq!(three().add_as(system(B)), Err(GraphError::DuplicateAs(B)));
    }

    #[test]
    fn both_ends_of_a_link_are_known() {
        let stranger = AsNumber::new(99);
        let refused = three().add_link(A, stranger, link(LinkKind::Peering));
        assert_eq!(refused, Err(GraphError::UnknownAs(stranger)));
    }

    #[test]
    fn no_link_leads_back_to_its_own_end() {
        let refused = three().add_link(A, A, link(LinkKind::Peering));
        assert_eq!(refused, Err(GraphError::SelfLoop(A)));
    }

    #[test]
    fn two_ases_are_joined_once_in_either_order() {
        let mut builder = three();
        builder.add_link(A, B, link(LinkKind::Peering)).unwrap();
        let refused = builder.add_link(B, A, link(LinkKind::CustomerProvider));
        assert_eq!(refused, Err(GraphError::DuplicateLink(B, A)));
    }

    #[test]
    fn errors_name_the_ases() {
        assert_eq!(
            GraphError::DuplicateLink(A, B).to_string(),
            "a second link between AS 30 and AS 20"
        );
    }

    #[test]
    fn each_end_sees_the_other_in_its_role_and_by_number() {
        let mut builder = three();
        builder.add_link(A, B, link(LinkKind::CustomerProvider)).unwrap();
        builder.add_link(A, C, link(LinkKind::Peering)).unwrap();
        builder.add_link(B, C, link(LinkKind::Sibling)).unwrap();
        let graph = builder.build();
        let [a, b, c] = [A, B, C].map(|number| graph.index_of(number).unwrap());
        let seen = |at, role, link| Neighbour { at, role, link: LinkId::new(link) };
        assert_eq!(graph.neighbours(a), [seen(c, Role::Peer, 2), seen(b, Role::Provider, 0)]);
        assert_eq!(graph.neighbours(b), [seen(c, Role::Sibling, 4), seen(a, Role::Customer, 1)]);
        assert_eq!(graph.providers(a).collect::<Vec<_>>(), [b]);
        assert_eq!(graph.customers(b).collect::<Vec<_>>(), [a]);
        assert_eq!(graph.peers(c).collect::<Vec<_>>(), [a]);
        let counts = graph.link_counts();
        assert_eq!((counts.transit, counts.peering, counts.sibling), (1, 1, 1));
    }

    #[test]
    fn a_directed_link_has_its_own_ends_and_capacity() {
        let mut builder = three();
        let adjacency = builder.add_link(B, A, link(LinkKind::Peering)).unwrap();
        let graph = builder.build();
        let [there, back] = adjacency.links();
        assert_eq!(graph.ends(there).map(|at| graph.at(at).number), [B, A]);
        assert_eq!(graph.ends(back).map(|at| graph.at(at).number), [A, B]);
        assert_eq!([there, back].map(|link| graph.capacity(link).as_bps()), [1, 2]);
        assert_eq!((Adjacency::of(there), Adjacency::of(back)), (adjacency, adjacency));
        assert_eq!(graph.between(AsIndex::new(0), AsIndex::new(1)), Some(adjacency));
        assert_eq!(graph.between(AsIndex::new(0), AsIndex::new(2)), None);
    }

    #[test]
    fn components_come_largest_first() {
        let mut builder = three();
        builder.add_link(B, C, link(LinkKind::Peering)).unwrap();
        let [a, b, c] = [0, 1, 2].map(AsIndex::new);
        assert_eq!(builder.build().components(), [vec![b, c], vec![a]]);
    }

    #[test]
    fn a_circle_of_providers_is_found() {
        let mut builder = three();
        builder.add_link(A, B, link(LinkKind::CustomerProvider)).unwrap();
        builder.add_link(B, C, link(LinkKind::CustomerProvider)).unwrap();
        assert_eq!(builder.clone().build().provider_cycle(), None);
        builder.add_link(C, A, link(LinkKind::CustomerProvider)).unwrap();
        assert!(builder.build().provider_cycle().is_some());
    }
}

//! The graph of autonomous systems (ASes) and the adjacencies between them.
//!
//! Built once, then only read. Which adjacencies have failed is known to [`super::Routes`], not here.

use super::country::Country;
use crate::units::{AsIndex, AsNumber, BitRate, LinkId, Span};
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// One autonomous system.
#[derive(Clone, Debug, PartialEq)]
pub struct As {
    /// The registered number.
    pub number: AsNumber,
    /// What people call it; may be empty.
    pub name: String,
    /// Where it is registered.
    pub country: Option<Country>,
    /// Where a map draws it.
    pub coordinates: Option<Coordinates>,
}

/// A place on the globe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// The business relationship on a link between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// The first end buys transit from the second.
    CustomerProvider,
    /// The ends exchange their own and their customers' traffic.
    Peering,
    /// The ends belong to one organization and carry everything for each other.
    Sibling,
}

/// What a neighbour is to the AS that looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It sells transit to this AS.
    Provider,
    /// It buys transit from this AS.
    Customer,
    /// It peers with this AS.
    Peer,
    /// It belongs to the same organization.
    Sibling,
}

/// A link between two ASes, without its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The relationship, seen from the first end.
    pub kind: LinkKind,
    /// Capacity from the first end to the second, and back.
    pub capacity: [BitRate; 2],
    /// Propagation delay, one way.
    pub latency: Span,
}

/// A link in both its directions: number `n` stands for the links `2n` (first end to second) and `2n + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Adjacency(u32);

/// An AS at the other end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Which AS.
    pub at: AsIndex,
    /// What it is to the AS that looks at it.
    pub role: Role,
    /// The link towards it.
    pub link: LinkId,
}

/// How many links of each kind there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct LinkCounts {
    /// Customer to provider.
    pub transit: usize,
    /// Peering.
    pub peering: usize,
    /// Within one organization.
    pub sibling: usize,
}

/// Every AS's neighbours in one array, each AS's share in the order of their numbers.
#[derive(Clone, Debug)]
pub(super) struct Neighbourhoods {
    starts: Vec<usize>,
    neighbours: Vec<Neighbour>,
}

/// The finished graph.
#[derive(Clone, Debug)]
pub struct AsGraph {
    graph: UnGraph<As, Link>,
    by_number: BTreeMap<AsNumber, AsIndex>,
    neighbourhoods: Neighbourhoods,
}

impl Adjacency {
    /// The adjacency at `index` in the order of insertion.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        Self(LinkId::from_index(index).get())
    }

    /// The adjacency that this directed link belongs to.
    #[must_use]
    pub const fn of(link: LinkId) -> Self {
        Self(link.get() / 2)
    }

    /// As an index into a table with one element an adjacency.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The link from the first end to the second, and the one back.
    #[must_use]
    pub const fn links(self) -> [LinkId; 2] {
        [LinkId::new(2 * self.0), LinkId::new(2 * self.0 + 1)]
    }
}

/// The same link in the other direction.
pub(super) const fn reversed(link: LinkId) -> LinkId {
    LinkId::new(link.get() ^ 1)
}

impl LinkCounts {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.transit + self.peering + self.sibling
    }

    /// Counts one more.
    pub fn add(&mut self, kind: LinkKind) {
        match kind {
            LinkKind::CustomerProvider => self.transit += 1,
            LinkKind::Peering => self.peering += 1,
            LinkKind::Sibling => self.sibling += 1,
        }
    }
}

impl Neighbourhoods {
    fn new(graph: &UnGraph<As, Link>) -> Self {
        let mut starts = vec![0];
        let mut neighbours = Vec::with_capacity(2 * graph.edge_count());
        let mut of_one: Vec<Neighbour> = Vec::new();
        for at in graph.node_indices() {
            of_one.extend(graph.edges(at).map(|edge| {
                let forward = graph.edge_endpoints(edge.id()).is_some_and(|ends| ends.0 == at);
                seen(edge.id(), edge.weight().kind, forward, edge.target())
            }));
            of_one.sort_by_key(|neighbour| graph[node(neighbour.at)].number);
            neighbours.append(&mut of_one);
            starts.push(neighbours.len());
        }
        Self { starts, neighbours }
    }

    /// The neighbours of an AS, by number.
    pub(super) fn of(&self, at: AsIndex) -> &[Neighbour] {
        &self.neighbours[self.starts[at.index()]..self.starts[at.index() + 1]]
    }

    /// How many ASes there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }
}

/// The neighbour at the far end of an edge, seen from its first end when `forward`.
fn seen(edge: EdgeIndex, kind: LinkKind, forward: bool, far: NodeIndex) -> Neighbour {
    let [there, back] = Adjacency::from_index(edge.index()).links();
    let role = match kind {
        LinkKind::CustomerProvider if forward => Role::Provider,
        LinkKind::CustomerProvider => Role::Customer,
        LinkKind::Peering => Role::Peer,
        LinkKind::Sibling => Role::Sibling,
    };
    let link = if forward { there } else { back };
    Neighbour { at: AsIndex::from_index(far.index()), role, link }
}

pub(super) fn node(at: AsIndex) -> NodeIndex {
    NodeIndex::new(at.index())
}

impl AsGraph {
    pub(super) fn new(graph: UnGraph<As, Link>, by_number: BTreeMap<AsNumber, AsIndex>) -> Self {
        let neighbourhoods = Neighbourhoods::new(&graph);
        Self { graph, by_number, neighbourhoods }
    }

    /// How many ASes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// True when there is no AS.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every AS's index, in the order of insertion.
    pub fn indices(&self) -> impl Iterator<Item = AsIndex> + use<> {
        (0..self.len()).map(AsIndex::from_index)
    }

    /// The AS at this index.
    #[must_use]
    pub fn at(&self, index: AsIndex) -> &As {
        &self.graph[node(index)]
    }

    /// Where the AS with this number is.
    #[must_use]
    pub fn index_of(&self, number: AsNumber) -> Option<AsIndex> {
        self.by_number.get(&number).copied()
    }

    /// Every adjacency, in the order of insertion.
    pub fn adjacencies(&self) -> impl Iterator<Item = Adjacency> + use<> {
        (0..self.graph.edge_count()).map(Adjacency::from_index)
    }

    /// The adjacency between two ASes.
    #[must_use]
    pub fn between(&self, a: AsIndex, b: AsIndex) -> Option<Adjacency> {
        self.graph.find_edge(node(a), node(b)).map(|edge| Adjacency::from_index(edge.index()))
    }

    /// The link of an adjacency.
    #[must_use]
    pub fn link(&self, adjacency: Adjacency) -> &Link {
        &self.graph[EdgeIndex::new(adjacency.index())]
    }

    /// Where a directed link begins and ends.
    #[must_use]
    pub fn ends(&self, link: LinkId) -> [AsIndex; 2] {
        let edge = &self.graph.raw_edges()[Adjacency::of(link).index()];
        let [first, second] =
            [edge.source(), edge.target()].map(|end| AsIndex::from_index(end.index()));
        if link.get().is_multiple_of(2) { [first, second] } else { [second, first] }
    }

    /// The capacity of a directed link.
    #[must_use]
    pub fn capacity(&self, link: LinkId) -> BitRate {
        self.link(Adjacency::of(link)).capacity[link.index() % 2]
    }

    /// The neighbours of an AS, by number.
    #[must_use]
    pub fn neighbours(&self, at: AsIndex) -> &[Neighbour] {
        self.neighbourhoods.of(at)
    }

    /// The neighbours of an AS that have this role to it, by number.
    pub fn neighbours_in(&self, at: AsIndex, role: Role) -> impl Iterator<Item = AsIndex> + '_ {
        self.neighbours(at).iter().filter(move |n| n.role == role).map(|n| n.at)
    }

    /// The ASes that sell transit to this one, by number.
    pub fn providers(&self, at: AsIndex) -> impl Iterator<Item = AsIndex> + '_ {
        self.neighbours_in(at, Role::Provider)
    }

    /// The ASes that buy transit from this one, by number.
    pub fn customers(&self, at: AsIndex) -> impl Iterator<Item = AsIndex> + '_ {
        self.neighbours_in(at, Role::Customer)
    }

    /// The ASes that peer with this one, by number.
    pub fn peers(&self, at: AsIndex) -> impl Iterator<Item = AsIndex> + '_ {
        self.neighbours_in(at, Role::Peer)
    }

    /// How many neighbours an AS has.
    #[must_use]
    pub fn degree(&self, at: AsIndex) -> usize {
        self.neighbours(at).len()
    }

    /// How many links of each kind there are.
    #[must_use]
    pub fn link_counts(&self) -> LinkCounts {
        let mut counts = LinkCounts::default();
        self.graph.edge_weights().for_each(|link| counts.add(link.kind));
        counts
    }

    /// The connected components, the largest first, each in the order of insertion.
    #[must_use]
    pub fn components(&self) -> Vec<Vec<AsIndex>> {
        let mut sets = UnionFind::<usize>::new(self.len());
        for edge in self.graph.raw_edges() {
            sets.union(edge.source().index(), edge.target().index());
        }
        let mut members: BTreeMap<usize, Vec<AsIndex>> = BTreeMap::new();
        for at in self.indices() {
            members.entry(sets.find_mut(at.index())).or_default().push(at);
        }
        let mut components: Vec<Vec<AsIndex>> = members.into_values().collect();
        components.sort_by_key(|component| (std::cmp::Reverse(component.len()), component[0]));
        components
    }

    /// An AS that is, over others, its own provider; `None` in a sound hierarchy.
    #[must_use]
    pub fn provider_cycle(&self) -> Option<AsIndex> {
        let upward = self.graph.raw_edges().iter();
        let upward = upward.filter(|edge| edge.weight.kind == LinkKind::CustomerProvider);
        let mut hierarchy =
            DiGraph::<(), ()>::from_edges(upward.map(|edge| (edge.source(), edge.target())));
        // An AS without transit links has no edge that would create its node.
        while hierarchy.node_count() < self.len() {
            hierarchy.add_node(());
        }
        let cycle = petgraph::algo::toposort(&hierarchy, None).err();
        cycle.map(|cycle| AsIndex::from_index(cycle.node_id().index()))
    }

    /// The graph as petgraph sees it, for its algorithms and for export.
    #[must_use]
    pub const fn as_petgraph(&self) -> &UnGraph<As, Link> {
        &self.graph
    }

    pub(super) const fn neighbourhoods(&self) -> &Neighbourhoods {
        &self.neighbourhoods
    }
}

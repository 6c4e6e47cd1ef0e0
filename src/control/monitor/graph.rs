//! The graph of networks: directed links between them, with the load that goes over each as its weight.
//!
//! Links are those that the route feed names. Where it names no route between two networks, the shortest
//! way over links that it does name is taken for it: a guess, but one that a network could use.

use super::locate::Link;
use crate::proto::RouteTable;
use crate::units::{AsNumber, BitRate};
use petgraph::algo::astar;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// Networks and the links between them.
#[derive(Debug, Default)]
pub(super) struct NetworkGraph {
    graph: DiGraph<AsNumber, BitRate>,
    nodes: BTreeMap<AsNumber, NodeIndex>,
}

impl NetworkGraph {
    /// The graph of all links that a feed names, without load.
    pub(super) fn of(routes: &RouteTable) -> Self {
        let mut graph = Self::default();
        for networks in routes.all_networks() {
            for link in links_of(networks) {
                let (from, to) = (graph.node(link.from), graph.node(link.to));
                if graph.graph.find_edge(from, to).is_none() {
                    graph.graph.add_edge(from, to, BitRate::ZERO);
                }
            }
        }
        graph
    }

    fn node(&mut self, network: AsNumber) -> NodeIndex {
        let graph = &mut self.graph;
        *self.nodes.entry(network).or_insert_with(|| graph.add_node(network))
    }

    /// Whether the feed names this link.
    pub(super) fn has(&self, link: Link) -> bool {
        let ends = self.nodes.get(&link.from).zip(self.nodes.get(&link.to));
        ends.is_some_and(|(from, to)| self.graph.find_edge(*from, *to).is_some())
    }

    /// The shortest way over links that are known; empty when there is none.
    pub(super) fn shortest(&self, from: AsNumber, to: AsNumber) -> Vec<AsNumber> {
        let ends = self.nodes.get(&from).zip(self.nodes.get(&to));
        let way = ends
            .and_then(|(from, to)| astar(&self.graph, *from, |node| node == *to, |_| 1_u32, |_| 0));
        way.map_or_else(Vec::new, |(_, nodes)| nodes.iter().map(|node| self.graph[*node]).collect())
    }

    /// Weighs the links anew: so much goes over each of these paths.
    pub(super) fn weigh(&mut self, traffic: impl Iterator<Item = (Vec<Link>, BitRate)>) {
        self.graph.edge_weights_mut().for_each(|load| *load = BitRate::ZERO);
        for (path, rate) in traffic {
            for link in path {
                let (from, to) = (self.node(link.from), self.node(link.to));
                if let Some(edge) = self.graph.find_edge(from, to) {
                    self.graph[edge] += rate;
                }
            }
        }
    }

    /// What went over a link when it was last weighed.
    pub(super) fn load(&self, link: Link) -> BitRate {
        let ends = self.nodes.get(&link.from).zip(self.nodes.get(&link.to));
        let edge = ends.and_then(|(from, to)| self.graph.find_edge(*from, *to));
        edge.map_or(BitRate::ZERO, |edge| self.graph[edge])
    }

    /// Networks and links.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.graph.node_count(), self.graph.edge_count())
    }
}

/// The links of a path that crosses these networks.
pub(super) fn links_of(networks: &[AsNumber]) -> impl Iterator<Item = Link> {
    networks.windows(2).map(|ends| Link { from: ends[0], to: ends[1] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::PathClass;

    fn known(paths: &[&[u32]]) -> (RouteTable, NetworkGraph) {
        let mut table = RouteTable::default();
        for path in paths {
            let path: Vec<AsNumber> = path.iter().copied().map(AsNumber::new).collect();
            table.insert(path[0], path[path.len() - 1], PathClass::Transit, 10, &path);
        }
        let graph = NetworkGraph::of(&table);
        (table, graph)
    }

    #[test]
    fn links_have_a_direction_and_a_load() {
        let (_, mut graph) = known(&[&[1, 2, 3], &[3, 2]]);
        assert_eq!(graph.size(), (3, 3));
        let link = |from, to| Link { from: AsNumber::new(from), to: AsNumber::new(to) };
        assert!(graph.has(link(3, 2)) && !graph.has(link(2, 1)));
        let path = vec![link(1, 2), link(2, 3)];
        let rate = BitRate::from_kbps(500);
        graph.weigh([(path.clone(), rate), (vec![link(2, 3)], rate)].into_iter());
        assert_eq!([link(1, 2), link(2, 3)].map(|link| graph.load(link)), [rate, rate * 2]);
        graph.weigh([(path, rate)].into_iter());
        assert_eq!(graph.load(link(2, 3)), rate, "the former load does not count");
        assert_eq!(graph.load(link(7, 8)), BitRate::ZERO);
    }

    #[test]
    fn a_route_that_nobody_names_is_guessed_over_links_that_somebody_does() {
        let (_, graph) = known(&[&[1, 2, 3], &[3, 4]]);
        let number = AsNumber::new;
        assert_eq!(graph.shortest(number(1), number(4)), [1, 2, 3, 4].map(number));
        assert_eq!(graph.shortest(number(4), number(1)), []);
        assert_eq!(graph.shortest(number(1), number(9)), []);
    }
}

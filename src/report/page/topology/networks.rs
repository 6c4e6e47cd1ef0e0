//! Who is in which network, and which colour and shape a network has in all drawings of a run.

use super::super::super::facts::Facts;
use super::super::super::tables::RunTables;
use super::canvas::{NODE, outline};
use crate::units::PeerId;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Networks with a colour of their own: as many as the palette tells apart.
const COLOURS: usize = 7;
/// The class of all other networks.
const OTHERS: usize = 7;
/// The class of those whose network no table tells.
const UNKNOWN: usize = 8;

/// The classes of a run's drawings.
#[derive(Debug)]
pub(super) struct Networks {
    of_peer: BTreeMap<PeerId, u32>,
    class: BTreeMap<u32, usize>,
    names: BTreeMap<u32, String>,
    nodes: usize,
}

/// One line of the legend.
#[derive(Debug, Serialize)]
pub(in super::super) struct LegendEntry {
    class: usize,
    outline: String,
    name: String,
}

impl Networks {
    pub(super) fn new(tables: &RunTables, facts: &Facts) -> Self {
        let rows = tables.peers.iter().map(|row| (row.peer, row.network.get()));
        let ends = tables.transfers.iter().flat_map(|row| {
            let networks = (row.source_network.get(), row.destination_network.get());
            [(row.source, networks.0), (row.destination, networks.1)]
        });
        let mut of_peer: BTreeMap<PeerId, u32> = ends.chain(rows).collect();
        let nodes = facts.nodes.iter().enumerate();
        of_peer.extend(
            nodes.filter_map(|(number, node)| Some((PeerId::from_index(number), node.network?))),
        );
        let drawn: BTreeSet<PeerId> = tables.topology.iter().map(|row| row.child).collect();
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for network in drawn.iter().filter_map(|peer| of_peer.get(peer)) {
            *sizes.entry(*network).or_default() += 1;
        }
        let mut largest: Vec<(Reverse<u64>, u32)> =
            sizes.into_iter().map(|(network, size)| (Reverse(size), network)).collect();
        largest.sort_unstable();
        let class = largest
            .iter()
            .enumerate()
            .map(|(place, (_, network))| (*network, if place < COLOURS { place } else { OTHERS }));
        let class = class.collect();
        let named = tables.isps.iter().map(|row| (row.network.get(), row.name.clone()));
        let names = named.chain(facts.networks.clone()).collect();
        Self { of_peer, class, names, nodes: facts.nodes.len() }
    }

    pub(super) fn is_node(&self, peer: PeerId) -> bool {
        peer.index() < self.nodes
    }

    pub(super) fn network(&self, peer: PeerId) -> Option<u32> {
        self.of_peer.get(&peer).copied()
    }

    /// The colour and shape of a viewer or a CDN node.
    pub(super) fn class(&self, peer: PeerId) -> usize {
        if self.is_node(peer) {
            return NODE;
        }
        let network = self.network(peer);
        network.map_or(UNKNOWN, |network| self.class.get(&network).copied().unwrap_or(OTHERS))
    }

    pub(super) fn name_of(&self, network: u32) -> String {
        let name = self.names.get(&network).filter(|name| !name.is_empty());
        name.cloned().unwrap_or_else(|| format!("AS {network}"))
    }

    /// The network of a viewer in words.
    pub(super) fn name(&self, peer: PeerId) -> String {
        self.network(peer)
            .map_or("network not recorded".to_string(), |network| self.name_of(network))
    }

    /// What a class stands for.
    pub(super) fn class_name(&self, class: usize) -> String {
        let own = self.class.iter().find(|(_, of)| **of == class && class < COLOURS);
        match (own, class) {
            (Some((network, _)), _) => self.name_of(*network),
            (None, NODE) => "CDN node".to_string(),
            (None, UNKNOWN) => "network not recorded".to_string(),
            (None, _) => "other networks".to_string(),
        }
    }

    /// The classes that these peers have, for a legend.
    pub(super) fn legend(&self, peers: impl Iterator<Item = PeerId>) -> Vec<LegendEntry> {
        let classes: BTreeSet<usize> = peers.map(|peer| self.class(peer)).collect();
        let entry = |class: usize| LegendEntry {
            class,
            outline: outline(class, [8.0, 8.0, 6.0]),
            name: self.class_name(class),
        };
        // CDN nodes first, as in the drawings.
        let nodes = classes.contains(&NODE).then_some(NODE);
        let networks = classes.into_iter().filter(|class| *class != NODE);
        nodes.into_iter().chain(networks).map(entry).collect()
    }
}

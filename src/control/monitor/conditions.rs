//! What is believed of the network: routes, round trips, links in trouble. Decisions look it up here.

use super::graph::{NetworkGraph, links_of};
use super::locate::Link;
use super::probes::Probes;
use crate::proto::{LinkVerdict, MeasuredPath, NetworkTraffic, PathClass, RouteTable};
use crate::units::{AsNumber, BitRate, Bytes};
use std::collections::BTreeMap;

/// What is believed of the network.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    routes: RouteTable,
    probes: Probes,
    pub(super) graph: NetworkGraph,
    /// Links in trouble, those included that are only like one.
    held: BTreeMap<Link, LinkVerdict>,
    changes: u32,
}

impl Conditions {
    /// Takes a new route feed.
    pub(super) fn learn(&mut self, routes: &RouteTable) {
        self.routes.clone_from(routes);
        self.graph = NetworkGraph::of(routes);
    }

    /// Takes in what a client in network `to` has measured of the path from a parent in network `from`.
    pub(crate) fn measured(&mut self, from: AsNumber, to: AsNumber, path: MeasuredPath) {
        self.probes.note(from, to, path);
    }

    /// Measurements so far, and their mean in milliseconds.
    pub(crate) fn measurements(&self) -> (u64, Option<f64>) {
        self.probes.summary()
    }

    /// The class of a path and its round trip in milliseconds, as the route feed says.
    pub(crate) fn route(&self, from: AsNumber, to: AsNumber) -> Option<(PathClass, u32)> {
        self.routes.path(from, to)
    }

    /// The mean round trip that clients have measured, in milliseconds.
    pub(crate) fn measured_ms(&self, from: AsNumber, to: AsNumber) -> Option<u32> {
        self.probes.rtt_ms(from, to)
    }

    /// The links of the path: as the feed says, else guessed over links that it names.
    pub(crate) fn links(&self, from: AsNumber, to: AsNumber) -> Vec<Link> {
        let told = self.routes.networks(from, to);
        if told.is_empty() && from != to {
            return links_of(&self.graph.shortest(from, to)).collect();
        }
        links_of(told).collect()
    }

    /// The trouble of the first link in trouble on the path; none, at once, where all is well.
    pub(crate) fn trouble(&self, from: AsNumber, to: AsNumber) -> Option<LinkVerdict> {
        if self.held.is_empty() || from == to {
            return None;
        }
        self.links(from, to).iter().find_map(|link| self.held.get(link).copied())
    }

    /// How often the links in trouble have changed: whoever remembers the number sees that they did.
    pub(crate) fn changes(&self) -> u32 {
        self.changes
    }

    /// What went over a link when the graph was last weighed.
    pub(super) fn load(&self, link: Link) -> BitRate {
        self.graph.load(link)
    }

    /// From now on these links are in trouble.
    pub(super) fn hold(&mut self, held: BTreeMap<Link, LinkVerdict>) {
        self.changes += u32::from(held != self.held);
        self.held = held;
    }

    /// Bytes between networks as every network sees them.
    pub(crate) fn by_network(&self, moved: &BTreeMap<[AsNumber; 2], Bytes>) -> Vec<NetworkTraffic> {
        let mut rows = BTreeMap::<AsNumber, NetworkTraffic>::new();
        for ([from, to], bytes) in moved {
            let class = if from == to { Some(PathClass::OnNet) } else { self.class(*from, *to) };
            let into = row(&mut rows, *to);
            let entered = match class {
                Some(PathClass::OnNet) => &mut into.on_net,
                Some(PathClass::Peering) => &mut into.peering,
                // What no feed knows counts as the dearer.
                Some(PathClass::Transit) | None => &mut into.transit,
            };
            *entered += *bytes;
            if from != to {
                row(&mut rows, *from).out += *bytes;
            }
        }
        rows.into_values().collect()
    }

    fn class(&self, from: AsNumber, to: AsNumber) -> Option<PathClass> {
        self.route(from, to).map(|(class, _)| class)
    }

    /// Links in trouble.
    pub(super) fn held(&self) -> usize {
        self.held.len()
    }
}

fn row(rows: &mut BTreeMap<AsNumber, NetworkTraffic>, network: AsNumber) -> &mut NetworkTraffic {
    let none = Bytes::new(0);
    let blank = NetworkTraffic { network, on_net: none, peering: none, transit: none, out: none };
    rows.entry(network).or_insert(blank)
}

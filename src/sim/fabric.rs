//! The network under the peers: sites, delays, routes, and the fluid links that carry the flows.

use crate::net::fluid::{FlowRate, Fluid};
use crate::net::{AsGraph, Country, LatencyModel, LinkKind, Place, Region, Routes};
use crate::proto::PathClass;
use crate::scenario::Scenario;
use crate::units::{AsIndex, AsNumber, BitRate, FlowId, LinkId, Metro, RouteId, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A network in one country, where clients, CDN nodes or the coordinator are.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) network: AsIndex,
    pub(super) number: AsNumber,
    pub(super) country: [u8; 2],
}

/// What lies between two sites now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Path {
    route: RouteId,
    class: PathClass,
    rtt: Span,
}

/// The network.
#[derive(Debug)]
pub(super) struct Fabric {
    pub(super) fluid: Fluid,
    graph: Arc<AsGraph>,
    routes: Routes,
    latency: LatencyModel,
    pub(super) sites: Vec<Site>,
    /// Site times site.
    paths: Vec<Option<Path>>,
    /// Site times site: what is sent gets through.
    up: Vec<bool>,
    /// Fluid links of inter-AS links in use, by the graph's numbers.
    links: BTreeMap<LinkId, LinkId>,
}

impl Fabric {
    pub(super) fn new(scenario: &Scenario, sites: Vec<Site>) -> Self {
        let graph = Arc::clone(&scenario.topology.graph);
        let mut fabric = Self {
            fluid: Fluid::new(),
            routes: Routes::new(&graph),
            graph,
            latency: LatencyModel::default(),
            paths: vec![None; sites.len() * sites.len()],
            up: vec![false; sites.len() * sites.len()],
            sites,
            links: BTreeMap::new(),
        };
        fabric.find_paths();
        fabric
    }

    /// Asks for the route of every pair of sites, and sees that its links exist in the fluid network.
    pub(super) fn find_paths(&mut self) {
        for from in 0..self.sites.len() {
            for to in 0..self.sites.len() {
                let path = self.find_path(from, to);
                self.paths[from * self.sites.len() + to] = path;
            }
        }
        self.refresh_up();
    }

    fn find_path(&mut self, from: usize, to: usize) -> Option<Path> {
        let route = self.routes.route(self.sites[from].network, self.sites[to].network)?;
        let found = self.routes.get(route);
        for link in &found.links {
            let (graph, fluid) = (&self.graph, &mut self.fluid);
            self.links.entry(*link).or_insert_with(|| fluid.add_link(graph.capacity(*link)));
        }
        let class = match (found.links.len(), found.transit_hops) {
            (0, _) => PathClass::OnNet,
            (_, 0) => PathClass::Peering,
            _ => PathClass::Transit,
        };
        // Sites are cities apart here; two viewers of one site are looked at in `rtt`.
        let rtt = self.latency.core_rtt(
            &self.place(from, Metro::new(0)),
            &self.place(to, Metro::new(1)),
            found,
        );
        // The links' own latencies take the place of what a hop costs on average.
        let hops = self.latency.peering_hop * u64::from(found.peering_hops)
            + self.latency.transit_hop * u64::from(found.transit_hops);
        let rtt = rtt.saturating_sub(hops) + found.latency * 2;
        Some(Path { route, class, rtt })
    }

    fn place(&self, site: usize, metro: Metro) -> Place {
        let Site { network, country, .. } = self.sites[site];
        let country = std::str::from_utf8(&country).ok().and_then(Country::new);
        let region = country.and_then(Country::region).unwrap_or(Region::UsEast);
        Place { as_index: network, metro, region, country }
    }

    fn path(&self, from: u16, to: u16) -> Option<Path> {
        self.paths[usize::from(from) * self.sites.len() + usize::from(to)]
    }

    /// Round trip between two sites, without the access lines; the table's value when one site is meant.
    pub(super) fn rtt(&self, from: (u16, Metro), to: (u16, Metro)) -> Option<Span> {
        if from.0 == to.0 {
            return Some(if from.1 == to.1 {
                self.latency.same_metro
            } else {
                self.latency.same_as
            });
        }
        self.path(from.0, to.0).map(|path| path.rtt)
    }

    /// What kind of border the path crosses; none when there is no path.
    pub(super) fn class(&self, from: u16, to: u16) -> Option<PathClass> {
        if from == to {
            return Some(PathClass::OnNet);
        }
        self.path(from, to).map(|path| path.class)
    }

    /// Whether data and messages get through now.
    pub(super) fn is_up(&self, from: u16, to: u16) -> bool {
        self.up[usize::from(from) * self.sites.len() + usize::from(to)]
    }

    /// Looks again at which paths are whole.
    fn refresh_up(&mut self) {
        let sites = self.sites.len();
        for (pair, up) in self.up.iter_mut().enumerate() {
            let whole = self.paths[pair].is_some_and(|path| self.routes.is_up(path.route));
            *up = pair / sites == pair % sites || whole;
        }
    }

    /// The route in use, to see whether it has changed.
    pub(super) fn route(&self, from: u16, to: u16) -> Option<RouteId> {
        self.path(from, to).map(|path| path.route)
    }

    /// The inter-AS links of the path in the graph's numbers, in order.
    pub(super) fn border_links(&self, from: u16, to: u16) -> &[LinkId] {
        self.path(from, to).map_or(&[], |path| &self.routes.get(path.route).links)
    }

    /// The networks on the path, both ends included; none when there is no path.
    pub(super) fn networks(&self, from: u16, to: u16) -> Vec<AsNumber> {
        let first = self.path(from, to).map(|_| self.sites[usize::from(from)].number);
        let links = self.border_links(from, to).iter();
        let ends = links.map(|link| self.graph.at(self.graph.ends(*link)[1]).number);
        first.into_iter().chain(ends).collect()
    }

    /// The two directions of a link in the graph's numbers.
    pub(super) fn links_between(&self, ends: [AsIndex; 2]) -> Option<[LinkId; 2]> {
        self.graph.between(ends[0], ends[1]).map(crate::net::Adjacency::links)
    }

    /// What a link in use can carry now.
    pub(super) fn carries(&self, link: LinkId) -> FlowRate {
        let fluid = self.links.get(&link);
        fluid.map_or(FlowRate(0), |fluid| FlowRate::from(self.fluid.capacity(*fluid)))
    }

    /// Whether the link from one network to another carries all that it can, or all but a hundredth.
    pub(super) fn is_full(&self, from: AsNumber, to: AsNumber) -> bool {
        let ends = |link: &LinkId| self.graph.ends(*link).map(|end| self.graph.at(end).number);
        let found = self.links.iter().find(|(link, _)| ends(link) == [from, to]);
        found.is_some_and(|(link, fluid)| {
            let (load, capacity) = (self.fluid.load(*fluid).get(), self.carries(*link).get());
            load >= capacity - capacity / 100
        })
    }

    /// What an inter-AS link can carry when nothing is wrong.
    pub(super) fn graph_capacity(&self, link: LinkId) -> BitRate {
        self.graph.capacity(link)
    }

    /// A flow that leaves a site by the first links and comes in by the second.
    pub(super) fn add_flow(
        &mut self,
        ends: [[Option<LinkId>; 2]; 2],
        sites: (u16, u16),
        cap: FlowRate,
    ) -> FlowId {
        let route = self.path(sites.0, sites.1).map(|path| &self.routes.get(path.route).links);
        let borders = route.into_iter().flatten().map(|link| self.links[link]);
        let [out, into] = ends.map(|links| links.into_iter().flatten());
        let path = out.chain(borders).chain(into);
        self.fluid.add_flow(path, cap).expect("a route visits a link once, and access links differ")
    }

    /// Fails, repairs or resizes the link between two networks. Returns false when there is none.
    pub(super) fn set_link(&mut self, ends: (AsIndex, AsIndex), change: LinkChange) -> bool {
        let Some(adjacency) = self.graph.between(ends.0, ends.1) else { return false };
        match change {
            LinkChange::Fail => self.routes.set_link_up(adjacency, false),
            LinkChange::Repair => self.routes.set_link_up(adjacency, true),
            LinkChange::Resize(_) => {}
        }
        for link in adjacency.links() {
            let capacity = match change {
                LinkChange::Fail => BitRate::ZERO,
                LinkChange::Repair => self.graph.capacity(link),
                LinkChange::Resize(capacity) => capacity,
            };
            if let Some(fluid) = self.links.get(&link) {
                self.fluid.set_capacity(*fluid, capacity);
            }
        }
        self.refresh_up();
        true
    }

    /// Routing has noticed which links are up.
    pub(super) fn converge(&mut self) {
        self.routes.reconverge();
        self.find_paths();
    }

    /// Inter-AS links in use: the graph's number, the fluid link, who it joins and how.
    pub(super) fn borders(&self) -> impl Iterator<Item = (LinkId, Border)> + '_ {
        self.links.keys().map(|link| {
            let [from, to] = self.graph.ends(*link).map(|end| self.graph.at(end).number);
            let adjacency = crate::net::Adjacency::of(*link);
            let forward = adjacency.links()[0] == *link;
            let kind = match (self.graph.link(adjacency).kind, forward) {
                (LinkKind::Peering, _) => "peering",
                (LinkKind::Sibling, _) => "sibling",
                (LinkKind::CustomerProvider, true) => "customer-provider",
                (LinkKind::CustomerProvider, false) => "provider-customer",
            };
            (*link, Border { from, to, kind, capacity: self.graph.capacity(*link) })
        })
    }
}

/// An inter-AS link in one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Border {
    pub(super) from: AsNumber,
    pub(super) to: AsNumber,
    pub(super) kind: &'static str,
    pub(super) capacity: BitRate,
}

/// What happens to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkChange {
    /// It carries nothing.
    Fail,
    /// It is as it was.
    Repair,
    /// It has another capacity.
    Resize(BitRate),
}

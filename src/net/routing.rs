//! Policy routes between ASes, and what happens to them when links fail.
//!
//! Every AS prefers a route over a customer to one over a peer, and that to one over a provider; then the
//! one with the fewest ASes; then the one whose next AS has the lowest number. It tells peers and
//! providers of routes over customers only. Siblings carry everything for each other. `policy.rs` has the
//! rule in full. All routes to a destination are found at once, when the first one is
//! asked for, and kept (4 bytes an AS and destination).
//!
//! A failed link takes down the routes over it at once; that others are found takes until
//! [`Routes::reconverge`], which the simulator calls after a delay. Not modelled: the transient loops and
//! detours of path exploration in between.

use super::graph::{Adjacency, AsGraph, LinkKind, Neighbourhoods};
use super::policy::{NextLink, first_links};
use crate::units::{AsIndex, AsNumber, LinkId, RouteId, Span};
use std::collections::BTreeMap;

/// The way from one AS to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where it begins.
    pub from: AsIndex,
    /// Where it ends.
    pub to: AsIndex,
    /// The directed links in order; none when it begins where it ends.
    pub links: Vec<LinkId>,
    /// How many of the links are peering.
    pub peering_hops: u16,
    /// How many of the links are not.
    pub transit_hops: u16,
    /// The sum of the links' one-way latencies.
    pub latency: Span,
}

/// Every route that was asked for so far.
#[derive(Clone, Debug)]
pub struct Routes {
    near: Neighbourhoods,
    numbers: Vec<AsNumber>,
    adjacencies: Vec<Wire>,
    /// What is down now.
    failed: Vec<bool>,
    failed_count: usize,
    /// What was down when routing last converged.
    avoided: Vec<bool>,
    to: Vec<Option<Destination>>,
    routes: Vec<Route>,
    by_ends: BTreeMap<(AsIndex, AsIndex), Vec<RouteId>>,
}

/// What a route needs to know of an adjacency.
#[derive(Clone, Copy, Debug)]
struct Wire {
    ends: [AsIndex; 2],
    kind: LinkKind,
    latency: Span,
}

/// All routes to one AS, and those of them that were asked for.
#[derive(Clone, Debug)]
struct Destination {
    first_links: Vec<Option<NextLink>>,
    from: BTreeMap<AsIndex, Option<RouteId>>,
}

impl Routes {
    /// Routes in this graph, of which a copy is kept; every link is up.
    #[must_use]
    pub fn new(graph: &AsGraph) -> Self {
        let wire = |adjacency: Adjacency| {
            let link = graph.link(adjacency);
            let ends = graph.ends(adjacency.links()[0]);
            Wire { ends, kind: link.kind, latency: link.latency }
        };
        let adjacencies: Vec<Wire> = graph.adjacencies().map(wire).collect();
        Self {
            near: graph.neighbourhoods().clone(),
            numbers: graph.indices().map(|at| graph.at(at).number).collect(),
            failed: vec![false; adjacencies.len()],
            failed_count: 0,
            avoided: vec![false; adjacencies.len()],
            adjacencies,
            to: vec![None; graph.len()],
            routes: Vec::new(),
            by_ends: BTreeMap::new(),
        }
    }

    /// The route from one AS to another as of the last convergence; `None` when policy allows none.
    ///
    /// The same way between the same ends always has the same id.
    ///
    /// # Panics
    /// When an end is not in the graph.
    pub fn route(&mut self, from: AsIndex, to: AsIndex) -> Option<RouteId> {
        if let Some(known) = self.to[to.index()].as_ref().and_then(|d| d.from.get(&from)) {
            return *known;
        }
        let mut destination = self.to[to.index()].take().unwrap_or_else(|| Destination {
            first_links: first_links(&self.near, &self.numbers, &self.avoided, to),
            from: BTreeMap::new(),
        });
        let links = self.links(&destination.first_links, from, to);
        let id = links.map(|links| self.intern(from, to, links));
        destination.from.insert(from, id);
        self.to[to.index()] = Some(destination);
        id
    }

    /// The route with this id.
    ///
    /// # Panics
    /// When the id is not one that [`Routes::route`] gave.
    #[must_use]
    pub fn get(&self, id: RouteId) -> &Route {
        &self.routes[id.index()]
    }

    /// Marks a link, in both directions, as failed or repaired. Routes do not change before
    /// [`Routes::reconverge`].
    ///
    /// # Panics
    /// When the adjacency is not in the graph.
    pub fn set_link_up(&mut self, adjacency: Adjacency, up: bool) {
        let failed = &mut self.failed[adjacency.index()];
        match (*failed, up) {
            (false, false) => self.failed_count += 1,
            (true, true) => self.failed_count -= 1,
            _ => (),
        }
        *failed = !up;
    }

    /// Whether a link is up.
    ///
    /// # Panics
    /// When the adjacency is not in the graph.
    #[must_use]
    pub fn is_link_up(&self, adjacency: Adjacency) -> bool {
        !self.failed[adjacency.index()]
    }

    /// Whether every link of a route is up. Takes one step while nothing has failed, else one a hop.
    ///
    /// # Panics
    /// When the id is not one that [`Routes::route`] gave.
    #[must_use]
    pub fn is_up(&self, id: RouteId) -> bool {
        let mut links = self.get(id).links.iter();
        self.failed_count == 0 || links.all(|link| self.is_link_up(Adjacency::of(*link)))
    }

    /// Routes asked for from now on avoid the links that are down now. Ids given before stay good.
    pub fn reconverge(&mut self) {
        if self.avoided != self.failed {
            self.avoided.clone_from(&self.failed);
            self.to.fill(None);
        }
    }

    /// Follows first links to the destination.
    fn links(
        &self,
        first_links: &[Option<NextLink>],
        from: AsIndex,
        to: AsIndex,
    ) -> Option<Vec<LinkId>> {
        let (mut links, mut at) = (Vec::new(), from);
        while at != to {
            let link = first_links[at.index()]?.link();
            let [first, second] = self.adjacencies[Adjacency::of(link).index()].ends;
            at = if link.get().is_multiple_of(2) { second } else { first };
            links.push(link);
        }
        Some(links)
    }

    fn intern(&mut self, from: AsIndex, to: AsIndex, links: Vec<LinkId>) -> RouteId {
        let ids = self.by_ends.entry((from, to)).or_default();
        if let Some(id) = ids.iter().find(|id| self.routes[id.index()].links == links) {
            return *id;
        }
        let id = RouteId::from_index(self.routes.len());
        ids.push(id);
        let mut route =
            Route { from, to, links, peering_hops: 0, transit_hops: 0, latency: Span::ZERO };
        for link in &route.links {
            let wire = self.adjacencies[Adjacency::of(*link).index()];
            route.latency += wire.latency;
            let hops = match wire.kind {
                LinkKind::Peering => &mut route.peering_hops,
                LinkKind::CustomerProvider | LinkKind::Sibling => &mut route.transit_hops,
            };
            *hops = hops.saturating_add(1);
        }
        self.routes.push(route);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{As, AsGraphBuilder, Link, Role};
    use crate::units::BitRate;
    use proptest::prelude::*;

    use LinkKind::{CustomerProvider as Buys, Peering as Peers, Sibling};

    /// ASes are numbered from 1; for `Buys` the customer is named first. Latency is the link's place.
    fn graph(count: u32, links: &[(u32, LinkKind, u32)]) -> AsGraph {
        let mut builder = AsGraphBuilder::new();
        for number in (1..=count).map(AsNumber::new) {
            let name = String::new();
            builder.add_as(As { number, name, country: None, coordinates: None }).unwrap();
        }
        for (place, (a, kind, b)) in (1..).zip(links) {
            let latency = Span::from_millis(place);
            let link = Link { kind: *kind, capacity: [BitRate::ZERO; 2], latency };
            builder.add_link(AsNumber::new(*a), AsNumber::new(*b), link).unwrap();
        }
        builder.build()
    }

    fn index(number: u32) -> AsIndex {
        AsIndex::new(number - 1)
    }

    /// The numbers of the ASes that a route passes, its ends included.
    fn passed(graph: &AsGraph, route: &Route) -> Vec<u32> {
        let mut passed = vec![graph.at(route.from).number.get()];
        for link in &route.links {
            let [begin, end] = graph.ends(*link).map(|at| graph.at(at).number.get());
            assert_eq!(passed.last(), Some(&begin));
            passed.push(end);
        }
        assert_eq!(passed.last(), Some(&graph.at(route.to).number.get()));
        passed
    }

    fn way(graph: &AsGraph, routes: &mut Routes, from: u32, to: u32) -> Option<Vec<u32>> {
        let id = routes.route(index(from), index(to))?;
        Some(passed(graph, routes.get(id)))
    }

    fn only(links: &[(u32, LinkKind, u32)], from: u32, to: u32) -> Option<Vec<u32>> {
        let count = links.iter().map(|(a, _, b)| *a.max(b)).max().unwrap_or(1);
        let graph = graph(count, links);
        way(&graph, &mut Routes::new(&graph), from, to)
    }

    #[test]
    fn traffic_goes_up_across_once_and_down() {
        let links = [(3, Buys, 1), (1, Peers, 2), (4, Buys, 2)];
        assert_eq!(only(&links, 3, 4), Some(vec![3, 1, 2, 4]));
        assert_eq!(only(&links, 4, 3), Some(vec![4, 2, 1, 3]));
    }

    #[test]
    fn a_customer_gives_no_transit_between_its_providers() {
        assert_eq!(only(&[(3, Buys, 1), (3, Buys, 2)], 1, 2), None);
    }

    #[test]
    fn a_peer_gives_no_transit_to_peers_or_providers() {
        assert_eq!(only(&[(1, Peers, 2), (2, Peers, 3)], 1, 3), None);
        assert_eq!(only(&[(1, Peers, 2), (2, Buys, 3)], 1, 3), None);
        assert_eq!(only(&[(1, Peers, 2), (2, Buys, 3)], 3, 1), None);
    }

    #[test]
    fn a_long_way_over_customers_beats_a_peer_and_a_peer_beats_a_provider() {
        let links = [(2, Buys, 1), (3, Buys, 2), (4, Buys, 3), (1, Peers, 4)];
        assert_eq!(only(&links, 1, 4), Some(vec![1, 2, 3, 4]));
        let links = [(5, Peers, 2), (3, Buys, 2), (4, Buys, 3), (5, Buys, 1), (4, Buys, 1)];
        assert_eq!(only(&links, 5, 4), Some(vec![5, 2, 3, 4]));
    }

    #[test]
    fn a_provider_tells_its_preferred_route_and_not_the_shortest() {
        // 2 prefers its customer 3 to its peer 5, although 5 is one hop from 6; so 1 has four hops.
        let links =
            [(1, Buys, 2), (3, Buys, 2), (4, Buys, 3), (6, Buys, 4), (2, Peers, 5), (6, Buys, 5)];
        assert_eq!(only(&links, 1, 6), Some(vec![1, 2, 3, 4, 6]));
    }

    #[test]
    fn fewest_ases_come_before_the_lowest_number() {
        let links = [(5, Buys, 4), (6, Buys, 4), (2, Buys, 1), (5, Buys, 2), (6, Buys, 1)];
        assert_eq!(only(&links, 5, 6), Some(vec![5, 4, 6]));
    }

    #[test]
    fn at_equal_length_the_lowest_number_is_next() {
        let links =
            [(5, Buys, 3), (5, Buys, 2), (5, Buys, 4), (6, Buys, 4), (6, Buys, 2), (6, Buys, 3)];
        assert_eq!(only(&links, 5, 6), Some(vec![5, 2, 6]));
        let up = [(1, Buys, 5), (1, Buys, 4), (5, Buys, 6), (4, Buys, 6)];
        assert_eq!(only(&up, 6, 1), Some(vec![6, 4, 1]));
        let across = [(1, Buys, 5), (1, Buys, 4), (5, Peers, 6), (4, Peers, 6)];
        assert_eq!(only(&across, 6, 1), Some(vec![6, 4, 1]));
    }

    #[test]
    fn siblings_carry_everything_for_each_other() {
        let links = [(1, Peers, 2), (2, Sibling, 3), (3, Peers, 4), (5, Buys, 3)];
        assert_eq!(only(&links, 2, 4), Some(vec![2, 3, 4]));
        assert_eq!(only(&links, 1, 5), Some(vec![1, 2, 3, 5]));
        assert_eq!(only(&links, 1, 4), None);
    }

    #[test]
    fn a_route_counts_its_hops_and_adds_up_its_latency() {
        let graph = graph(4, &[(3, Buys, 1), (1, Peers, 2), (4, Buys, 2)]);
        let mut routes = Routes::new(&graph);
        let id = routes.route(index(3), index(4)).unwrap();
        let route = routes.get(id);
        assert_eq!((route.peering_hops, route.transit_hops), (1, 2));
        assert_eq!(route.latency, Span::from_millis(1 + 2 + 3));
        assert_eq!(route.links, [0, 2, 5].map(LinkId::new));
        assert_eq!(routes.route(index(3), index(4)), Some(id));
    }

    #[test]
    fn an_as_is_at_itself_and_no_route_leads_to_an_island() {
        let graph = graph(3, &[(1, Peers, 2)]);
        let mut routes = Routes::new(&graph);
        let id = routes.route(index(1), index(1)).unwrap();
        assert!(routes.get(id).links.is_empty() && routes.is_up(id));
        assert_eq!(routes.get(id).latency, Span::ZERO);
        assert_eq!(routes.route(index(1), index(3)), None);
        assert_eq!(routes.route(index(3), index(1)), None);
    }

    #[test]
    fn a_failed_link_is_avoided_after_convergence_and_used_again_after_repair() {
        let graph = graph(4, &[(3, Buys, 1), (4, Buys, 1), (3, Buys, 2), (4, Buys, 2)]);
        let mut routes = Routes::new(&graph);
        let first = routes.route(index(3), index(4)).unwrap();
        let wire = graph.between(index(1), index(4)).unwrap();
        routes.set_link_up(wire, false);
        assert!(!routes.is_up(first) && !routes.is_link_up(wire));
        assert_eq!(routes.route(index(3), index(4)), Some(first));
        // A destination that was not asked for before is routed as of the last convergence, too.
        assert_eq!(way(&graph, &mut routes, 4, 1), Some(vec![4, 1]));
        routes.reconverge();
        assert_eq!(way(&graph, &mut routes, 3, 4), Some(vec![3, 2, 4]));
        assert_eq!(way(&graph, &mut routes, 4, 1), None);
        assert_eq!(passed(&graph, routes.get(first)), [3, 1, 4]);
        routes.set_link_up(wire, true);
        assert!(routes.is_up(first));
        routes.reconverge();
        assert_eq!(routes.route(index(3), index(4)), Some(first));
    }

    #[test]
    fn a_second_failure_report_of_one_link_counts_once() {
        let graph = graph(2, &[(1, Peers, 2)]);
        let mut routes = Routes::new(&graph);
        let id = routes.route(index(1), index(2)).unwrap();
        let wire = graph.between(index(1), index(2)).unwrap();
        for up in [false, false, true, true, false] {
            routes.set_link_up(wire, up);
            assert_eq!(routes.is_up(id), up);
        }
    }

    /// What each AS ends up with when it tells its neighbours again and again: over what, and the way.
    fn told(graph: &AsGraph, to: AsIndex) -> Vec<Option<(u8, Vec<AsIndex>)>> {
        let mut best = vec![None; graph.len()];
        best[to.index()] = Some((3, vec![to]));
        for _ in 0..1000 {
            let next: Vec<_> = graph.indices().map(|at| choose(graph, &best, at, to)).collect();
            if next == best {
                return best;
            }
            best = next;
        }
        panic!("never settles");
    }

    fn choose(
        graph: &AsGraph,
        best: &[Option<(u8, Vec<AsIndex>)>],
        at: AsIndex,
        to: AsIndex,
    ) -> Option<(u8, Vec<AsIndex>)> {
        if at == to {
            return Some((3, vec![to]));
        }
        let heard = graph.neighbours(at).iter().filter_map(|n| {
            let (over, way) = best[n.at.index()].as_ref()?;
            let class = match (n.role, over) {
                (Role::Customer | Role::Sibling, 3) => 3,
                (Role::Peer, 3) => 2,
                (Role::Provider | Role::Sibling, _) => 1,
                _ => return None,
            };
            let longer: Vec<AsIndex> = [at].iter().chain(way).copied().collect();
            (!way.contains(&at)).then_some((class, longer))
        });
        heard.min_by_key(|(class, way)| (3 - class, way.len(), graph.at(way[1]).number))
    }

    fn graphs() -> impl Strategy<Value = AsGraph> {
        let kind = prop_oneof![6 => Just(Buys), 3 => Just(Peers), 1 => Just(Sibling)];
        let link = (1..=12_u32, kind, 1..=12_u32);
        proptest::collection::vec(link, 0..40).prop_map(|mut links| {
            links.retain(|(a, _, b)| a != b);
            links.sort_by_key(|(a, _, b)| (*a.min(b), *a.max(b)));
            links.dedup_by_key(|(a, _, b)| ((*a).min(*b), (*a).max(*b)));
            graph(12, &links)
        })
    }

    proptest! {
        #[test]
        fn routes_are_those_that_telling_neighbours_settles_on(graph in graphs()) {
            let mut routes = Routes::new(&graph);
            for to in graph.indices() {
                for (from, expected) in graph.indices().zip(told(&graph, to)) {
                    let found = way(&graph, &mut routes, from.get() + 1, to.get() + 1);
                    let expected = expected.map(|(_, way)| way.iter().map(|at| at.get() + 1).collect());
                    prop_assert_eq!(found, expected);
                }
            }
        }

        #[test]
        fn no_route_has_a_valley_or_a_loop(graph in graphs()) {
            let mut routes = Routes::new(&graph);
            for (from, to) in graph.indices().flat_map(|a| graph.indices().map(move |b| (a, b))) {
                let Some(id) = routes.route(from, to) else { continue };
                let route = routes.get(id);
                let mut descending = false;
                for link in &route.links {
                    let [at, next] = graph.ends(*link);
                    let step = graph.neighbours(at).iter().find(|n| n.at == next).unwrap();
                    prop_assert!(!descending || matches!(step.role, Role::Customer | Role::Sibling));
                    descending |= matches!(step.role, Role::Customer | Role::Peer);
                }
                let mut seen = passed(&graph, route);
                seen.sort_unstable();
                seen.dedup();
                prop_assert_eq!(seen.len(), route.links.len() + 1);
            }
        }
    }
}

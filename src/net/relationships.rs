//! Business relationships inferred for a graph that does not tell them.
//!
//! The method, in the spirit of Gao (2001: degree tells size, a provider is larger than its customer)
//! and Luckie et al. (2013: a clique of peers on top, every AS has a provider to be reachable, no
//! cycle of providers). In every connected component:
//!
//! 1. **Clique.** Begin with the AS of the highest degree; take, in the order of falling degree, every
//!    AS that is joined to all taken so far, down to a share of the highest degree. They peer.
//! 2. **Level.** Hops to the clique. Every AS outside it has a neighbour one level nearer; of those the
//!    one of the highest degree becomes its provider: the *guaranteed* provider.
//! 3. **Order.** One AS is above another when its level is lower, or at one level its degree higher, or
//!    at one degree its number lower. Every other link is customer to provider, upwards in this order,
//!    when the upper end's degree is at least `provider_degree_ratio` times the lower end's; else the
//!    ends are peers.
//!
//! Since transit only ever points upwards in one total order, no AS is its own indirect provider; and by
//! guaranteed providers every AS reaches a clique, whose members peer, so policy routes join all ASes of
//! a component. What a snapshot of routing tables does not show (most peering at the edge), no inference
//! brings back.

use super::graph::{LinkCounts, LinkKind};
use crate::units::{AsIndex, AsNumber, Ratio};
use std::cmp::Reverse;

/// The constants of the method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InferenceRules {
    /// How much larger the degree of a provider is than its customer's, at least. Default 3: assumption;
    /// of 1, 1.2, 1.5, 2, 3 and 5 it recovers most relationships (81 %) of a synthetic Internet of
    /// 10,000 ASes in the model of Elmokashfi et al., and makes 10 % of the 2006 links peering.
    pub provider_degree_ratio: f64,
    /// The least degree of a member of the clique, as a share of the highest degree. Default 0.1:
    /// assumption; keeps out customers that buy from the whole clique.
    pub clique_degree_share: Ratio,
}

/// A link with its relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrientedLink {
    /// Its ends; the customer first, when there is one.
    pub ends: [AsIndex; 2],
    /// The relationship, seen from the first end.
    pub kind: LinkKind,
}

/// What was inferred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// Every link, in the order given.
    pub links: Vec<OrientedLink>,
    /// The clique of every component: the one with the highest degree first.
    pub cliques: Vec<Vec<AsIndex>>,
    /// How many links of each kind.
    pub counts: LinkCounts,
}

impl Default for InferenceRules {
    fn default() -> Self {
        let clique_degree_share = Ratio::new(0.1).unwrap_or(Ratio::ZERO);
        Self { provider_degree_ratio: 3.0, clique_degree_share }
    }
}

/// Infers the relationship of every link. The ASes are given by their numbers, the links by their
/// ends' indices among those.
///
/// # Panics
/// When an end is not an index of `numbers`.
#[must_use]
pub fn infer(numbers: &[AsNumber], links: &[[AsIndex; 2]], rules: &InferenceRules) -> Inferred {
    let adjacent = adjacent(numbers.len(), links);
    let mut by_size: Vec<usize> = (0..numbers.len()).collect();
    by_size.sort_by_key(|at| (Reverse(adjacent[*at].len()), numbers[*at]));
    let hierarchy = Hierarchy::new(adjacent, &by_size, rules);
    let links: Vec<OrientedLink> =
        links.iter().map(|ends| hierarchy.orient(*ends, rules.provider_degree_ratio)).collect();
    let mut counts = LinkCounts::default();
    links.iter().for_each(|link| counts.add(link.kind));
    Inferred { links, cliques: hierarchy.cliques, counts }
}

/// Every AS's neighbours, sorted by index.
fn adjacent(count: usize, links: &[[AsIndex; 2]]) -> Vec<Vec<usize>> {
    let mut adjacent = vec![Vec::new(); count];
    for [a, b] in links.iter().map(|ends| ends.map(AsIndex::index)) {
        adjacent[a].push(b);
        adjacent[b].push(a);
    }
    adjacent.iter_mut().for_each(|of_one| of_one.sort_unstable());
    adjacent
}

/// Where every AS stands.
struct Hierarchy {
    adjacent: Vec<Vec<usize>>,
    /// The place of an AS among all, the largest first.
    rank: Vec<usize>,
    /// Hops to the clique of the component.
    level: Vec<Option<usize>>,
    /// The provider that every AS outside a clique has.
    guaranteed: Vec<Option<usize>>,
    cliques: Vec<Vec<AsIndex>>,
}

impl Hierarchy {
    fn new(adjacent: Vec<Vec<usize>>, by_size: &[usize], rules: &InferenceRules) -> Self {
        let mut rank = vec![0; by_size.len()];
        by_size.iter().enumerate().for_each(|(place, at)| rank[*at] = place);
        let (level, guaranteed) = (vec![None; by_size.len()], Vec::new());
        let mut hierarchy = Self { adjacent, rank, level, guaranteed, cliques: Vec::new() };
        for top in by_size {
            if hierarchy.level[*top].is_none() {
                let clique = hierarchy.clique(*top, rules.clique_degree_share);
                hierarchy.level_from(&clique);
                hierarchy.cliques.push(clique.into_iter().map(AsIndex::from_index).collect());
            }
        }
        hierarchy.guaranteed =
            (0..by_size.len()).map(|at| hierarchy.largest_nearer_neighbour(at)).collect();
        hierarchy
    }

    fn degree(&self, at: usize) -> usize {
        self.adjacent[at].len()
    }

    fn clique(&self, top: usize, degree_share: Ratio) -> Vec<usize> {
        let least = self.degree(top) as f64 * degree_share.get();
        let mut candidates = self.adjacent[top].clone();
        candidates.retain(|at| self.degree(*at) as f64 >= least);
        candidates.sort_by_key(|at| self.rank[*at]);
        let mut clique = vec![top];
        for candidate in candidates {
            let joined = |member: &usize| self.adjacent[*member].binary_search(&candidate).is_ok();
            if clique.iter().all(joined) {
                clique.push(candidate);
            }
        }
        clique
    }

    /// Breadth first, so that levels are the fewest hops.
    fn level_from(&mut self, clique: &[usize]) {
        let mut queue = clique.to_vec();
        clique.iter().for_each(|member| self.level[*member] = Some(0));
        let mut next = 0;
        while let Some(at) = queue.get(next).copied() {
            next += 1;
            let below = self.level[at].map(|level| level + 1);
            for neighbour in &self.adjacent[at] {
                if self.level[*neighbour].is_none() {
                    self.level[*neighbour] = below;
                    queue.push(*neighbour);
                }
            }
        }
    }

    fn largest_nearer_neighbour(&self, at: usize) -> Option<usize> {
        let nearer = self.adjacent[at].iter().copied().filter(|n| self.level[*n] < self.level[at]);
        nearer.min_by_key(|neighbour| self.rank[*neighbour])
    }

    fn orient(&self, ends: [AsIndex; 2], provider_degree_ratio: f64) -> OrientedLink {
        let [a, b] = ends.map(AsIndex::index);
        let place = |at: usize| (self.level[at], self.rank[at]);
        let (lower, upper) = if place(a) > place(b) { (a, b) } else { (b, a) };
        let larger = self.degree(upper) as f64 >= self.degree(lower) as f64 * provider_degree_ratio;
        let below_the_clique = self.level[lower] > Some(0);
        if below_the_clique && (larger || self.guaranteed[lower] == Some(upper)) {
            let ends = [lower, upper].map(AsIndex::from_index);
            return OrientedLink { ends, kind: LinkKind::CustomerProvider };
        }
        OrientedLink { ends, kind: LinkKind::Peering }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn inferred(links: &[[u32; 2]]) -> Inferred {
        let count = links.iter().flatten().max().map_or(0, |most| most + 1);
        let numbers: Vec<AsNumber> = (0..count).map(AsNumber::new).collect();
        let links: Vec<[AsIndex; 2]> = links.iter().map(|ends| ends.map(AsIndex::new)).collect();
        infer(&numbers, &links, &InferenceRules::default())
    }

    /// Customer, provider of every transit link.
    fn transit(inferred: &Inferred) -> Vec<[u32; 2]> {
        let links = inferred.links.iter().filter(|link| link.kind == LinkKind::CustomerProvider);
        links.map(|link| link.ends.map(AsIndex::get)).collect()
    }

    #[test]
    fn large_ases_peer_on_top_and_small_ones_buy_from_them() {
        // 0 and 1 are joined and have three stubs each; 8 is a customer of both.
        let links = [[0, 1], [0, 2], [0, 3], [4, 0], [1, 5], [1, 6], [7, 1], [8, 0], [8, 1]];
        let found = inferred(&links);
        assert_eq!(found.cliques, [[0, 1, 8].map(AsIndex::new)]);
        let found = {
            let numbers: Vec<AsNumber> = (0..9).map(AsNumber::new).collect();
            let links = links.map(|ends| ends.map(AsIndex::new));
            let clique_degree_share = Ratio::new(0.5).unwrap();
            infer(&numbers, &links, &InferenceRules { clique_degree_share, ..Default::default() })
        };
        assert_eq!(found.cliques, [[0, 1].map(AsIndex::new)]);
        // 8 has degree 2: a third of 5 is less, so its second link to the top is peering.
        assert_eq!(transit(&found), [[2, 0], [3, 0], [4, 0], [5, 1], [6, 1], [7, 1], [8, 0]]);
    }

    #[test]
    fn degrees_within_the_ratio_make_peers_unless_it_is_the_only_way_up() {
        // A chain below 0: 5 has degree 2, 6 has 2, 7 has 1; each buys from the one before it.
        let links = [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [5, 6], [6, 7]];
        let rules = InferenceRules { clique_degree_share: Ratio::ONE, provider_degree_ratio: 3.0 };
        let numbers: Vec<AsNumber> = (0..8).map(AsNumber::new).collect();
        let found = infer(&numbers, &links.map(|ends| ends.map(AsIndex::new)), &rules);
        assert_eq!(found.counts, LinkCounts { transit: 7, peering: 0, sibling: 0 });
        assert_eq!(transit(&found)[5..], [[6, 5], [7, 6]]);
    }

    #[test]
    fn every_component_has_its_own_top() {
        let found = inferred(&[[0, 1], [2, 3], [2, 4], [2, 5]]);
        let tops: Vec<usize> = found.cliques.iter().map(Vec::len).collect();
        assert_eq!(found.cliques[0][0], AsIndex::new(2));
        assert_eq!((tops.len(), found.counts.total()), (2, 4));
    }

    fn graphs() -> impl Strategy<Value = Vec<[u32; 2]>> {
        let pairs = proptest::collection::vec((0..40_u32, 0..40_u32), 1..160);
        pairs.prop_map(|pairs| {
            let ordered =
                pairs.into_iter().filter(|(a, b)| a != b).map(|(a, b)| [a.min(b), a.max(b)]);
            let distinct: BTreeSet<[u32; 2]> = ordered.collect();
            distinct.into_iter().collect()
        })
    }

    proptest! {
        #[test]
        fn no_as_is_its_own_provider_and_each_reaches_a_clique_upwards(links in graphs()) {
            let found = inferred(&links);
            let mut providers = vec![Vec::new(); 40];
            for [customer, provider] in transit(&found) {
                providers[customer as usize].push(provider as usize);
            }
            // Peel off ASes all of whose providers are done: a cycle would never be.
            let mut done = [false; 40];
            while let Some(next) = (0..40).find(|at| !done[*at] && providers[*at].iter().all(|p| done[*p])) {
                done[next] = true;
            }
            prop_assert_eq!(done, [true; 40]);
            let tops: BTreeSet<usize> =
                found.cliques.iter().flatten().map(|member| member.index()).collect();
            for at in links.iter().flatten().map(|at| *at as usize) {
                prop_assert_eq!(providers[at].is_empty(), tops.contains(&at));
            }
        }

        #[test]
        fn members_of_a_clique_are_all_joined_as_peers(links in graphs()) {
            let found = inferred(&links);
            for clique in &found.cliques {
                let within = |link: &&OrientedLink| link.ends.iter().all(|end| clique.contains(end));
                let joined: Vec<&OrientedLink> = found.links.iter().filter(within).collect();
                prop_assert_eq!(joined.len(), clique.len() * (clique.len() - 1) / 2);
                prop_assert!(joined.iter().all(|link| link.kind == LinkKind::Peering));
            }
        }
    }
}

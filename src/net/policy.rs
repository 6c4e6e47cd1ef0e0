//! Which way traffic goes to one destination, when every AS prefers what pays.
//!
//! The rule (Gao and Rexford 2001), for each AS that has several ways to the destination:
//!
//! 1. a route over a customer is better than one over a peer, and that better than one over a provider;
//! 2. then the route with the fewest ASes;
//! 3. then the one whose next AS has the lowest number.
//!
//! An AS tells its customers of its route whatever it is, but its peers and providers only when it goes
//! over a customer or ends here; so no route leads down (or across) and up again ("valley-free").
//! Siblings carry everything for each other: a sibling's route over a customer, or to itself, counts as
//! one over a customer, any other as one over a provider.
//!
//! Three steps find all routes: breadth first from the destination to providers; one step to peers; then
//! down to customers in the order of length.

use super::graph::{Adjacency, Neighbour, Neighbourhoods, Role, reversed};
use crate::units::{AsIndex, AsNumber, LinkId};
use std::num::NonZeroU32;

/// The first link of a route; absent takes no more room than present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NextLink(NonZeroU32);

impl NextLink {
    fn new(link: LinkId) -> Option<Self> {
        link.get().checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    pub(super) const fn link(self) -> LinkId {
        LinkId::new(self.0.get() - 1)
    }
}

/// What a route goes over, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Over {
    #[default]
    Nothing,
    Provider,
    Peer,
    Customer,
}

#[derive(Clone, Copy, Debug, Default)]
struct Best {
    over: Over,
    hops: u32,
    /// The next AS's number, for ties.
    via: AsNumber,
    next: Option<NextLink>,
}

/// The first link of every AS's route to `destination`; `None` for the destination itself and where no
/// route leads. Adjacencies marked in `avoided` are not there.
pub(super) fn first_links(
    near: &Neighbourhoods,
    numbers: &[AsNumber],
    avoided: &[bool],
    destination: AsIndex,
) -> Vec<Option<NextLink>> {
    let best = vec![Best::default(); near.len()];
    let mut search = Search { near, numbers, avoided, best };
    search.best[destination.index()].over = Over::Customer;
    let over_customers = search.climb(destination);
    let over_peers = search.cross(&over_customers);
    search.descend(over_customers.into_iter().chain(over_peers));
    search.best.into_iter().map(|best| best.next).collect()
}

struct Search<'a> {
    near: &'a Neighbourhoods,
    numbers: &'a [AsNumber],
    avoided: &'a [bool],
    best: Vec<Best>,
}

impl<'a> Search<'a> {
    /// Routes over customers; the ASes that have one, by length.
    fn climb(&mut self, destination: AsIndex) -> Vec<AsIndex> {
        let mut queue = vec![destination];
        let mut next = 0;
        while let Some(at) = queue.get(next).copied() {
            next += 1;
            for neighbour in self.told(at, |role| matches!(role, Role::Provider | Role::Sibling)) {
                if self.offer(at, neighbour, Over::Customer) {
                    queue.push(neighbour.at);
                }
            }
        }
        queue
    }

    /// Routes over peers; the ASes that have one and none over a customer.
    fn cross(&mut self, over_customers: &[AsIndex]) -> Vec<AsIndex> {
        let mut reached = Vec::new();
        for at in over_customers {
            for neighbour in self.told(*at, |role| role == Role::Peer) {
                if self.offer(*at, neighbour, Over::Peer) {
                    reached.push(neighbour.at);
                }
            }
        }
        reached
    }

    /// Routes over providers, in the order of length.
    fn descend(&mut self, reached: impl Iterator<Item = AsIndex>) {
        let mut by_length: Vec<Vec<AsIndex>> = Vec::new();
        for at in reached {
            put(&mut by_length, self.best[at.index()].hops, at);
        }
        let mut length = 0;
        while length < by_length.len() {
            for at in std::mem::take(&mut by_length[length]) {
                for neighbour in
                    self.told(at, |role| matches!(role, Role::Customer | Role::Sibling))
                {
                    if self.offer(at, neighbour, Over::Provider) {
                        put(&mut by_length, self.best[at.index()].hops + 1, neighbour.at);
                    }
                }
            }
            length += 1;
        }
    }

    /// The neighbours in some roles.
    fn told(
        &self,
        at: AsIndex,
        to: fn(Role) -> bool,
    ) -> impl Iterator<Item = &'a Neighbour> + use<'a> {
        self.near.of(at).iter().filter(move |neighbour| to(neighbour.role))
    }

    /// Tells a neighbour of the route that `at` has, unless the link is avoided; true when the
    /// neighbour had none.
    ///
    /// Offers come best class first and, within a class, shortest first: a later one is better only by
    /// its number.
    fn offer(&mut self, at: AsIndex, neighbour: &Neighbour, over: Over) -> bool {
        let (hops, via) = (self.best[at.index()].hops + 1, self.numbers[at.index()]);
        let best = &mut self.best[neighbour.at.index()];
        let first = best.over == Over::Nothing;
        let tie = best.over == over && best.hops == hops && via < best.via;
        if !(first || tie) || self.avoided[Adjacency::of(neighbour.link).index()] {
            return false;
        }
        *best = Best { over, hops, via, next: NextLink::new(reversed(neighbour.link)) };
        first
    }
}

fn put(by_length: &mut Vec<Vec<AsIndex>>, length: u32, at: AsIndex) {
    let length = length as usize;
    if by_length.len() <= length {
        by_length.resize(length + 1, Vec::new());
    }
    by_length[length].push(at);
}

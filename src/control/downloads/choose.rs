//! Whom a client should fetch a portion from: a pure function of what is known.

use super::FileDcm;
use super::fetcher::{Fetcher, Source};
use crate::control::dcm::Surroundings;
use crate::control::servers::round_trip_ms;
use crate::proto::Rule;
use crate::units::{PeerId, Span, Substream};
use std::cmp::Reverse;

/// How far a source may be behind its child, which then waits for it (assumption: what reports leave open;
/// clients that came together can feed each other).
const SLACK: Span = Span::from_secs(2);

/// A source, and what was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) source: Source,
    pub(super) rule: Rule,
    /// Other clients that have all of the portion, or a source of it.
    pub(super) feasible: u32,
    /// Of these, without uplink to spare; of the rest that are of use, not willing now; and of the rest, not
    /// reachable.
    pub(super) pruned_uplink: u32,
    pub(super) pruned_policy: u32,
    pub(super) pruned_nat: u32,
    /// Passed over because the path crosses a link in trouble.
    pub(super) pruned_congestion: u32,
    pub(super) considered: u32,
}

impl Found {
    pub(super) const NOTHING: Self = Self {
        source: Source::None,
        rule: Rule::NothingHasRoom,
        feasible: 0,
        pruned_uplink: 0,
        pruned_policy: 0,
        pruned_nat: 0,
        pruned_congestion: 0,
        considered: 0,
    };
}

/// Why somebody is passed over.
enum Pruned {
    /// It has less of the portion.
    Less,
    Policy,
    Nat,
}

/// Who looks for a source of which portion.
#[derive(Clone, Copy)]
struct Ask<'a> {
    client: PeerId,
    child: &'a Fetcher,
    portion: Substream,
    with: &'a Surroundings<'a>,
}

impl FileDcm {
    /// Of those who have as much of a portion and uplink to spare, the nearest; of equals whoever has all of
    /// it, then whoever has most uplink left. `except` has failed.
    pub(super) fn best_peer(
        &self,
        client: PeerId,
        portion: Substream,
        except: Option<PeerId>,
        with: &Surroundings<'_>,
    ) -> Found {
        let child = &self.fetchers[&client];
        let ask = Ask { client, child, portion, with };
        let hopeless = self.failed.hopeless(with.now, client);
        let others = self.holders[portion.index()] - u32::from(child.portion(portion).is_held());
        let mut found = Found { feasible: others, pruned_uplink: others, ..Found::NOTHING };
        let mut best = None;
        let open = self.open[portion.index()].iter().copied().filter(|peer| *peer != client);
        for (peer, other) in open.map(|peer| (peer, &self.fetchers[&peer])) {
            found.pruned_uplink -= 1;
            let out = Some(peer) == except || hopeless.contains(&peer);
            match self.pruned(ask, peer, other) {
                Some(Pruned::Less) => {}
                Some(Pruned::Policy) => found.pruned_policy += 1,
                Some(Pruned::Nat) => found.pruned_nat += 1,
                None if out => found.pruned_nat += 1,
                None => {
                    found.considered += 1;
                    let rank = ask.rank(other);
                    found.pruned_congestion += u32::from(rank.0);
                    best = best.into_iter().chain([(rank, peer)]).min();
                }
            }
        }
        if let Some((rank, peer)) = best {
            (found.source, found.rule) = (Source::Peer(peer), Rule::NearestWithMore);
            // Nobody better: it was not passed over.
            found.pruned_congestion -= u32::from(rank.0);
        }
        found
    }

    fn pruned(&self, ask: Ask<'_>, peer: PeerId, other: &Fetcher) -> Option<Pruned> {
        if !self.is_of_use(ask, peer, other) {
            return Some(Pruned::Less);
        }
        if !other.serves_at(ask.with.now) {
            return Some(Pruned::Policy);
        }
        (!other.nat.can_connect(ask.child.nat)).then_some(Pruned::Nat)
    }

    /// Whether a client can get from another what it lacks of a portion: the other has all, or has more by all
    /// that reports leave open, or gets it as early.
    fn is_of_use(&self, ask: Ask<'_>, peer: PeerId, other: &Fetcher) -> bool {
        let Ask { client, child, portion, with } = ask;
        if other.portion(portion).done {
            return true;
        }
        let per_s = with.packets_in(Span::from_secs(1));
        let estimate = |of: &Fetcher| of.estimate(portion, with.now, per_s);
        let (lead, slack) = (estimate(other) - estimate(child), with.packets_in(SLACK));
        match self.way_to(peer, portion, client) {
            Way::Through => false,
            Way::Fed => lead + slack >= 0.0,
            Way::Dry => lead >= slack,
        }
    }

    /// How a portion comes to a client, and whether by way of `through`.
    fn way_to(&self, client: PeerId, portion: Substream, through: PeerId) -> Way {
        let mut at = client;
        for _ in 0..=self.fetchers.len() {
            if at == through {
                return Way::Through;
            }
            let Some(own) = self.fetchers.get(&at).map(|fetcher| fetcher.portion(portion)) else {
                return Way::Dry;
            };
            match own.source {
                Source::Peer(next) => at = next,
                Source::Server(_) => return Way::Fed,
                Source::None => return if own.done { Way::Fed } else { Way::Dry },
            }
        }
        Way::Through
    }
}

/// How a portion comes to a client.
enum Way {
    /// Through the client that is asked about.
    Through,
    /// From a CDN node or somebody who has all of it.
    Fed,
    /// From nowhere, at present.
    Dry,
}

impl Ask<'_> {
    /// The less the better: over a link in trouble, round trip, another city, not all of it, little uplink left.
    fn rank(&self, other: &Fetcher) -> (bool, u32, bool, bool, Reverse<u64>) {
        let Self { child, portion, with, .. } = *self;
        let (from, to) = (other.place, child.place);
        let left = other.lends.as_bps() / with.rate.as_bps().max(1);
        (
            with.network.trouble(from.network, to.network).is_some(),
            round_trip_ms(Some(from), to, with.network),
            (from.network, from.metro) != (to.network, to.metro),
            !other.portion(portion).done,
            Reverse(left.saturating_sub(u64::from(other.children))),
        )
    }
}

//! A tracker (B1, B2): names peers that announced the same content, and knows nothing else.
//!
//! It gives no assignments: clients choose for themselves. Entries of clients that crashed are
//! named until enough of their announces are missed.

mod swarm;
#[cfg(test)]
mod tests;

use super::last_heard::LastHeard;
use super::{Locality, TrackerConfig};
use crate::proto::{
    AddressTable, Coordinator, Feed, Figure, Guidance, Input, Join, Neighbor, Outbox, ToCenter,
    ToClient,
};
use crate::units::{Address, ContentId, PeerId, Rng, SimTime, Span};
use std::collections::BTreeMap;
use swarm::{Spot, Swarm};

/// The tracker.
#[derive(Debug)]
pub struct Tracker {
    config: TrackerConfig,
    locality: Locality,
    rng: Rng,
    addresses: AddressTable,
    swarms: BTreeMap<ContentId, Swarm>,
    /// By the peer's number.
    entries: Vec<Option<Entry>>,
    heard: LastHeard,
    counts: Counts,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    content: ContentId,
    address: Address,
    last_announce: SimTime,
    spot: Spot,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    answers: u64,
    named: u64,
    named_in_network: u64,
    evicted: u64,
    strangers: u64,
}

impl Tracker {
    /// A tracker without entries. The address table that a feed brings tells it who is local to
    /// whom; a client whose address is in none is answered at random, and named as being elsewhere.
    #[must_use]
    pub fn new(config: TrackerConfig, locality: Locality, rng: Rng) -> Self {
        Self {
            config,
            locality,
            rng,
            addresses: AddressTable::default(),
            swarms: BTreeMap::new(),
            entries: Vec::new(),
            heard: LastHeard::default(),
            counts: Counts::default(),
        }
    }

    fn message(&mut self, now: SimTime, from: PeerId, message: &ToCenter, outbox: &mut Outbox) {
        match message {
            ToCenter::Join(join) => self.join(now, from, join, outbox),
            ToCenter::Announce => self.announce(now, from, outbox),
            ToCenter::Leave => self.forget(from),
            // CDN nodes report to everybody; a tracker has no use for it.
            ToCenter::Heartbeat(_) => outbox.send(from, ToClient::Ack),
            // A client that chooses for itself deals with a failure itself.
            ToCenter::ConnectFailed { .. } => {}
            // Nobody calls a waypoint.
            ToCenter::StandBy(_) => {}
        }
    }

    /// The first announce, also of a client that is known: it may be elsewhere now.
    fn join(&mut self, now: SimTime, from: PeerId, join: &Join, outbox: &mut Outbox) {
        self.forget(from);
        // A tracker without notion of place keeps all in one list.
        let place = match self.locality {
            Locality::Random => None,
            Locality::Local => self.addresses.lookup(join.address),
        };
        let spot = self.swarms.entry(join.content).or_default().add(from, place);
        if self.entries.len() <= from.index() {
            self.entries.resize(from.index() + 1, None);
        }
        self.entries[from.index()] =
            Some(Entry { content: join.content, address: join.address, last_announce: now, spot });
        self.heard.note(now, from);
        outbox.send(from, ToClient::Welcome(Guidance::SelfDirected));
        self.answer(from, outbox);
    }

    fn announce(&mut self, now: SimTime, from: PeerId, outbox: &mut Outbox) {
        if let Some(entry) = self.entries.get_mut(from.index()).and_then(Option::as_mut) {
            entry.last_announce = now;
            self.heard.note(now, from);
            self.answer(from, outbox);
        } else {
            self.counts.strangers += 1;
            outbox.send(from, ToClient::Rejoin);
        }
    }

    fn answer(&mut self, to: PeerId, outbox: &mut Outbox) {
        let Some(entry) = self.entry(to) else { return };
        let peers = match self.locality {
            Locality::Random => self.random(entry, self.config.random_answer),
            Locality::Local => self.local(entry),
        };
        self.counts.answers += 1;
        self.counts.named += peers.len() as u64;
        let neighbors = peers
            .into_iter()
            .filter_map(|peer| self.entry(peer).map(|entry| (peer, entry.address)))
            .map(|(peer, address)| Neighbor { peer, address })
            .collect();
        outbox.send(to, ToClient::Neighbors(neighbors));
    }

    fn random(&mut self, asker: Entry, count: usize) -> Vec<PeerId> {
        self.swarms[&asker.content].any(asker.spot, count, &mut self.rng)
    }

    /// The asker's network first, then its country, and always some from other networks.
    fn local(&mut self, asker: Entry) -> Vec<PeerId> {
        let TrackerConfig { neighbors, external, .. } = self.config;
        if !asker.spot.has_place() {
            return self.random(asker, neighbors);
        }
        let (swarm, rng) = (&self.swarms[&asker.content], &mut self.rng);
        let inside = neighbors.saturating_sub(external);
        let mut peers = swarm.same_network(asker.spot, inside, rng);
        self.counts.named_in_network += peers.len() as u64;
        let mut outside = Vec::new();
        if peers.len() < inside {
            let entries = &self.entries;
            let network_of = |peer: PeerId| entries[peer.index()].map(|entry| entry.spot.network());
            outside = swarm.same_country(asker.spot, inside - peers.len(), network_of, rng);
        }
        let strangers = swarm.elsewhere(asker.spot, external.min(neighbors), &outside, rng);
        peers.extend(outside);
        peers.extend(strangers);
        peers
    }

    fn entry(&self, peer: PeerId) -> Option<Entry> {
        self.entries.get(peer.index()).copied().flatten()
    }

    fn forget(&mut self, peer: PeerId) {
        let Some(entry) = self.entries.get_mut(peer.index()).and_then(Option::take) else { return };
        let entries = &mut self.entries;
        if let Some(swarm) = self.swarms.get_mut(&entry.content) {
            swarm.remove(entry.spot, |list, moved, at| {
                if let Some(other) = &mut entries[moved.index()] {
                    other.spot.moved(list, at);
                }
            });
        }
    }

    /// Evicts entries that have missed too many announces. Done before every answer and nowhere
    /// else: nobody can see an entry in between.
    fn evict(&mut self, now: SimTime) {
        while let Some((_, peer)) = self.oldest().filter(|(last, _)| *last + self.patience() <= now)
        {
            self.counts.evicted += 1;
            self.forget(peer);
        }
    }

    fn patience(&self) -> Span {
        self.config.announce * u64::from(self.config.evict_announces)
    }

    fn oldest(&mut self) -> Option<(SimTime, PeerId)> {
        let entries = &self.entries;
        self.heard.oldest(|peer| entries[peer.index()].map(|entry| entry.last_announce))
    }
}

impl Coordinator for Tracker {
    fn handle(&mut self, now: SimTime, input: Input<'_>, outbox: &mut Outbox) {
        self.evict(now);
        match input {
            Input::Feed(Feed::Addresses(table)) => self.addresses.clone_from(table),
            Input::Feed(_) | Input::Timeout => {}
            Input::Message { from, message } => self.message(now, from, message, outbox),
        }
    }

    fn next_timeout(&self) -> Option<SimTime> {
        None
    }

    fn figures(&self) -> Vec<Figure> {
        let count = |metric, value| Figure { metric, unit: "count", value: Some(value as f64) };
        let counts = &self.counts;
        let share = (counts.named > 0 && self.locality == Locality::Local)
            .then(|| counts.named_in_network as f64 / counts.named as f64);
        vec![
            count("control_clients_at_end", self.swarms.values().map(|s| s.len() as u64).sum()),
            count("control_deaths_concluded", counts.evicted),
            count("control_rejoins_asked", counts.strangers),
            count("tracker_answers", counts.answers),
            count("tracker_peers_named", counts.named),
            Figure { metric: "tracker_named_in_network", unit: "share", value: share },
        ]
    }
}

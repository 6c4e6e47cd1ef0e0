//! Clients of a tracker: they choose their parents among the peers that it has named.
//!
//! Local knowledge only: who was named, who refused, who did not answer, what came in since the
//! last look. A CDN node is asked when peers have failed.

use super::edges::{EdgeId, Reason};
use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::proto::{Neighbor, ToCenter};
use crate::units::{NatKind, PeerId, dist};

/// Peers asked in vain before a CDN node is asked (assumption).
const TRIES: u8 = 4;
/// Looks without data after which a parent is given up (assumption; a look takes a heartbeat).
const DRY_LOOKS: u8 = 2;
/// Looks below nine tenths of the rate after which a parent is given up (assumption).
const SLOW_LOOKS: u8 = 3;
/// Looks after which a client of a CDN node asks its neighbors again: 30 s at 2 s a look (assumption).
const LOOKS_BEFORE_RETRY: u32 = 15;
/// Looks between two announces of a client that knows too few (assumption).
const LOOKS_WHEN_FEW: u32 = 5;

impl World<'_> {
    /// A tracker's answer.
    pub(super) fn meet_neighbors(&mut self, slot: Slot, named: &[Neighbor]) {
        let most = self.scenario.tracker.neighbors;
        let peer = self.peer_mut(slot);
        // Whose own probe found UDP blocked does not ask peers in vain.
        let most = if peer.nat == NatKind::UdpBlocked { 0 } else { most };
        for neighbor in named {
            if peer.neighbors.len() < most
                && neighbor.peer != peer.id
                && !peer.neighbors.contains(&neighbor.peer)
            {
                peer.neighbors.push(neighbor.peer);
            }
        }
        self.begin_watching(slot);
        for substream in self.substreams_of(slot) {
            let id = self.edges.id(slot, substream);
            // The first picture comes from a CDN node, as products do it; peers are asked at the next look.
            let has_none =
                self.edges.track(id).believed.is_none() && self.edges.detail(id).pending == NO_SLOT;
            if has_none && !self.is_fetched(id) {
                self.ask_cdn(id);
            }
        }
    }

    /// The look around: what came in, who is to be replaced, whether more peers are needed.
    pub(super) fn look_around(&mut self, slot: Slot) {
        let beats = self.peer(slot).beats;
        for substream in self.substreams_of(slot) {
            self.look_at(self.edges.id(slot, substream), beats);
        }
        let config = &self.scenario.tracker;
        let every = (config.announce.as_nanos() / self.scenario.client.heartbeat.as_nanos().max(1))
            .max(1) as u32;
        let peer = self.peer(slot);
        let few = peer.neighbors.len() < config.fewest_neighbors
            && peer.nat != NatKind::UdpBlocked
            && beats.is_multiple_of(LOOKS_WHEN_FEW);
        if beats.is_multiple_of(every) || few {
            self.send_to_center(slot, ToCenter::Announce);
        }
    }

    fn look_at(&mut self, id: EdgeId, beats: u32) {
        if self.is_fetched(id) {
            return;
        }
        let (slot, _) = self.edges.owner(id);
        let (now, interval) = (self.now, self.scenario.client.heartbeat.as_nanos());
        let believed = self.edges.track(id).believed;
        let position = self.edges.progress(id).position(now);
        let detail = self.edges.detail_mut(id);
        let moved = position - std::mem::replace(&mut detail.seen, position);
        let waiting = detail.pending != NO_SLOT;
        let Some(parent) = believed else {
            if !waiting {
                self.seek(id);
            }
            return;
        };
        detail.dry = if moved == 0 { detail.dry.saturating_add(1) } else { 0 };
        let low = moved < interval / 10 * 9;
        detail.slow = if low { detail.slow.saturating_add(1) } else { 0 };
        let (dry, slow) = (detail.dry, detail.slow);
        if waiting || !self.on_air(slot) {
            return;
        }
        if dry >= DRY_LOOKS || slow >= SLOW_LOOKS {
            self.give_up_parent(id, parent);
        } else if parent.index() < self.servers
            && (beats == 1 || beats.is_multiple_of(LOOKS_BEFORE_RETRY))
        {
            self.edges.detail_mut(id).tries = 0;
            self.ask_somebody(id);
        }
    }

    /// Data are due.
    fn on_air(&self, slot: Slot) -> bool {
        let stream = self.stream_of(slot);
        let goes_on = stream.is_file || self.live_edge(slot) < stream.length;
        self.now > stream.start && goes_on
    }

    fn give_up_parent(&mut self, id: EdgeId, parent: PeerId) {
        let (slot, _) = self.edges.owner(id);
        self.note_detection(id, Some(parent));
        self.abandon(id);
        self.forget_neighbor(slot, parent);
        self.seek(id);
    }

    fn forget_neighbor(&mut self, slot: Slot, parent: PeerId) {
        self.peer_mut(slot).neighbors.retain(|neighbor| *neighbor != parent);
    }

    /// The parent has said good-bye.
    pub(super) fn parent_gone(&mut self, id: EdgeId, generation: u32) {
        let detail = self.edges.detail(id);
        if detail.pending_generation == generation
            && detail.lost.is_some()
            && let Some(parent) = self.edges.track(id).believed
        {
            self.give_up_parent(id, parent);
        }
    }

    /// Starts the search for a parent.
    fn seek(&mut self, id: EdgeId) {
        self.edges.detail_mut(id).tries = 0;
        if self.edges.detail(id).pending == NO_SLOT && !self.ask_somebody(id) {
            self.ask_cdn(id);
        }
    }

    /// The one asked cannot be had.
    pub(super) fn try_another(&mut self, id: EdgeId, failed: PeerId) {
        let (slot, _) = self.edges.owner(id);
        self.forget_neighbor(slot, failed);
        let fed = self.edges.track(id).believed.is_some();
        let detail = self.edges.detail_mut(id);
        detail.tries += 1;
        if detail.tries < TRIES && self.ask_somebody(id) {
            return;
        }
        if !fed {
            self.ask_cdn(id);
        }
    }

    /// Asks a neighbor drawn at random; false when none is known.
    fn ask_somebody(&mut self, id: EdgeId) -> bool {
        let (slot, _) = self.edges.owner(id);
        let known = self.peer(slot).neighbors.len() as u64;
        if known == 0 {
            return false;
        }
        let choice = dist::below(&mut self.draw(slot, "neighbor"), known) as usize;
        let neighbor = self.peer(slot).neighbors[choice];
        self.connect(id, neighbor, Reason::NoSpareUplink);
        true
    }

    fn ask_cdn(&mut self, id: EdgeId) {
        let detail = self.edges.detail(id);
        let reason = match (detail.lost.is_some(), detail.tries) {
            (true, _) => Reason::Repair,
            (false, 0) => Reason::StartUp,
            (false, _) => Reason::NoSpareUplink,
        };
        if let Some(server) = self.nearest_server(id) {
            self.connect(id, server, reason);
        }
    }
}

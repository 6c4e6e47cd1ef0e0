//! The books: whose bytes went where, entered when an edge changes hands and at every sample.

use super::edges::{Edge, EdgeId, Reason};
use super::peers::{NO_SLOT, Role};
use super::recorder::Entry;
use super::world::World;

impl World<'_> {
    /// Enters the bytes since the last entry into everybody's books.
    pub(super) fn book(&mut self, id: EdgeId) {
        let now = self.now;
        let Edge { parent, reason, .. } = *self.edges.get(id);
        let position = self.edges.progress(id).position(now);
        let booked = &mut self.edges.detail_mut(id).booked;
        let media = position - std::mem::replace(booked, position);
        if media == 0 || parent == NO_SLOT {
            return;
        }
        let (child, _) = self.edges.owner(id);
        let bytes = media_bytes(media, self.edges.full_of(child));
        let is_waypoint = self.peer(parent).role == Role::Waypoint;
        let from_server = self.is_server(parent) || is_waypoint;
        let reason = if is_waypoint { Reason::Waypoint } else { reason };
        let receiver = &mut self.peers[child as usize];
        if from_server {
            receiver.from_cdn += bytes
        } else {
            receiver.from_peers += bytes
        }
        self.peers[parent as usize].sent += bytes;
        if !from_server && self.recorder.watches_terms() {
            self.judge(id, (parent, child), bytes);
        }
        let sites = (self.peer(parent).site, self.peer(child).site);
        let reason = from_server.then_some(reason);
        let what =
            Entry { content: self.peer(child).content, reason, to_relay: self.is_relay(child) };
        self.recorder.moved(what, sites, bytes);
    }

    /// Enters all bytes up to now.
    pub(super) fn book_all(&mut self) {
        for id in 0..self.edges.len() as EdgeId {
            if self.edges.get(id).parent != NO_SLOT {
                self.book(id);
            }
        }
    }
}

/// Bytes in a stretch of media of a substream with this rate (in micro-bits per second).
pub(super) fn media_bytes(media: u64, full: u64) -> u64 {
    (u128::from(media) * u128::from(full) / (8 * 1_000_000_000 * 1_000_000)) as u64
}

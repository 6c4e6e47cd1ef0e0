//! Clients that fetch a file: portion by portion until they have all of it, and then only serve others.
//!
//! A file is cut into portions as a stream is into substreams, and each is fetched from its beginning to its
//! end. Nothing is played, so that nothing can be late: what counts is when a client has everything.

use super::edges::EdgeId;
use super::flows::LEVEL_WITHIN;
use super::peers::Slot;
use super::world::World;
use crate::peer::Progress;

/// A child waits for a parent that is behind by no more, in nanoseconds of the file at its rate (assumption).
const WAITED_FOR: u64 = 5_000_000_000;

impl World<'_> {
    /// Whether a client is there for a file.
    pub(super) fn fetches(&self, slot: Slot) -> bool {
        self.has_files && self.stream_of(slot).is_file && !self.is_server(slot)
    }

    /// Whether all of a portion has arrived; never of a stream's.
    pub(super) fn is_fetched(&self, id: EdgeId) -> bool {
        let (slot, _) = self.edges.owner(id);
        let position = || self.edges.progress(id).position(self.now);
        self.fetches(slot) && position() + LEVEL_WITHIN >= self.stream_of(slot).length
    }

    /// A portion has arrived: its source is not needed any more.
    pub(super) fn end_fetching(&mut self, id: EdgeId) {
        let (slot, _) = self.edges.owner(id);
        let (progress, length) = (self.edges.progress(id), self.stream_of(slot).length);
        let base = progress.position(self.now).max(length);
        self.edges.set_progress(id, Progress { base, since: self.now, ..progress });
        self.cancel_pending(id);
        self.abandon(id);
        if self.substreams_of(slot).all(|other| self.is_fetched(self.edges.id(slot, other))) {
            let now = self.now;
            self.peer_mut(slot).fetched.get_or_insert(now);
        }
    }

    /// Whether a parent has about as much of a portion as a child, or more: peers tell each other.
    pub(super) fn has_more(&self, parent: Slot, id: EdgeId) -> bool {
        let (_, substream) = self.edges.owner(id);
        let theirs = self.edges.progress(self.edges.id(parent, substream));
        let waits_for = self.edges.progress(id).position(self.now).saturating_sub(WAITED_FOR);
        theirs.position(self.now) >= waits_for
    }
}

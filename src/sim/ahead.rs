//! Reading ahead: touching what the next events will need.
//!
//! Nearly every event waits for memory, and in a batch these waits overlap. It changes nothing but
//! the time that a run takes.

use super::edges::EdgeId;
use super::event::Event;
use super::peers::{NO_SLOT, Slot};
use super::world::World;
use crate::proto::Guidance;

/// Reports whose memory is touched together (assumption: as many as a processor has waits in
/// flight, and few enough to be still in its nearest cache when their turn comes).
const BATCH: usize = 32;

impl World<'_> {
    /// Looks ahead when the next events have not been looked at yet.
    pub(super) fn read_ahead(&mut self) {
        if self.beats_read == 0 {
            self.beats_read = BATCH;
            std::hint::black_box(self.touch_reporters());
        }
        let horizon = self.queue.horizon();
        if std::mem::replace(&mut self.horizon, horizon) != horizon {
            std::hint::black_box(self.touch_readers());
        }
    }

    /// What the next clients to report will look at. Two passes, because what the second reads is
    /// found through the first.
    fn touch_reporters(&self) -> u64 {
        let next = || self.queue.in_turn().skip(BATCH).take(BATCH);
        let mut words = 0;
        for event in next() {
            let Event::Beat { slot, .. } = event else { continue };
            let peer = self.peer(*slot);
            let tracks = self.edges.tracks(*slot).iter();
            words ^= tracks.fold(peer.heard.as_nanos(), |sum, track| sum ^ track.word());
            words ^= u64::from(peer.player.is_playing());
            words ^= self.edges.children(*slot).len() as u64;
            if peer.guidance == Some(Guidance::SelfDirected) {
                words ^= self.edges.looks(*slot);
            }
        }
        for event in next() {
            let Event::Beat { slot, .. } = event else { continue };
            let child = self.edges.children(*slot).last();
            words ^= child.map_or(0, |child| u64::from(child.id.get()));
        }
        words
    }

    /// What the other events that come next will look at, and the coordinator with them.
    fn touch_readers(&self) -> u64 {
        let (mut words, mut senders, mut edges) = (0, Vec::new(), Vec::new());
        for event in self.queue.soon() {
            match *event {
                Event::ToCenter(number) => {
                    let letter = self.mail.to_center(number);
                    words ^= self.peer(letter.slot).heard.as_nanos();
                    senders.push(letter.client);
                }
                Event::Level { edge, .. } | Event::Connected { edge, .. } => edges.push(edge),
                Event::Player { slot, .. } => words ^= self.words_of_player(slot),
                _ => {}
            }
        }
        self.coordinator.expect(&senders);
        words ^ self.words_of_edges(&edges)
    }

    fn words_of_player(&self, slot: Slot) -> u64 {
        let tracks = self.edges.tracks(slot).iter();
        let playing = u64::from(self.peer(slot).player.is_playing());
        tracks.fold(playing, |sum, track| sum ^ track.word())
    }

    /// Edges that are about to change, with both ends, in passes of what is found through the last.
    fn words_of_edges(&self, edges: &[EdgeId]) -> u64 {
        let mut words = 0;
        for id in edges {
            let (slot, _) = self.edges.owner(*id);
            words ^= self.words_of_player(slot) ^ self.edges.get(*id).cap;
            words ^= self.edges.detail(*id).seen;
        }
        for id in edges {
            let parents = [self.edges.get(*id).parent, self.edges.detail(*id).pending];
            for parent in parents.into_iter().filter(|parent| *parent < NO_SLOT - 1) {
                let (_, substream) = self.edges.owner(*id);
                words ^= self.edges.track(self.edges.id(parent, substream)).word();
                words ^= self.peer(parent).heard.as_nanos();
            }
        }
        words
    }
}

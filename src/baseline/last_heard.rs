//! Who was heard when, so that the one who has been silent for longest is found without a search.
//!
//! A note is never taken back: notes that newer ones have outdated are dropped when they come to
//! the front, which makes every operation O(1) on average.

use crate::units::{PeerId, SimTime};
use std::collections::VecDeque;

/// Notes in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct LastHeard {
    notes: VecDeque<(SimTime, PeerId)>,
}

impl LastHeard {
    /// Notes that a client was heard; never earlier than the note before.
    pub(super) fn note(&mut self, now: SimTime, peer: PeerId) {
        self.notes.push_back((now, peer));
    }

    /// The client silent for longest, and since when. `last` says when a client was last heard,
    /// none when it is not known (any more).
    pub(super) fn oldest(
        &mut self,
        last: impl Fn(PeerId) -> Option<SimTime>,
    ) -> Option<(SimTime, PeerId)> {
        while let Some((time, peer)) = self.notes.front().copied() {
            if last(peer) == Some(time) {
                return Some((time, peer));
            }
            self.notes.pop_front();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outdated_note_is_dropped() {
        let (anna, bob, carl) = (PeerId::new(1), PeerId::new(2), PeerId::new(3));
        let at = SimTime::from_secs;
        let mut heard = LastHeard::default();
        for (time, peer) in [(0, anna), (1, bob), (1, carl), (2, anna)] {
            heard.note(at(time), peer);
        }
        // Bob has been forgotten since.
        let last = |peer| match peer {
            _ if peer == anna => Some(at(2)),
            _ if peer == carl => Some(at(1)),
            _ => None,
        };
        assert_eq!(heard.oldest(last), Some((at(1), carl)));
        assert_eq!(heard.notes.len(), 2);
        assert_eq!(heard.oldest(|_| None), None);
    }
}

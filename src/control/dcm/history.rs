//! What a DCM remembers of pairs that could not connect (a first part of mission row A3).
//!
//! Whether two clients can reach each other through their NATs is a matter of these two: a pair that
//! failed once fails again. Not here: loss rates and past downloads.

use crate::units::{PeerId, SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How long a pair that could not connect is not tried again (assumption: a NAT's behaviour stays,
/// but the reason may also have been a path that is mended by then).
const REMEMBERED_FOR: Span = Span::from_secs(600);

/// Pairs that could not connect, each from both sides.
#[derive(Debug, Default)]
pub(super) struct History {
    failed: BTreeMap<(PeerId, PeerId), SimTime>,
}

impl History {
    /// Notes that two could not connect.
    pub(super) fn could_not_connect(&mut self, now: SimTime, a: PeerId, b: PeerId) {
        self.learn(a, b, now + REMEMBERED_FOR);
    }

    /// Whom it is of no use to try for `peer`.
    pub(super) fn hopeless(&self, now: SimTime, peer: PeerId) -> Vec<PeerId> {
        let theirs = self.failed.range((peer, PeerId::new(0))..=(peer, PeerId::new(u32::MAX)));
        theirs.filter(|(_, until)| now < **until).map(|((_, other), _)| *other).collect()
    }

    /// Pairs of `peer` that failed, until when each is remembered.
    pub(super) fn pairs_of(&self, peer: PeerId) -> Vec<(PeerId, SimTime)> {
        let theirs = self.failed.range((peer, PeerId::new(0))..=(peer, PeerId::new(u32::MAX)));
        theirs.map(|((_, other), until)| (*other, *until)).collect()
    }

    /// Takes over what another DCM remembers of a pair.
    pub(super) fn learn(&mut self, a: PeerId, b: PeerId, until: SimTime) {
        self.failed.insert((a, b), until);
        self.failed.insert((b, a), until);
    }

    /// Drops pairs of which nobody is here any more.
    pub(super) fn keep_of(&mut self, here: &BTreeSet<PeerId>) {
        self.failed.retain(|(a, b), _| here.contains(a) || here.contains(b));
    }

    /// Drops all that is known of somebody who has gone.
    pub(super) fn forget(&mut self, peer: PeerId) {
        let all = (peer, PeerId::new(0))..=(peer, PeerId::new(u32::MAX));
        let others: Vec<PeerId> = self.failed.range(all).map(|((_, other), _)| *other).collect();
        for other in others {
            self.failed.remove(&(peer, other));
            self.failed.remove(&(other, peer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_remembered_on_both_sides_for_a_while_and_forgotten_with_the_peer() {
        let [a, b, c] = [1, 2, 3].map(PeerId::new);
        let mut history = History::default();
        let now = SimTime::from_secs(10);
        history.could_not_connect(now, a, b);
        history.could_not_connect(now, c, a);
        assert_eq!(history.hopeless(now, a), [b, c]);
        assert_eq!(history.hopeless(now, b), [a]);
        assert_eq!(history.hopeless(now + REMEMBERED_FOR, a), []);
        history.forget(c);
        assert_eq!((history.hopeless(now, a), history.hopeless(now, c)), (vec![b], vec![]));
        history.forget(a);
        assert!(history.failed.is_empty());
    }
}

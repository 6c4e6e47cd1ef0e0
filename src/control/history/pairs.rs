//! Pairs that could not connect, as the DCM remembers them that saw it (mission row A3).
//!
//! Whether two clients can reach each other through their NATs is a matter of these two: a pair that
//! failed once fails again.

use crate::units::{PeerId, SimTime, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How long a pair that could not connect is not tried again (assumption: a NAT's behaviour stays,
/// but the reason may also have been a path that is mended by then).
const REMEMBERED_FOR: Span = Span::from_secs(600);

/// Pairs that could not connect, each from both sides.
#[derive(Debug, Default)]
pub(crate) struct FailedPairs {
    failed: BTreeMap<(PeerId, PeerId), SimTime>,
}

impl FailedPairs {
    /// Notes that two could not connect.
    pub(crate) fn could_not_connect(&mut self, now: SimTime, a: PeerId, b: PeerId) {
        self.learn(a, b, now + REMEMBERED_FOR);
    }

    /// Whom it is of no use to try for `peer`.
    pub(crate) fn hopeless(&self, now: SimTime, peer: PeerId) -> Vec<PeerId> {
        let theirs = self.failed.range((peer, PeerId::new(0))..=(peer, PeerId::new(u32::MAX)));
        theirs.filter(|(_, until)| now < **until).map(|((_, other), _)| *other).collect()
    }

    /// Pairs of `peer` that failed, until when each is remembered.
    pub(crate) fn pairs_of(&self, peer: PeerId) -> Vec<(PeerId, SimTime)> {
        let theirs = self.failed.range((peer, PeerId::new(0))..=(peer, PeerId::new(u32::MAX)));
        theirs.map(|((_, other), until)| (*other, *until)).collect()
    }

    /// Takes over what another DCM remembers of a pair.
    pub(crate) fn learn(&mut self, a: PeerId, b: PeerId, until: SimTime) {
        self.failed.insert((a, b), until);
        self.failed.insert((b, a), until);
    }

    /// Drops pairs of which nobody is here any more.
    pub(crate) fn keep_of(&mut self, here: &BTreeSet<PeerId>) {
        self.failed.retain(|(a, b), _| here.contains(a) || here.contains(b));
    }

    /// Drops all that is known of somebody who has gone.
    pub(crate) fn forget(&mut self, peer: PeerId) {
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
        let mut pairs = FailedPairs::default();
        let now = SimTime::from_secs(10);
        pairs.could_not_connect(now, a, b);
        pairs.could_not_connect(now, c, a);
        assert_eq!(pairs.hopeless(now, a), [b, c]);
        assert_eq!(pairs.hopeless(now, b), [a]);
        assert_eq!(pairs.hopeless(now + REMEMBERED_FOR, a), []);
        pairs.forget(c);
        assert_eq!((pairs.hopeless(now, a), pairs.hopeless(now, c)), (vec![b], vec![]));
        pairs.forget(a);
        assert!(pairs.failed.is_empty());
    }
}

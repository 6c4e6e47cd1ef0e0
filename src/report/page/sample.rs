//! Which viewers' rows a page has: a page that holds all rows of a large run would open on no phone.
//!
//! All rows of a viewer or none, so that each story that is there is whole.

use crate::units::PeerId;
use serde::Serialize;

/// How many rows of a table are in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Share {
    pub(super) shown: usize,
    pub(super) all: usize,
    /// Only viewers whose number is a multiple of this are there.
    pub(super) every: u32,
}

/// The rows of viewers with a number that is a multiple of the least power of two by which at most
/// `most` are left. Rows about nobody are always there.
pub(super) fn thin<T>(
    rows: &[T],
    most: usize,
    peer: impl Fn(&T) -> Option<PeerId>,
) -> (Vec<&T>, Share) {
    let kept = |every: u32| {
        let wanted = |row: &&T| peer(row).is_none_or(|peer| peer.get().is_multiple_of(every));
        rows.iter().filter(wanted).collect::<Vec<&T>>()
    };
    let powers = (0..31).map(|power| 1_u32 << power);
    let every = powers.into_iter().find(|every| kept(*every).len() <= most).unwrap_or(1 << 31);
    let shown = kept(every);
    let share = Share { shown: shown.len(), all: rows.len(), every };
    (shown, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_whole_and_faults_stay() {
        let rows: Vec<u32> = (0..100).map(|number| number / 10).collect();
        let peer = |row: &u32| (*row != 9).then(|| PeerId::new(*row));
        let (shown, share) = thin(&rows, 100, peer);
        assert_eq!((shown.len(), share), (100, Share { shown: 100, all: 100, every: 1 }));
        let (shown, share) = thin(&rows, 45, peer);
        assert_eq!(share, Share { shown: 40, all: 100, every: 4 });
        let mut peers: Vec<u32> = shown.into_iter().copied().collect();
        peers.dedup();
        assert_eq!(peers, [0, 4, 8, 9]);
    }
}

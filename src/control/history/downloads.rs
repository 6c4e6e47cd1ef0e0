//! The last ten downloads of a client: what the source wants to be kept of each.

use crate::units::{BitRate, ContentId, Ratio, Span};
use std::collections::VecDeque;

/// So many downloads of a client are kept, as the source says.
const KEPT: usize = 10;

/// A download that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Download {
    /// Of what.
    pub(crate) content: ContentId,
    /// From the join until the good-bye, or until the last heartbeat of one that fell silent.
    pub(crate) stay: Span,
    /// What arrived over the stay.
    pub(crate) rate: BitRate,
    /// Of what was due over the stay this share did not arrive.
    pub(crate) loss: Ratio,
    pub(crate) ending: Ending,
}

/// How a download ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With a good-bye.
    GoodBye,
    /// Without a word.
    Silence,
}

/// The last downloads, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Downloads {
    ring: VecDeque<Download>,
}

impl Downloads {
    pub(super) fn push(&mut self, download: Download) {
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(download);
    }

    pub(super) fn len(&self) -> usize {
        self.ring.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Download> {
        self.ring.iter()
    }

    /// The downloads that lasted for `from` or longer, and those of them that ended before `until`.
    pub(super) fn survival(&self, from: Span, until: Span) -> (usize, usize) {
        let count = |age| self.iter().filter(|download| download.stay >= age).count();
        (count(from), count(from) - count(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn download(secs: u64) -> Download {
        Download {
            content: ContentId::new(0),
            stay: Span::from_secs(secs),
            rate: BitRate::from_kbps(900),
            loss: Ratio::ZERO,
            ending: Ending::GoodBye,
        }
    }

    #[test]
    fn ten_downloads_are_kept_and_the_oldest_goes() {
        let mut downloads = Downloads::default();
        for secs in 0..25 {
            downloads.push(download(secs));
            assert_eq!(downloads.len(), (secs as usize + 1).min(10));
        }
        let kept: Vec<Span> = downloads.iter().map(|download| download.stay).collect();
        assert_eq!(kept, (15..25).map(Span::from_secs).collect::<Vec<_>>());
        // Ten lasted for 15 s or longer; 15 s to 19 s are below 20 s.
        assert_eq!(downloads.survival(Span::from_secs(15), Span::from_secs(20)), (10, 5));
        assert_eq!(downloads.survival(Span::from_secs(20), Span::from_secs(20)), (5, 0));
    }
}

//! What the baselines are set to, each value with its source.

use crate::units::{Ratio, Span};

/// A tracker and the clients that choose for themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackerConfig {
    /// Between two announces of a client.
    pub announce: Span,
    /// Peers named in an answer of the random tracker.
    pub random_answer: usize,
    /// Neighbors that a client keeps.
    pub neighbors: usize,
    /// Below this many it asks again at once.
    pub fewest_neighbors: usize,
    /// Peers named by the local tracker from outside the asker's network.
    pub external: usize,
    /// Announces missed before an entry is evicted.
    pub evict_announces: u32,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            announce: Span::from_secs(120), // common in WebRTC trackers
            random_answer: 50,              // BitTorrent's customary answer
            neighbors: 35,                  // Bindal et al. 2006
            fewest_neighbors: 20,           // keep 20 to 35
            external: 4, // Bindal et al. 2006 found a few enough; 1 is the strict case
            evict_announces: 2, // assumption; public trackers take 20 minutes
        }
    }
}

/// The baseline that knows CDN nodes only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CdnOnlyConfig {
    /// What a node does with a viewer for whom it has no room.
    pub admission: Admission,
    /// Capacity that is not given out, so that viewers can fill their buffers and catch up; of no
    /// account when nodes share.
    pub catch_up_reserve: Ratio,
}

impl Default for CdnOnlyConfig {
    fn default() -> Self {
        // Assumption; the same as the control center's, so that neither has more of a node.
        let tenth = Ratio::new(0.1).unwrap_or_default();
        Self { admission: Admission::Queue, catch_up_reserve: tenth }
    }
}

/// What a CDN node does with a viewer for whom it has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Viewers wait, first come first served.
    Queue,
    /// Everybody gets less.
    Share,
    /// Viewers are refused for good; those whose node is lost wait all the same.
    Reject,
}

/// Which peers a tracker names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locality {
    /// Any that have the content.
    Random,
    /// Those of the asker's network, and a few from elsewhere.
    Local,
}

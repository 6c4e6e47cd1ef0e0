//! What no coordinator can beat: theoretical bounds as pure functions, each with its source.
//!
//! Fluid model: only access links bind, every pair can connect, no churn. A run that beats one of
//! these bounds has an error in its accounting. Not here: what a run achieved.

mod copies;
mod crowd;
mod depth;
mod load;

pub use copies::{border_copies_min, border_copies_min_pooled, random_cross_share};
pub use crowd::{crowd_ceiling, crowd_growth_time_min};
pub use depth::{
    TreeDepth, chain_mean_slots, depth_min, depth_min_homogeneous, fan_out, limited_fan_out_reach,
    snowball_slots,
};
pub use load::{
    feasible, peer_offload_max, peer_offload_max_partitioned, price_of_decomposition,
    resource_index, server_load_min, server_load_min_on_demand, server_load_min_partitioned,
    server_load_min_pooled, server_load_min_with_feeds, streaming_rate_max,
    streaming_rate_max_with_helpers,
};

use crate::units::BitRate;

/// Viewers of one stream and what they can give together: a whole audience or one part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Swarm {
    /// How many viewers.
    pub viewers: u64,
    /// Their usable uplinks in all.
    pub uplink: BitRate,
}

impl Swarm {
    /// What all of them receive together at `rate` each.
    #[must_use]
    pub fn demand(self, rate: BitRate) -> BitRate {
        rate * self.viewers
    }
}

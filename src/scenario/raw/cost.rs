//! What traffic costs, as the file says it.

use super::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Prices: with them the figures have what a run costs.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCost {
    /// Of a gigabyte (10^9 bytes) that CDN nodes send.
    pub cdn_gb: Option<At<f64>>,
    /// Of a megabit per second of transit, for the length of the run: of each link between customer and
    /// provider the 95th percentile of five-minute means, of the direction that carries more.
    pub transit_mbps: Option<At<f64>>,
}

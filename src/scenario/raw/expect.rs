//! What runs are expected to show, as the file says it.

use super::{At, RawCoordinator, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `grandstand check` holds runs against: a figure and what it is at least, at most or within.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawExpect {
    /// The figure, as `summary.csv` names it: `continuity`, `startup_delay.p95`.
    #[schemars(required)]
    pub metric: Option<At<String>>,
    /// The least that is fine, with the figure's unit: `0.99`, `"4 s"`, `"2 GB"`.
    pub at_least: Option<At<Scalar>>,
    /// The most that is fine.
    pub at_most: Option<At<Scalar>>,
    /// The least and the most.
    pub within: Option<At<Vec<At<Scalar>>>>,
    /// Whether it must hold with every seed, or for the mean over the seeds.
    pub over: Option<At<RawOver>>,
    /// Under which coordinators; under all that are run when it is left out.
    pub coordinators: Option<At<Vec<At<RawCoordinator>>>>,
    /// Only for viewers of this content.
    pub content: Option<At<String>>,
    /// Only for viewers of this access class.
    pub class: Option<At<String>>,
    /// Only for viewers of this ISP.
    pub isp: Option<At<String>>,
}

/// Over what a figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawOver {
    /// With every single seed.
    EverySeed,
    /// The mean over the seeds.
    Mean,
}

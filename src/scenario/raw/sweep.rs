//! What a sweep varies, as the file says it.

use super::{At, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a sweep varies; a single run pays no heed to it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSweep {
    /// How many seeds each point is run with, from the scenario's seed on.
    pub seeds: Option<At<i64>>,
    /// Keys and their values: every combination is a point.
    pub axis: Option<At<Vec<At<RawAxis>>>>,
}

/// A key and its values: either `values`, or `from`, `to` and `count`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawAxis {
    /// The path of the key, as in `--set`.
    #[schemars(required)]
    pub key: Option<At<String>>,
    /// The values.
    pub values: Option<At<Vec<At<Scalar>>>>,
    /// The first value.
    pub from: Option<At<Scalar>>,
    /// The last value, in the unit of the first.
    pub to: Option<At<Scalar>>,
    /// How many values from the first to the last, both counted.
    pub count: Option<At<i64>>,
    /// How the values between them are spread.
    pub scale: Option<At<RawScale>>,
    /// The key of an earlier axis: this one goes in step with it instead of crossing it.
    pub with: Option<At<String>>,
}

/// How values are spread between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawScale {
    /// At equal distances.
    Linear,
    /// At equal ratios.
    Logarithmic,
}

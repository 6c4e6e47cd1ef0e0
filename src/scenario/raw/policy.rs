//! Policies, as the file says them.

use super::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A policy: whom it is about and what they do not get; exactly one of `deny_countries` and
/// `allow_countries`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPolicy {
    /// Its name, told to those whom it refuses; no two policies have the same.
    #[schemars(required)]
    pub name: Option<At<String>>,
    /// Name of the content that it is about; all contents when left out.
    pub content: Option<At<String>>,
    /// Viewers in these countries are refused, two capital letters each.
    pub deny_countries: Option<At<Vec<At<String>>>>,
    /// Viewers in all other countries are refused, two capital letters each.
    pub allow_countries: Option<At<Vec<At<String>>>>,
}

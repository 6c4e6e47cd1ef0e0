//! Policies (mission rows C6, A2, A9, P7): what the owner of a content, the law or a user demands.
//!
//! A policy is a scope, a condition and an effect. Conditions are looked at once for each class of
//! viewers that they can tell apart, never for each candidate of a choice. Not here: limits of
//! bandwidth and their reservations, which need a state of their own.

mod matching;
mod model;

pub(crate) use matching::PolicyTable;
pub use model::{Condition, Country, Effect, Policy};

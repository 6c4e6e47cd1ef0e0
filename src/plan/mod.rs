//! The smallest value of a knob that meets a target: which values to try, and what the trials say.
//!
//! Not here: running anything; the command line makes the runs and says how they ended.

mod knob;
mod search;

pub use knob::{Knob, KnobError};
pub use search::{Answer, Search, Trial};

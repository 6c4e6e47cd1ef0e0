//! Judging runs: by what their scenario expects, and by other runs, which figures differ between two
//! sets of them and how surely.
//!
//! The runs of both sides meet the same viewers when they have the same point, coordinator and seed
//! (common random numbers), so the statistic is the difference of each such pair. Not here: files,
//! and how a comparison is shown.

mod expect;
mod pair;
mod runs;
#[cfg(test)]
mod tests;
mod unpaired;
mod verdict;

pub use expect::{Judged, RunFigures, Violation, judge};
pub use pair::{Comparison, compare};
pub use runs::Duplicate;
pub use unpaired::{Side, Unpaired};

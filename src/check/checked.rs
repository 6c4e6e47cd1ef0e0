//! All that a check says of one scenario.

use super::{Judged, Violation};
use crate::metrics::{ComparisonRow, Verdict};
use crate::scenario::Expectation;

/// What the runs of one scenario show.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked<'a> {
    /// Its name.
    pub scenario: &'a str,
    /// The seeds it was run with.
    pub seeds: Vec<u64>,
    /// Its expectations, coordinator by coordinator.
    pub judged: Vec<Judged<'a>>,
    /// Expectations about coordinators none of which was run.
    pub idle: Vec<&'a Expectation>,
    /// The baseline (A) and these runs (B); none when there is no baseline.
    pub compared: Option<Vec<ComparisonRow>>,
}

impl<'a> Checked<'a> {
    /// Every expectation that does not hold.
    pub fn violations<'b>(&'b self) -> impl Iterator<Item = Violation<'a, 'b>> {
        self.judged.iter().flat_map(Judged::violations)
    }

    /// Every figure that is worse than in the baseline.
    pub fn worse(&self) -> impl Iterator<Item = &ComparisonRow> {
        let compared = self.compared.iter().flatten();
        compared.filter(|row| row.verdict == Verdict::Worse)
    }

    /// How many things are wrong.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.violations().count() + self.worse().count()
    }
}

//! What a check of one scenario says, as rows. Not here: who judges.

use super::{ComparisonRow, Verdict};

/// An expectation under one coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectationRow {
    /// What is expected, as in `continuity at least 0.99 with every seed`.
    pub statement: String,
    /// The coordinator's name.
    pub coordinator: String,
    /// What the runs show.
    pub shown: String,
    /// What does not hold, a sentence each; empty when all does.
    pub violations: Vec<String>,
}

/// All that a check says of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedScenario {
    /// Its name.
    pub scenario: String,
    /// The seeds it was run with.
    pub seeds: Vec<u64>,
    /// Its expectations, coordinator by coordinator.
    pub expectations: Vec<ExpectationRow>,
    /// Expectations about coordinators none of which was run.
    pub skipped: Vec<String>,
    /// The baseline (A) and these runs (B); none when there is no baseline.
    pub compared: Option<Vec<ComparisonRow>>,
}

impl CheckedScenario {
    /// Every figure that is worse than in the baseline.
    pub fn worse(&self) -> impl Iterator<Item = &ComparisonRow> {
        let compared = self.compared.iter().flatten();
        compared.filter(|row| row.verdict == Verdict::Worse)
    }

    /// How many things are wrong.
    #[must_use]
    pub fn failures(&self) -> usize {
        let violations = self.expectations.iter().map(|row| row.violations.len());
        violations.sum::<usize>() + self.worse().count()
    }
}

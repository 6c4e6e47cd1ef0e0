//! What a comparison of two sets of runs says, as rows. Not here: how runs are paired.

use super::{Direction, Interval, Name};

/// What the pairs say about one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The whole interval is on the bad side of zero.
    Worse,
    /// The whole interval is on the good side of zero.
    Better,
    /// The interval leaves zero out; the figure has no good side.
    Changed,
    /// The interval leaves zero out; the change is smaller than what was asked for.
    WithinTolerance,
    /// Zero lies in the interval.
    NoDifferenceShown,
    /// Fewer than two pairs, or zero lies in an interval that is wider than what was asked for.
    TooFewSeeds,
    /// Both values of every pair are equal.
    Identical,
}

impl Verdict {
    /// All verdicts, the most important one first.
    pub const ALL: [Self; 7] = [
        Self::Worse,
        Self::Better,
        Self::Changed,
        Self::WithinTolerance,
        Self::NoDifferenceShown,
        Self::TooFewSeeds,
        Self::Identical,
    ];

    /// The verdict in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Changed => "changed",
            Self::WithinTolerance => "within tolerance",
            Self::NoDifferenceShown => "no difference shown",
            Self::TooFewSeeds => "too few seeds",
            Self::Identical => "identical",
        }
    }
}

/// One figure under one coordinator at one point, in A and in B.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonRow {
    /// The number of the point, as A has it.
    pub point: u32,
    /// Swept keys with their values, by key.
    pub values: Vec<(String, String)>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The figure's name.
    pub metric: String,
    /// Its unit.
    pub unit: Name,
    /// Which way is good.
    pub direction: Direction,
    /// Seeds that both have a value for.
    pub pairs: usize,
    /// The mean in A over the pairs, in `unit`.
    pub mean_a: f64,
    /// The mean in B over the pairs, in `unit`.
    pub mean_b: f64,
    /// The mean of B less A over the pairs, in `unit`.
    pub difference: f64,
    /// The 95 % interval of the difference, in `unit`; absent with fewer than two pairs.
    pub interval: Option<Interval>,
    /// What follows from the interval.
    pub verdict: Verdict,
}

impl ComparisonRow {
    /// How many rows have which verdict, those that are there, as in `1 worse, 40 identical`.
    #[must_use]
    pub fn counts(rows: &[Self]) -> String {
        let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        let counts = Verdict::ALL.into_iter().map(|verdict| (count(verdict), verdict.name()));
        let told = counts.filter(|(count, _)| *count > 0);
        told.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    }

    /// A difference in per cent of A's mean; none where that is zero and the difference is not.
    #[must_use]
    pub fn in_percent(&self, difference: f64) -> Option<f64> {
        if difference == 0.0 {
            return Some(0.0);
        }
        (self.mean_a != 0.0).then(|| difference / self.mean_a.abs() * 100.0)
    }

    /// The change from A to B in per cent of A's mean; none where that is zero and B's is not.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        self.in_percent(self.difference)
    }

    /// The 95 % interval of the change, in per cent of A's mean, which is taken as exact.
    #[must_use]
    pub fn change_interval(&self) -> Option<(f64, f64)> {
        let interval = self.interval?;
        self.in_percent(interval.low).zip(self.in_percent(interval.high))
    }
}

//! Whether runs show what their scenario expects of them.

use crate::metrics::{ExpectationRow, GroupRow, Interval, SummaryRow, interval, mean};
use crate::scenario::{CoordinatorKind, Expectation, Over};
use std::fmt;

/// One run that is judged.
#[derive(Clone, Debug)]
pub struct RunFigures {
    /// Who decided.
    pub coordinator: CoordinatorKind,
    /// The seed.
    pub seed: u64,
    /// The figures of the whole audience.
    pub summary: Vec<SummaryRow>,
    /// Those of its parts.
    pub groups: Vec<GroupRow>,
}

impl RunFigures {
    /// The figure that is expected to be something; none when the run has no value of it.
    fn value(&self, expected: &Expectation) -> Option<f64> {
        let Some((by, name)) = &expected.group else {
            let row = self.summary.iter().find(|row| row.metric == expected.metric);
            return row.and_then(|row| row.value);
        };
        let mut rows = self.groups.iter().filter(|row| row.by == *by && row.group == *name);
        rows.find(|row| row.metric == expected.metric).and_then(|row| row.value)
    }
}

/// An expectation under one coordinator, with what the runs show.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged<'a> {
    /// What was expected.
    pub expected: &'a Expectation,
    /// Who decided.
    pub coordinator: CoordinatorKind,
    /// Seeds and what their runs show; at least one.
    pub values: Vec<(u64, Option<f64>)>,
}

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Violation<'a, 'b> {
    /// Of which expectation.
    pub judged: &'b Judged<'a>,
    /// With which seed; none when the mean over all seeds is meant.
    pub seed: Option<u64>,
    /// What it is instead; none when a run has no such figure.
    pub value: Option<f64>,
}

impl Judged<'_> {
    /// The mean over the seeds; none when a run has no value.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        mean(&self.sample()?)
    }

    /// The mean with its 95 % interval; none with one seed, or when a run has no value.
    #[must_use]
    pub fn interval(&self) -> Option<Interval> {
        interval(&self.sample()?)
    }

    fn sample(&self) -> Option<Vec<f64>> {
        self.values.iter().map(|(_, value)| *value).collect()
    }

    /// The least and the largest value over the seeds.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        let sample = self.sample()?;
        let least = sample.iter().copied().reduce(f64::min);
        least.zip(sample.iter().copied().reduce(f64::max))
    }
}

impl<'a> Judged<'a> {
    /// What it says and what the runs show, in words.
    #[must_use]
    pub fn row(&self) -> ExpectationRow {
        let expected = self.expected;
        let violations = self.violations();
        ExpectationRow {
            statement: format!("{} {} {}", expected.subject(), expected.limits(), expected.scope()),
            coordinator: self.coordinator.name().to_string(),
            shown: self.shown(),
            violations: violations.iter().map(ToString::to_string).collect(),
        }
    }

    /// From the least value to the largest, with the mean and its interval.
    fn shown(&self) -> String {
        let show = |value: f64| self.expected.show(value);
        let (Some((least, most)), Some(mean)) = (self.range(), self.mean()) else {
            return "no value".to_string();
        };
        if least == most {
            return show(mean);
        }
        let interval = self.interval().map_or(String::new(), |interval| {
            format!(", 95 % interval {} to {}", show(interval.low), show(interval.high))
        });
        format!("{} to {}, mean {}{interval}", show(least), show(most), show(mean))
    }

    /// Everything that does not hold: one a seed, or one for the mean.
    #[must_use]
    pub fn violations<'b>(&'b self) -> Vec<Violation<'a, 'b>> {
        let holds = |value: Option<f64>| value.is_some_and(|value| self.expected.allows(value));
        let violation = |seed, value| Violation { judged: self, seed, value };
        match self.expected.over {
            Over::Mean if holds(self.mean()) => Vec::new(),
            Over::Mean => vec![violation(None, self.mean())],
            Over::EverySeed => {
                let wrong = self.values.iter().filter(|(_, value)| !holds(*value));
                wrong.map(|(seed, value)| violation(Some(*seed), *value)).collect()
            }
        }
    }
}

/// What these runs of one scenario say of each of its expectations; an expectation about a coordinator
/// that was not run is left out.
#[must_use]
pub fn judge<'a>(expectations: &'a [Expectation], runs: &[RunFigures]) -> Vec<Judged<'a>> {
    let mut judged = Vec::new();
    for expected in expectations {
        for coordinator in CoordinatorKind::ALL.into_iter().filter(|kind| expected.is_about(*kind))
        {
            let own = runs.iter().filter(|run| run.coordinator == coordinator);
            let values: Vec<_> = own.map(|run| (run.seed, run.value(expected))).collect();
            if !values.is_empty() {
                judged.push(Judged { expected, coordinator, values });
            }
        }
    }
    judged
}

impl fmt::Display for Violation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Judged { expected, coordinator, .. } = self.judged;
        write!(f, "{} under {}", expected.subject(), coordinator.name())?;
        match self.seed {
            Some(seed) => write!(f, " with seed {seed}")?,
            None => f.write_str(" in the mean over the seeds")?,
        }
        match self.value {
            Some(value) => write!(f, " is {}", expected.show(value))?,
            None => f.write_str(" has no value")?,
        }
        write!(f, ", expected {}", expected.limits())
    }
}

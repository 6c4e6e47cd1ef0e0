//! The figures of one side, run by run.

use crate::metrics::{PointRow, Points};
use std::collections::BTreeMap;
use std::fmt;

/// The same figure of the same run stands twice on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Swept keys with their values, by key.
    pub values: Vec<(String, String)>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The seed of the run.
    pub seed: u64,
    /// The figure's name.
    pub metric: String,
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { coordinator, seed, metric, .. } = self;
        write!(f, "`{metric}` of {coordinator} with seed {seed}")?;
        self.values.iter().try_for_each(|(key, value)| write!(f, ", {key} = {value}"))?;
        write!(f, " is there twice: expected one run for each coordinator and seed")
    }
}

impl std::error::Error for Duplicate {}

/// Which run, wherever its columns stand: swept keys by name with their values, coordinator, seed.
pub(super) type Run<'a> = (Vec<(&'a str, &'a str)>, &'a str, u64);
/// The figures of each run, by name.
pub(super) type Runs<'a> = BTreeMap<Run<'a>, BTreeMap<&'a str, &'a PointRow>>;

pub(super) fn run_of<'a>(points: &'a Points, row: &'a PointRow) -> Run<'a> {
    let axes = points.axes.iter().map(String::as_str);
    let mut values: Vec<_> = axes.zip(row.values.iter().map(String::as_str)).collect();
    values.sort_unstable();
    (values, row.coordinator.as_str(), row.seed)
}

pub(super) fn runs(points: &Points) -> Result<Runs<'_>, Duplicate> {
    let mut runs = Runs::new();
    for row in &points.rows {
        let run = run_of(points, row);
        let figures = runs.entry(run).or_default();
        if figures.insert(&row.metric, row).is_some() {
            return Err(Duplicate {
                values: owned(&run_of(points, row).0),
                coordinator: row.coordinator.clone(),
                seed: row.seed,
                metric: row.metric.clone(),
            });
        }
    }
    Ok(runs)
}

pub(super) fn owned(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

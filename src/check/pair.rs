//! Runs of two sides, pair by pair.

use super::unpaired::{Unpaired, unpaired};
use super::verdict::verdict;
use crate::metrics::{
    ComparisonRow, Direction, Name, PointRow, Points, Verdict, direction, interval, mean,
};
use std::collections::BTreeMap;
use std::fmt;

/// What two sets of runs say about each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// One row a point, coordinator and figure that both have, in the order of A.
    pub rows: Vec<ComparisonRow>,
    /// What only one of the two has.
    pub unpaired: Vec<Unpaired>,
}

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

/// Compares B with A: pairs by point, coordinator, seed and figure, and a verdict for each figure.
/// With a `tolerance` in per cent of A's mean, smaller changes are neither better nor worse, and an
/// interval that is wider and covers zero shows nothing.
///
/// # Errors
/// When a side has the same figure of the same run twice.
pub fn compare(a: &Points, b: &Points, tolerance: Option<f64>) -> Result<Comparison, Duplicate> {
    let (runs_a, runs_b) = (runs(a)?, runs(b)?);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    for row in &a.rows {
        let run = run_of(a, row);
        let other = runs_b.get(&run).and_then(|figures| figures.get(row.metric.as_str()));
        let values = row.value.zip(other.and_then(|other| other.value));
        let Some(pair) = values.filter(|(a, b)| a.is_finite() && b.is_finite()) else {
            continue;
        };
        let (values, coordinator, _) = run;
        let key = (values.clone(), coordinator, row.metric.as_str());
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Group { first: row, values, pairs: Vec::new() });
            groups.len() - 1
        });
        groups[place].pairs.push(pair);
    }
    let rows = groups.iter().map(|group| group.row(tolerance)).collect();
    Ok(Comparison { rows, unpaired: unpaired(&runs_a, &runs_b) })
}

fn run_of<'a>(points: &'a Points, row: &'a PointRow) -> Run<'a> {
    let axes = points.axes.iter().map(String::as_str);
    let mut values: Vec<_> = axes.zip(row.values.iter().map(String::as_str)).collect();
    values.sort_unstable();
    (values, row.coordinator.as_str(), row.seed)
}

fn runs(points: &Points) -> Result<Runs<'_>, Duplicate> {
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

/// The pairs of one figure.
struct Group<'a> {
    first: &'a PointRow,
    values: Vec<(&'a str, &'a str)>,
    pairs: Vec<(f64, f64)>,
}

impl Group<'_> {
    fn row(&self, tolerance: Option<f64>) -> ComparisonRow {
        let side =
            |value: fn(&(f64, f64)) -> f64| -> Vec<f64> { self.pairs.iter().map(value).collect() };
        let differences = side(|(a, b)| b - a);
        let centre = |sample: &[f64]| mean(sample).unwrap_or_default();
        let metric = &self.first.metric;
        let mut row = ComparisonRow {
            point: self.first.point,
            values: owned(&self.values),
            coordinator: self.first.coordinator.clone(),
            metric: metric.clone(),
            unit: Name::clone(&self.first.unit),
            direction: direction(metric).unwrap_or(Direction::Neither),
            pairs: self.pairs.len(),
            mean_a: centre(&side(|(a, _)| *a)),
            mean_b: centre(&side(|(_, b)| *b)),
            difference: centre(&differences),
            interval: interval(&differences),
            verdict: Verdict::Identical,
        };
        if self.pairs.iter().any(|(a, b)| a != b) {
            row.verdict = verdict(&row, tolerance);
        }
        row
    }
}

pub(super) fn owned(values: &[(&str, &str)]) -> Vec<(String, String)> {
    values.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

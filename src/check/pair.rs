//! Runs of two sides, pair by pair.

use super::runs::{Duplicate, owned, run_of, runs};
use super::unpaired::{Unpaired, unpaired};
use super::verdict::verdict;
use crate::metrics::{
    ComparisonRow, Direction, Name, PointRow, Points, Verdict, direction, interval, mean,
};
use std::collections::BTreeMap;

/// What two sets of runs say about each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// One row a point, coordinator and figure that both have, in the order of A.
    pub rows: Vec<ComparisonRow>,
    /// What only one of the two has.
    pub unpaired: Vec<Unpaired>,
}

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

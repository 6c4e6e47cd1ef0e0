//! The figures of many runs over their seeds.

use crate::metrics::{Interval, Name, PointRow, Points, interval, mean};
use std::collections::BTreeMap;

/// One figure at one point under one coordinator, over the seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The number of the point, from 0.
    pub point: u32,
    /// The values of the swept keys, one an axis.
    pub values: Vec<String>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The figure's name.
    pub metric: String,
    /// Its unit.
    pub unit: Name,
    /// How many seeds have the figure.
    pub count: u32,
    /// Its mean over these; absent when none has it.
    pub mean: Option<f64>,
    /// The mean's 95 % interval; absent with fewer than two seeds.
    pub interval: Option<Interval>,
}

/// Means and intervals over the seeds, in the order in which point, coordinator and figure come first.
#[must_use]
pub fn aggregate(points: &Points) -> Vec<Aggregate> {
    let mut places: BTreeMap<(u32, &str, &str), usize> = BTreeMap::new();
    let mut groups: Vec<(&PointRow, Vec<f64>)> = Vec::new();
    for row in &points.rows {
        let key = (row.point, row.coordinator.as_str(), row.metric.as_str());
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((row, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.extend(row.value);
    }
    groups.into_iter().map(|(row, values)| of_group(row, &values)).collect()
}

fn of_group(row: &PointRow, values: &[f64]) -> Aggregate {
    Aggregate {
        point: row.point,
        values: row.values.clone(),
        coordinator: row.coordinator.clone(),
        metric: row.metric.clone(),
        unit: row.unit.clone(),
        count: values.len() as u32,
        mean: mean(values),
        interval: interval(values),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_gathered_over_the_seeds_in_the_order_of_their_first() {
        let row = |coordinator: &str, seed: u64, value: Option<f64>| PointRow {
            point: 0,
            values: Vec::new(),
            coordinator: coordinator.into(),
            seed,
            metric: "lag".into(),
            unit: "s".into(),
            value,
        };
        let rows = vec![
            row("b", 1, Some(1.0)),
            row("b", 2, Some(3.0)),
            row("a", 1, None),
            row("a", 2, Some(5.0)),
        ];
        let [b, a] = &aggregate(&Points { axes: Vec::new(), rows })[..] else { panic!("two rows") };
        assert_eq!((b.coordinator.as_str(), b.count, b.mean), ("b", 2, Some(2.0)));
        // With one degree of freedom t is 12.706; the standard error is 1.
        let Interval { low, high, .. } = b.interval.unwrap();
        assert!((low + 10.706).abs() < 1e-3 && (high - 14.706).abs() < 1e-3, "{low} to {high}");
        assert_eq!((a.count, a.mean, a.interval), (1, Some(5.0), None));
    }
}

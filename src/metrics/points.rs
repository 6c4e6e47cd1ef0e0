//! The figures of many runs, one beside the other. Not here: who makes the runs, and `points.csv`.

use super::{Name, SummaryRow};

/// Figures of runs that differ in the swept keys, in coordinator and in seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Points {
    /// The swept keys by their paths, as `audience.peak`; none when nothing was swept.
    pub axes: Vec<String>,
    /// One row a figure.
    pub rows: Vec<PointRow>,
}

/// One figure of one run at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointRow {
    /// The number of the point, from 0.
    pub point: u32,
    /// The values of the swept keys as text, one an axis.
    pub values: Vec<String>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The seed of the run.
    pub seed: u64,
    /// The figure's name, as in `summary.csv`.
    pub metric: String,
    /// Its unit.
    pub unit: Name,
    /// The value; absent when there is none.
    pub value: Option<f64>,
}

impl PointRow {
    /// A figure of a run that is known by its point, coordinator and seed.
    #[must_use]
    pub fn new(
        (point, values): (u32, &[String]),
        coordinator: &str,
        seed: u64,
        figure: SummaryRow,
    ) -> Self {
        let SummaryRow { metric, unit, value } = figure;
        let (values, coordinator) = (values.to_vec(), coordinator.to_string());
        Self { point, values, coordinator, seed, metric, unit, value }
    }
}

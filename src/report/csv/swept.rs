//! `runs.csv`: what the runs of a sweep are; and `aggregate.csv`: their figures over the seeds.

use super::CsvError;
use super::axes::{begin_row, rows, sheet};
use super::read::Line;
use crate::report::aggregate::Aggregate;

/// The columns right of the swept keys.
const RUN: [&str; 3] = ["coordinator", "seed", "file"];
const FIGURE: [&str; 7] = ["coordinator", "metric", "unit", "count", "mean", "low", "high"];

/// The runs of a sweep, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweptRuns {
    /// The swept keys by their paths; none when nothing was swept.
    pub axes: Vec<String>,
    /// One row a run.
    pub runs: Vec<SweptRun>,
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweptRun {
    /// The number of the point, from 0.
    pub point: u32,
    /// The values of the swept keys as text, one an axis.
    pub values: Vec<String>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The seed.
    pub seed: u64,
    /// The name of the file that has its figures.
    pub file: String,
}

/// `runs.csv`: one row a run.
#[must_use]
pub fn runs_csv(swept: &SweptRuns) -> Vec<u8> {
    let mut sheet = sheet(swept.axes.iter().map(String::as_str), &RUN);
    for run in &swept.runs {
        begin_row(&mut sheet, run.point, &run.values)
            .put(run.coordinator.as_str())
            .put(run.seed)
            .put(run.file.as_str())
            .end_row();
    }
    sheet.into_bytes()
}

/// The content of a `runs.csv`; `file` is its name in errors.
///
/// # Errors
/// At the first header, line or cell that [`runs_csv`] would not have written.
pub fn runs_from_csv(file: &str, bytes: &[u8]) -> Result<SweptRuns, CsvError> {
    let row = |line: &mut Line<'_>| {
        Ok(SweptRun {
            point: line.take()?,
            values: line.take_until(RUN.len())?,
            coordinator: line.take()?,
            seed: line.take()?,
            file: line.take()?,
        })
    };
    let (axes, runs) = rows(file, bytes, &RUN, row)?;
    Ok(SweptRuns { axes, runs })
}

/// `aggregate.csv`: one row a point, coordinator and figure.
#[must_use]
pub fn aggregate_csv(axes: &[String], aggregates: &[Aggregate]) -> Vec<u8> {
    let mut sheet = sheet(axes.iter().map(String::as_str), &FIGURE);
    for row in aggregates {
        begin_row(&mut sheet, row.point, &row.values)
            .put(row.coordinator.as_str())
            .put(row.metric.as_str())
            .put(row.unit.as_ref());
        sheet.put(row.count).put(row.mean);
        let ends = row.interval.map(|interval| (interval.low, interval.high)).unzip();
        sheet.put(ends.0).put(ends.1).end_row();
    }
    sheet.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::axes::expected;
    use super::*;

    #[test]
    fn runs_read_back() {
        let run = SweptRun {
            point: 1,
            values: vec!["20".into(), "a, b".into()],
            coordinator: "cdn-only".into(),
            seed: 7,
            file: "cdn-only-seed7-0123.csv".into(),
        };
        let swept =
            SweptRuns { axes: vec!["audience.peak".into(), "title".into()], runs: vec![run] };
        assert_eq!(runs_from_csv("r", &runs_csv(&swept)).unwrap(), swept);
        let error = runs_from_csv("r.csv", b"point,seed\n").unwrap_err().to_string();
        assert_eq!(error, format!("r.csv:1: `point,seed`: expected {}", expected(&RUN)));
    }
}

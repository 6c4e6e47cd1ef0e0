//! The tables of a sweep, made of the files of its runs.

use super::super::charts;
use super::super::exit::Failure;
use super::super::output::{self, CHARTS, Files};
use super::plan::Plan;
use super::store::{RUNS, Store};
use crate::metrics::{PointRow, Points};
use crate::report::aggregate::{Aggregate, aggregate};
use crate::report::charts::trend;
use crate::report::csv::{SweptRun, SweptRuns, aggregate_csv, points_csv, runs_csv, runs_from_csv};
use crate::report::trends;
use crate::sweep::RunId;

const POINTS: &str = "points.csv";
const AGGREGATE: &str = "aggregate.csv";

/// What the runs of a sweep are.
fn swept(plan: &Plan) -> SweptRuns {
    let row = |(id, file): &(RunId, String)| SweptRun {
        point: id.point as u32,
        values: plan.study.points[id.point].clone(),
        coordinator: id.coordinator.name().to_string(),
        seed: id.seed,
        file: file.clone(),
    };
    SweptRuns { axes: plan.study.axes.clone(), runs: plan.runs.iter().map(row).collect() }
}

/// `runs.csv` of a sweep.
pub(super) fn of_plan(plan: &Plan) -> Vec<u8> {
    runs_csv(&swept(plan))
}

/// The runs of a sweep that was begun.
pub(super) fn read_runs(store: &Store, bytes: &[u8]) -> Result<SweptRuns, Failure> {
    let path = store.folder().join(RUNS);
    runs_from_csv(&path.display().to_string(), bytes).map_err(Failure::input)
}

/// Every run on a line: its number, whether it is done, and what it is.
pub(super) fn list(plan: &Plan, store: &Store) -> String {
    let line = |(number, (id, file)): (usize, &(RunId, String))| {
        let done = if store.has(file) { "done" } else { "to do" };
        let (coordinator, point) = (id.coordinator.name(), plan.study.describe(id.point));
        format!("{number:>5}  {done:<5}  {coordinator:<14}  seed {:<6}  {point}\n", id.seed)
    };
    plan.runs.iter().enumerate().map(line).collect()
}

/// Writes the tables of a sweep whose runs are all done; says what was written.
pub(super) fn write(store: &Store, runs: &[u8]) -> Result<String, Failure> {
    let points = points(store, &read_runs(store, runs)?)?;
    let aggregate = aggregate(&points);
    store.write(POINTS, &points_csv(&points))?;
    store.write(AGGREGATE, &aggregate_csv(&points.axes, &aggregate))?;
    let charts = drawn(&points.axes, &aggregate)?;
    output::replace_charts(store.folder(), &charts)?;
    let folder = store.folder().display();
    let mut text = format!(
        "written:\n  {folder}/{POINTS} ({} rows)\n  {folder}/{AGGREGATE} ({} rows)\n",
        points.rows.len(),
        aggregate.len()
    );
    if !charts.is_empty() {
        text.push_str(&format!("  {folder}/{CHARTS}/ ({} files)\n", charts.len()));
    }
    Ok(text)
}

/// Figures along the first axis, each in both formats.
fn drawn(axes: &[String], rows: &[Aggregate]) -> Result<Files, Failure> {
    let mut files = Files::new();
    for (name, chart) in trends(axes, rows) {
        files.extend(charts::both(name, |format| trend(&chart, format))?);
    }
    Ok(files)
}

/// The figures of all runs.
fn points(store: &Store, swept: &SweptRuns) -> Result<Points, Failure> {
    let mut rows = Vec::new();
    for run in &swept.runs {
        let figures = store.figures(&run.file)?.into_iter();
        let place = (run.point, run.values.as_slice());
        rows.extend(figures.map(|figure| PointRow::new(place, &run.coordinator, run.seed, figure)));
    }
    Ok(Points { axes: swept.axes.clone(), rows })
}

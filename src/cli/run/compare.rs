//! Several coordinators of one command side by side.

use super::super::charts;
use super::super::exit::Failure;
use super::super::output::{self, Files, Prepared};
use super::Job;
use super::single::Finished;
use crate::metrics::{BoundRow, SummaryRow};
use crate::report::charts::ChartRun;
use crate::report::{Column, Manifest, Table, manifest_toml};
use console::Term;

/// Between the coordinators in the manifest of a comparison.
pub(in crate::cli) const JOINT: &str = ", ";

/// The curated figures of all runs.
pub(super) fn table(complete: &[Finished]) -> Table {
    let runs = complete.iter().map(|finished| &finished.charted);
    let columns: Vec<Column<'_>> =
        runs.map(|run| Column { coordinator: &run.coordinator, summary: &run.summary }).collect();
    let bounds = complete.first().map(|finished| finished.charted.bounds.as_slice());
    Table::new(&columns, bounds.unwrap_or_default())
}

/// How wide a table may be: the terminal, or anything.
pub(in crate::cli) fn width() -> usize {
    let terminal = Term::stdout();
    terminal.size_checked().map_or(usize::MAX, |(_, columns)| usize::from(columns))
}

/// The folder of the comparison; none with fewer than two runs.
pub(super) fn prepare(job: &Job<'_>, complete: &[Finished]) -> Result<Option<Prepared>, Failure> {
    if complete.len() < 2 {
        return Ok(None);
    }
    let manifest = manifest(complete);
    let runs: Vec<ChartRun> = complete.iter().map(|finished| finished.charted.clone()).collect();
    let mut files: Files = vec![
        ("manifest.toml".to_string(), manifest_toml(&manifest).into_bytes()),
        ("comparison.csv".to_string(), figures(&runs).into_bytes()),
        ("comparison.md".to_string(), table(complete).markdown().into_bytes()),
    ];
    files.extend(charts::files(&runs, &charts::options(&manifest))?);
    output::prepare(&job.comparison_place(), &files).map(Some)
}

/// What is common to the runs, with their coordinators and digests in a row.
fn manifest(complete: &[Finished]) -> Manifest {
    let joined = |part: fn(&Manifest) -> &str| {
        let parts: Vec<&str> = complete.iter().map(|finished| part(&finished.manifest)).collect();
        parts.join(JOINT)
    };
    Manifest {
        coordinator: joined(|manifest| &manifest.coordinator),
        event_digest: joined(|manifest| &manifest.event_digest),
        ..complete[0].manifest.clone()
    }
}

/// `comparison.csv`: every figure of every run, one column a coordinator; a cell is empty where a
/// run has no such value.
fn figures(runs: &[ChartRun]) -> String {
    let names: Vec<&str> = runs.iter().map(|run| run.coordinator.as_str()).collect();
    let mut text = format!("metric,unit,{},bound\n", names.join(","));
    let mut rows: Vec<&SummaryRow> = Vec::new();
    for row in runs.iter().flat_map(|run| &run.summary) {
        if !rows.iter().any(|known| known.metric == row.metric) {
            rows.push(row);
        }
    }
    for row in rows {
        let values = runs.iter().map(|run| value(run, &row.metric));
        let cells: Vec<String> = values.chain([bound(runs, &row.metric)]).map(cell).collect();
        text.push_str(&format!("{},{},{}\n", row.metric, row.unit, cells.join(",")));
    }
    text
}

fn value(run: &ChartRun, metric: &str) -> Option<f64> {
    run.summary.iter().find(|row| row.metric == metric).and_then(|row| row.value)
}

/// The bound of the first run on the same quantity; on its mean where it is a distribution.
fn bound(runs: &[ChartRun], metric: &str) -> Option<f64> {
    let quantity = metric.strip_suffix(".mean").unwrap_or(metric);
    let is_bound =
        |row: &&BoundRow| row.scope == "run" && row.part == "bound" && row.quantity == quantity;
    runs.first()?.bounds.iter().find(is_bound)?.value
}

fn cell(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| value.to_string())
}

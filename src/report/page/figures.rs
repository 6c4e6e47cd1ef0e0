//! Figures of the runs: the curated ones with their bounds, and all.

use super::super::table::{ABSENT, Column, Table};
use super::super::tables::RunTables;
use super::glossary::meaning;
use crate::metrics::SummaryRow;
use serde::Serialize;

/// One figure of all runs.
#[derive(Debug, Serialize)]
pub(super) struct FigureRow {
    metric: String,
    /// What it means; empty where the name says it.
    meaning: &'static str,
    unit: String,
    /// One value a run, as text.
    values: Vec<String>,
    /// The theoretical bound, as text.
    bound: String,
}

/// The figures that people read first; such as no run has are left out.
pub(super) fn key(runs: &[RunTables]) -> Vec<FigureRow> {
    let columns = runs
        .iter()
        .map(|run| Column { coordinator: &run.manifest.coordinator, summary: &run.summary });
    let columns: Vec<Column<'_>> = columns.collect();
    let bounds = runs.first().map(|run| run.bounds.as_slice()).unwrap_or_default();
    let table = Table::new(&columns, bounds);
    let with_value = table.rows().iter().filter(|row| {
        let values = &row[2..row.len() - 1];
        values.iter().any(|value| value != ABSENT)
    });
    with_value.map(|row| figure(row)).collect()
}

fn figure(row: &[String]) -> FigureRow {
    FigureRow {
        metric: row[0].clone(),
        meaning: meaning(&row[0]),
        unit: row[1].clone(),
        values: row[2..row.len() - 1].to_vec(),
        bound: row[row.len() - 1].clone(),
    }
}

/// Every figure, as it stands in the tables.
pub(super) fn all(runs: &[RunTables]) -> Vec<FigureRow> {
    let mut known: Vec<&SummaryRow> = Vec::new();
    for row in runs.iter().flat_map(|run| &run.summary) {
        if !known.iter().any(|other| other.metric == row.metric) {
            known.push(row);
        }
    }
    let value = |run: &RunTables, metric: &str| {
        let row = run.summary.iter().find(|row| row.metric == metric);
        row.and_then(|row| row.value).map_or(String::new(), |value| value.to_string())
    };
    let row = |row: &SummaryRow| FigureRow {
        metric: row.metric.clone(),
        meaning: "",
        unit: row.unit.to_string(),
        values: runs.iter().map(|run| value(run, &row.metric)).collect(),
        bound: String::new(),
    };
    known.into_iter().map(row).collect()
}

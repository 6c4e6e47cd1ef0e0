//! A check as the terminal shows it: a line an expectation, and a line for each failure.

use super::{seeds, worse};
use crate::metrics::{CheckedScenario, ComparisonRow};

/// Every expectation on a line, passed or failed, and a line about the baseline.
#[must_use]
pub fn check_text(all: &[CheckedScenario]) -> String {
    let texts: Vec<String> = all.iter().map(one).collect();
    texts.join("\n")
}

fn one(checked: &CheckedScenario) -> String {
    let count = checked.expectations.len();
    let plural = if count == 1 { "" } else { "s" };
    let mut text =
        format!("{}: {count} expectation{plural}, {}\n", checked.scenario, seeds(checked));
    for row in &checked.expectations {
        let mark = mark(row.violations.is_empty());
        let line = format!("{}, {}: {}", row.statement, row.coordinator, row.shown);
        text.push_str(&format!("  {mark}  {line}\n"));
    }
    for skipped in &checked.skipped {
        text.push_str(&format!("  skip  {skipped}: none of its coordinators was run\n"));
    }
    if let Some(rows) = &checked.compared {
        let mark = mark(checked.worse().next().is_none());
        let of = format!("{} figures against the baseline", rows.len());
        text.push_str(&format!("  {mark}  {of}: {}\n", ComparisonRow::counts(rows)));
    }
    text
}

const fn mark(holds: bool) -> &'static str {
    if holds { "pass" } else { "FAIL" }
}

/// One line for each thing that is wrong; empty when nothing is.
#[must_use]
pub fn check_failures(all: &[CheckedScenario]) -> String {
    let lines = all.iter().flat_map(|checked| {
        let violations = checked.expectations.iter().flat_map(|row| row.violations.iter().cloned());
        let lines = violations.chain(checked.worse().map(worse));
        lines.map(|line| format!("failed: {}: {line}\n", checked.scenario))
    });
    lines.collect()
}

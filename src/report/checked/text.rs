//! A check as the terminal shows it: a line an expectation, and a line for each failure.

use super::{seeds, shown, statement, worse};
use crate::check::Checked;
use crate::metrics::Verdict;

/// Every expectation on a line, passed or failed, and a line about the baseline.
#[must_use]
pub fn check_text(all: &[Checked<'_>]) -> String {
    let texts: Vec<String> = all.iter().map(one).collect();
    texts.join("\n")
}

fn one(checked: &Checked<'_>) -> String {
    let count = checked.judged.len();
    let plural = if count == 1 { "" } else { "s" };
    let mut text =
        format!("{}: {count} expectation{plural}, {}\n", checked.scenario, seeds(checked));
    for judged in &checked.judged {
        let mark = if judged.violations().is_empty() { "pass" } else { "FAIL" };
        let (statement, coordinator) = (statement(judged), judged.coordinator.name());
        text.push_str(&format!("  {mark}  {statement}, {coordinator}: {}\n", shown(judged)));
    }
    for expected in &checked.idle {
        let (subject, limits) = (expected.subject(), expected.limits());
        text.push_str(&format!("  skip  {subject} {limits}: none of its coordinators was run\n"));
    }
    if let Some(rows) = &checked.compared {
        let mark = if checked.worse().next().is_none() { "pass" } else { "FAIL" };
        let count = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        let told = Verdict::ALL.map(|verdict| (count(verdict), verdict.name()));
        let told = told.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(count, name)| format!("{count} {name}")).collect();
        let of = format!("{} figures against the baseline", rows.len());
        text.push_str(&format!("  {mark}  {of}: {}\n", told.join(", ")));
    }
    text
}

/// One line for each thing that is wrong; empty when nothing is.
#[must_use]
pub fn check_failures(all: &[Checked<'_>]) -> String {
    let lines = all.iter().flat_map(|checked| {
        let violations = checked.violations().map(|violation| violation.to_string());
        let all: Vec<String> = violations.chain(checked.worse().map(worse)).collect();
        all.into_iter().map(|line| format!("failed: {}: {line}\n", checked.scenario))
    });
    lines.collect()
}

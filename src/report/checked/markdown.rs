//! A check as a table in Markdown, for the comment of a pull request.

use super::{seeds, worse};
use crate::metrics::CheckedScenario;

/// A heading with the outcome, then a table for each scenario and what is worse than the baseline.
#[must_use]
pub fn check_markdown(all: &[CheckedScenario]) -> String {
    let failures: usize = all.iter().map(CheckedScenario::failures).sum();
    let outcome = match failures {
        0 => "all expectations hold".to_string(),
        1 => "1 failure".to_string(),
        many => format!("{many} failures"),
    };
    let texts: String = all.iter().map(one).collect();
    format!("### Grandstand check: {outcome}\n{texts}")
}

fn one(checked: &CheckedScenario) -> String {
    let mut text = format!("\n**{}** ({})\n", escaped(&checked.scenario), seeds(checked));
    if !checked.expectations.is_empty() {
        text.push_str("\n| | expected | coordinator | runs show |\n|---|---|---|---|\n");
    }
    for row in &checked.expectations {
        let mark = if row.violations.is_empty() { "✓" } else { "✗" };
        let [statement, shown] = [&row.statement, &row.shown].map(|text| escaped(text));
        text.push_str(&format!("| {mark} | {statement} | {} | {shown} |\n", row.coordinator));
    }
    for skipped in &checked.skipped {
        text.push_str(&format!(
            "| – | {} | | none of its coordinators was run |\n",
            escaped(skipped)
        ));
    }
    if let Some(rows) = &checked.compared {
        let worse: Vec<String> =
            checked.worse().map(|row| format!("- ✗ {}\n", escaped(&worse(row)))).collect();
        text.push_str(&format!(
            "\n{} of {} figures are worse than in the baseline",
            worse.len(),
            rows.len()
        ));
        text.push_str(if worse.is_empty() { ".\n" } else { ":\n\n" });
        text.push_str(&worse.concat());
    }
    text
}

/// A text that may stand in a cell.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

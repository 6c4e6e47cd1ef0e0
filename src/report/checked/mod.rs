//! What a check says, for people, for pull requests and for CI systems. Not here: who judges.

mod junit;
mod markdown;
mod text;

pub use junit::check_junit;
pub use markdown::check_markdown;
pub use text::{check_failures, check_text};

use crate::metrics::{CheckedScenario, ComparisonRow};

/// The seeds in words.
fn seeds(checked: &CheckedScenario) -> String {
    match checked.seeds.as_slice() {
        [] => "no seed".to_string(),
        [seed] => format!("seed {seed}"),
        [first, .., last] => format!("seeds {first} to {last}"),
    }
}

/// A figure that is worse than in the baseline, in words.
fn worse(row: &ComparisonRow) -> String {
    let change = row
        .change()
        .map_or_else(|| format!("by {:+}", row.difference), |change| format!("by {change:+.3} %"));
    let interval = row
        .change_interval()
        .map_or(String::new(), |(low, high)| format!(" (95 % interval {low:+.3} to {high:+.3} %)"));
    let (metric, coordinator, unit) = (&row.metric, &row.coordinator, &row.unit);
    let (a, b) = (short(row.mean_a), short(row.mean_b));
    format!("{metric} under {coordinator} is worse {change}{interval}: {b} instead of {a} {unit}")
}

/// Six significant digits.
fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

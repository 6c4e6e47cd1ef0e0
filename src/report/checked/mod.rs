//! What a check says, for people, for pull requests and for CI systems. Not here: who judges.

mod junit;
mod markdown;
mod text;

pub use junit::check_junit;
pub use markdown::check_markdown;
pub use text::{check_failures, check_text};

use crate::check::{Checked, Judged};
use crate::metrics::ComparisonRow;

/// The seeds in words.
fn seeds(checked: &Checked<'_>) -> String {
    match checked.seeds.as_slice() {
        [] => "no seed".to_string(),
        [seed] => format!("seed {seed}"),
        [first, .., last] => format!("seeds {first} to {last}"),
    }
}

/// What an expectation says, as in `continuity at least 0.99 with every seed`.
fn statement(judged: &Judged<'_>) -> String {
    let expected = judged.expected;
    format!("{} {} {}", expected.subject(), expected.limits(), expected.scope())
}

/// What the runs show: from the least to the largest, with the mean and its interval.
fn shown(judged: &Judged<'_>) -> String {
    let show = |value: f64| judged.expected.show(value);
    let (Some((least, most)), Some(mean)) = (judged.range(), judged.mean()) else {
        return "no value".to_string();
    };
    if least == most {
        return show(mean);
    }
    let interval = judged.interval().map_or(String::new(), |interval| {
        format!(", 95 % interval {} to {}", show(interval.low), show(interval.high))
    });
    format!("{} to {}, mean {}{interval}", show(least), show(most), show(mean))
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

//! A comparison of two sets of runs as people read it: one figure a row, A and B side by side.

use super::number::{Kind, Scale};
use super::{ABSENT, Table, rows::ROWS};
use crate::metrics::{ComparisonRow, Verdict};

/// Whether the figure with this name is one of those that a table shows in any case.
#[must_use]
pub fn is_headline(metric: &str) -> bool {
    ROWS.iter().any(|row| row.metric == metric)
}

impl Table {
    /// These figures of A and B, with the change in per cent of A's mean, its 95 % interval and the
    /// verdict. Swept keys and coordinators are not in it: one table is for one of each.
    #[must_use]
    pub fn of_differences(rows: &[&ComparisonRow]) -> Self {
        let head = ["metric", "unit", "A", "B", "change", "95 % interval", "pairs"];
        let width = rows.iter().map(|row| row.verdict.name().len()).max().unwrap_or(0);
        let verdict = |text: &str| format!("{text:<width$}");
        let head = head.map(str::to_string).into_iter().chain([verdict("verdict")]).collect();
        let rows = rows.iter().map(|row| {
            let [unit, a, b] = means(row);
            let change = row.change().map_or(ABSENT.to_string(), |change| percent(change) + " %");
            let pairs = row.pairs.to_string();
            let verdict = verdict(row.verdict.name());
            vec![row.metric.clone(), unit, a, b, change, ends(row), pairs, verdict]
        });
        Self { head, rows: rows.collect() }
    }
}

/// The unit, and A's and B's mean in it.
fn means(row: &ComparisonRow) -> [String; 3] {
    let kind = kind_of(row);
    let scale = Scale::of(kind, &[Some(row.mean_a), Some(row.mean_b)]);
    let unit = match (kind, row.unit.as_ref()) {
        (Kind::Number(_), "ratio" | "count" | "viewers") => "",
        (Kind::Number(_), unit) => unit,
        _ => scale.unit,
    };
    [unit.to_string(), scale.show(row.mean_a), scale.show(row.mean_b)]
}

/// As the table of one seed shows the figure or others of its distribution; by its unit where it does
/// not. The mean of counts is not a whole number.
fn kind_of(row: &ComparisonRow) -> Kind {
    let base = |metric: &str| metric.split('.').next().map(str::to_string);
    let known = ROWS.iter().find(|known| base(known.metric) == base(&row.metric));
    match (known.map(|known| known.kind), row.unit.as_ref()) {
        (_, "s") => Kind::Seconds,
        (_, "B") => Kind::Bytes,
        (_, "bps") => Kind::Rate,
        (Some(Kind::Share), "ratio") => Kind::Share,
        _ => Kind::Number(""),
    }
}

fn ends(row: &ComparisonRow) -> String {
    match row.change_interval() {
        Some(_) if row.verdict == Verdict::Identical => ABSENT.to_string(),
        Some((low, high)) => format!("{} to {}", percent(low), percent(high)),
        None => ABSENT.to_string(),
    }
}

/// With its sign, and as many decimals as its size deserves.
fn percent(value: f64) -> String {
    let digits = [(0.095, 3), (9.95, 2), (99.5, 1)];
    let digits = digits.iter().find(|(below, _)| value.abs() < *below).map_or(0, |(_, d)| *d);
    if value == 0.0 { "0".to_string() } else { format!("{value:+.digits$}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Direction, Interval};

    fn row(metric: &str, unit: &'static str, a: f64, b: f64, verdict: Verdict) -> ComparisonRow {
        ComparisonRow {
            point: 0,
            values: Vec::new(),
            coordinator: "control-center".into(),
            metric: metric.into(),
            unit: unit.into(),
            direction: Direction::Lower,
            pairs: 5,
            mean_a: a,
            mean_b: b,
            difference: b - a,
            interval: Some(Interval { mean: b - a, low: 0.5 * (b - a), high: 1.5 * (b - a) }),
            verdict,
        }
    }

    #[test]
    fn a_figure_has_its_means_in_one_unit_and_its_change_in_per_cent() {
        let rows = [
            row("cdn_bytes", "B", 4e8, 5e8, Verdict::Worse),
            row("continuity", "ratio", 0.999, 0.9985, Verdict::NoDifferenceShown),
            row("connect_timeouts", "count", 10.5, 10.5, Verdict::Identical),
            row("refusals", "count", 0.0, 2.0, Verdict::Worse),
            row("path_stretch.p95", "ratio", 1.5, 1.2, Verdict::Better),
            row("tree_depth.max", "hops", 4.0, 4.4, Verdict::Worse),
        ];
        let text = Table::of_differences(&rows.iter().collect::<Vec<_>>()).render(200);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = text.lines().map(words).collect();
        assert_eq!(lines[0], "metric unit A B change 95 % interval pairs verdict");
        let expected = [
            "cdn_bytes MB 400 500 +25.0 % +12.5 to +37.5 5 worse",
            "continuity % 99.90 99.85 -0.050 % -0.025 to -0.075 5 no difference shown",
            "connect_timeouts 10.5 10.5 0 % – 5 identical",
            "refusals 0 2.00 – – 5 worse",
            "path_stretch.p95 1.50 1.20 -20.0 % -10.0 to -30.0 5 better",
            "tree_depth.max hops 4.00 4.40 +10.0 % +5.00 to +15.0 5 worse",
        ];
        assert_eq!(lines[2..], expected);
    }
}

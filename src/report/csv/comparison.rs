//! A comparison of two sets of runs as a table. Not here: how runs are paired.

use super::axes::{begin_row, sheet};
use crate::metrics::ComparisonRow;

const AFTER: [&str; 11] = [
    "coordinator",
    "metric",
    "unit",
    "pairs",
    "mean_a",
    "mean_b",
    "difference",
    "low",
    "high",
    "change_percent",
    "verdict",
];

/// One row a point, coordinator and figure: means, the difference B less A with the ends of its 95 %
/// interval in the figure's unit, and the verdict. Every swept key has a column of its own.
#[must_use]
pub fn comparison_csv(rows: &[ComparisonRow]) -> Vec<u8> {
    // Only what both sides have is compared, so the keys of all rows are the same.
    let axes = rows.first().map_or(&[][..], |row| &row.values);
    let mut sheet = sheet(axes.iter().map(|(key, _)| key.as_str()), &AFTER);
    for row in rows {
        begin_row(&mut sheet, row.point, row.values.iter().map(|(_, value)| value));
        sheet.put(row.coordinator.as_str()).put(row.metric.as_str()).put(row.unit.as_ref());
        sheet.put(row.pairs as u64).put(row.mean_a).put(row.mean_b).put(row.difference);
        let ends = row.interval.map(|interval| (interval.low, interval.high)).unzip();
        sheet.put(ends.0).put(ends.1).put(row.change()).put(row.verdict.name()).end_row();
    }
    sheet.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Direction, Interval, Verdict};

    #[test]
    fn a_row_has_its_axes_its_interval_and_its_verdict() {
        let mut row = ComparisonRow {
            point: 2,
            values: vec![("audience.peak".into(), "20".into())],
            coordinator: "cdn-only".into(),
            metric: "lag.p50".into(),
            unit: "s".into(),
            direction: Direction::Lower,
            pairs: 3,
            mean_a: 4.0,
            mean_b: 5.0,
            difference: 1.0,
            interval: Some(Interval { mean: 1.0, low: 0.5, high: 1.5 }),
            verdict: Verdict::Worse,
        };
        let header = "point,audience.peak,coordinator,metric,unit,pairs,mean_a,mean_b,difference,\
                      low,high,change_percent,verdict\n";
        let text = |row: &ComparisonRow| {
            String::from_utf8(comparison_csv(std::slice::from_ref(row))).unwrap()
        };
        let line = "2,20,cdn-only,lag.p50,s,3,4,5,1,0.5,1.5,25,worse\n";
        assert_eq!(text(&row), format!("{header}{line}"));
        (row.mean_a, row.interval) = (0.0, None);
        let line = "2,20,cdn-only,lag.p50,s,3,0,5,1,,,,worse\n";
        assert_eq!(text(&row), format!("{header}{line}"));
    }
}

//! The charts of a sweep: figures along its first axis, a line for each coordinator and combination of
//! the other axes, with 95 % intervals and bounds.

use super::aggregate::Aggregate;
use super::charts::{Trend, TrendLine, TrendPanel, TrendPoint, TrendScale};
use crate::units::range::Amount;
use std::collections::BTreeSet;

/// As many lines as can be told apart.
const MOST_LINES: usize = 7;

/// Figures that are drawn, with the figure that bounds each.
const DRAWN: [(&str, &str); 8] = [
    ("continuity", ""),
    ("startup_delay.p95", ""),
    ("lag.p95", ""),
    ("peer_offload", "peer_offload_bound"),
    ("cdn_rate_peak", ""),
    ("cross_isp_share", ""),
    ("time_to_repair.p95", ""),
    ("tree_depth.mean", "tree_depth_bound"),
];

/// The charts, each with its figure's name; none when nothing varies.
#[must_use]
pub fn trends(axes: &[String], rows: &[Aggregate]) -> Vec<(&'static str, Trend)> {
    let Some(axis) = axes.first() else { return Vec::new() };
    let along = Along::new(axis, rows);
    if along.values.len() < 2 {
        return Vec::new();
    }
    let drawn = DRAWN
        .iter()
        .filter_map(|(metric, bound)| Some((*metric, chart(&along, axes, rows, (metric, bound))?)));
    drawn.collect()
}

/// The first axis: its values in their order, and where they stand.
struct Along<'a> {
    values: Vec<&'a str>,
    places: Vec<f64>,
    scale: TrendScale,
    label: String,
}

impl<'a> Along<'a> {
    fn new(axis: &str, rows: &'a [Aggregate]) -> Self {
        let mut values: Vec<&str> = Vec::new();
        for value in rows.iter().filter_map(|row| row.values.first()) {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        let amounts: Option<Vec<Amount>> =
            values.iter().map(|value| Amount::parse(value)).collect();
        let one_unit = |all: &Vec<Amount>| all.iter().all(|amount| amount.unit == all[0].unit);
        match amounts.filter(one_unit) {
            Some(amounts) if !amounts.is_empty() => {
                let places: Vec<f64> = amounts.iter().map(|amount| amount.number).collect();
                let unit = &amounts[0].unit;
                let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
                let label = format!("{axis}{unit}");
                Self { values, scale: scale(&places), places, label }
            }
            _ => {
                let names = values.iter().map(ToString::to_string).collect();
                let places = (0..values.len()).map(|at| at as f64).collect();
                Self { values, places, scale: TrendScale::Names(names), label: axis.to_string() }
            }
        }
    }

    fn place(&self, row: &Aggregate) -> Option<f64> {
        let at =
            self.values.iter().position(|value| row.values.first().is_some_and(|v| v == value));
        at.map(|at| self.places[at])
    }
}

/// Logarithmic over more than a decade.
fn scale(places: &[f64]) -> TrendScale {
    let least = places.iter().copied().fold(f64::INFINITY, f64::min);
    let most = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if least > 0.0 && most / least > 10.0 { TrendScale::Logarithmic } else { TrendScale::Linear }
}

fn chart(
    along: &Along<'_>,
    axes: &[String],
    rows: &[Aggregate],
    (metric, bound): (&str, &str),
) -> Option<Trend> {
    let own: Vec<&Aggregate> = rows.iter().filter(|row| row.metric == metric).collect();
    let unit = own.first().map(|row| row.unit.as_ref())?;
    let mut lines: Vec<TrendLine> = Vec::new();
    for row in &own {
        let (Some(mean), Some(x)) = (row.mean, along.place(row)) else { continue };
        // Student's interval knows nothing of what cannot be; none of these figures is below zero.
        let ends = row.interval.map(|interval| (interval.low.max(0.0), interval.high));
        let (name, point) = (name(row, axes, rows), TrendPoint { x, mean, ends });
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(point),
            None => lines.push(TrendLine { name, points: vec![point] }),
        }
    }
    let left_out = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    let seeds = own.iter().map(|row| row.count).max().unwrap_or(0);
    let mut caption = format!("mean of {seeds} seeds");
    if seeds > 1 {
        caption.push_str(", 95 % intervals");
    }
    if left_out > 0 {
        caption.push_str(&format!("; {left_out} more in aggregate.csv"));
    }
    let label = if unit == "ratio" { metric.to_string() } else { format!("{metric} ({unit})") };
    let panel = TrendPanel { label, bound: bound_line(along, rows, bound), lines };
    (!panel.lines.is_empty()).then(|| Trend {
        title: format!("{metric} along {}", axes[0]),
        caption,
        x: along.label.clone(),
        scale: along.scale.clone(),
        panels: vec![panel],
    })
}

/// The bound at each place, of the coordinator that stands first.
fn bound_line(along: &Along<'_>, rows: &[Aggregate], metric: &str) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for row in rows.iter().filter(|row| row.metric == metric) {
        if let Some((x, mean)) = along.place(row).zip(row.mean)
            && !points.iter().any(|(known, _)| *known == x)
        {
            points.push((x, mean));
        }
    }
    points
}

/// The coordinator, with the values of other axes where these vary by themselves.
fn name(row: &Aggregate, axes: &[String], rows: &[Aggregate]) -> String {
    let mut name = row.coordinator.clone();
    for (at, axis) in axes.iter().enumerate().skip(1) {
        let beside = rows.iter().filter(|other| other.values[0] == row.values[0]);
        let values: BTreeSet<&str> = beside.map(|other| other.values[at].as_str()).collect();
        if values.len() > 1 {
            name.push_str(&format!(", {axis} = {}", row.values[at]));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Interval;

    fn row(values: &[&str], coordinator: &str, metric: &str, mean: f64) -> Aggregate {
        Aggregate {
            point: 0,
            values: values.iter().map(ToString::to_string).collect(),
            coordinator: coordinator.to_string(),
            metric: metric.to_string(),
            unit: "ratio".into(),
            count: 3,
            mean: Some(mean),
            interval: Some(Interval { mean, low: mean - 0.1, high: mean + 0.1 }),
        }
    }

    #[test]
    fn a_line_is_a_coordinator_and_what_else_varies() {
        let axes = ["audience.peak", "access.dsl.uplink", "in.step"].map(str::to_string);
        let mut rows = Vec::new();
        for (peak, step) in [("10", "a"), ("1000", "b")] {
            for uplink in ["1 Mbps", "2 Mbps"] {
                rows.push(row(&[peak, uplink, step], "cdn-only", "peer_offload", 0.5));
                rows.push(row(&[peak, uplink, step], "cdn-only", "peer_offload_bound", 0.9));
            }
        }
        let charts = trends(&axes, &rows);
        let [(name, chart)] = charts.as_slice() else { panic!("{charts:?}") };
        assert_eq!((*name, &chart.scale), ("peer_offload", &TrendScale::Logarithmic));
        let names: Vec<&str> =
            chart.panels[0].lines.iter().map(|line| line.name.as_str()).collect();
        let expected =
            ["cdn-only, access.dsl.uplink = 1 Mbps", "cdn-only, access.dsl.uplink = 2 Mbps"];
        assert_eq!(names, expected);
        assert_eq!(chart.panels[0].bound, [(10.0, 0.9), (1000.0, 0.9)]);
        assert_eq!(chart.panels[0].lines[0].points[0].ends, Some((0.4, 0.6)));
        assert_eq!(chart.caption, "mean of 3 seeds, 95 % intervals");
    }

    #[test]
    fn words_stand_side_by_side_and_one_value_is_no_chart() {
        let axes = ["control.region".to_string()];
        let one = [row(&["isp"], "control-center", "continuity", 1.0)];
        assert_eq!(trends(&axes, &one), []);
        assert_eq!(trends(&[], &one), []);
        let two = [one[0].clone(), row(&["country"], "control-center", "continuity", 0.9)];
        let charts = trends(&axes, &two);
        let names = ["isp", "country"].map(str::to_string).to_vec();
        assert_eq!(charts[0].1.scale, TrendScale::Names(names));
    }
}

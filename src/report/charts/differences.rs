//! What a comparison shows: for each figure the change from A to B with its interval.

use super::axis::Axis;
use super::figure::{Anchor, Figure, Key, Layer, Panel};
use super::render::{self, ChartError, Format};
use super::style::{FRAME, INK, MUTED, Marker, Stroke, color_of, pale};
use crate::metrics::{ComparisonRow, Verdict};
use plotters::style::RGBColor;

/// As many rows as stand below each other without touching.
const MOST_ROWS: usize = 18;
/// The axis ends here at the latest (in per cent); what goes beyond is cut, its number says so.
const FURTHEST: f64 = 200.0;
/// The share of the axis on its right that is kept for numbers.
const NUMBERS: f64 = 0.17;
const HALF_BAR: f64 = 0.3;

/// The chart of these figures, one a row from the top, as the bytes of a file: a bar from end to end
/// of the 95 % interval of the change in per cent of A's mean, and a marker at the mean change. Rows
/// beyond those that have room are counted in the caption.
///
/// # Errors
/// When the backend cannot draw.
pub fn differences(
    rows: &[&ComparisonRow],
    caption: &str,
    format: Format,
) -> Result<Vec<u8>, ChartError> {
    render::render(&figure(rows, caption), format)
}

fn figure(rows: &[&ComparisonRow], caption: &str) -> Figure {
    let drawable = |row: &&&ComparisonRow| row.change().is_some();
    let shown: Vec<&ComparisonRow> =
        rows.iter().filter(drawable).take(MOST_ROWS).copied().collect();
    let left_out = rows.len() - shown.len();
    let mut caption = caption.to_string();
    if shown.iter().any(|row| is_cut(row)) {
        caption.push_str(&format!("; bars end at ±{FURTHEST} %"));
    }
    if left_out > 0 {
        caption.push_str(&format!("; {left_out} more in the table"));
    }
    let x = axis(&shown);
    let layers = shown.iter().rev().enumerate().flat_map(|(at, row)| layers(row, at as f64, &x));
    let zero = Layer::Vertical { at: 0.0, stroke: FRAME };
    let layers = layers.chain([zero]).collect();
    let names: Vec<String> = shown.iter().rev().map(|row| name(row, &shown)).collect();
    Figure {
        title: "Change from A to B, with its 95 % interval".to_string(),
        caption,
        legend: legend(&shown),
        panels: vec![Panel { x, y: Axis::names("", &names), layers }],
        marks: Vec::new(),
    }
}

/// Colour and marker, apart for those who see no colours.
const fn look(verdict: Verdict) -> (&'static str, Option<usize>, Marker) {
    match verdict {
        Verdict::Worse => ("worse", Some(1), Marker::Square),
        Verdict::Better => ("better", Some(0), Marker::Circle),
        _ => ("neither", None, Marker::Diamond),
    }
}

fn stroke(verdict: Verdict) -> Stroke {
    let (_, color, marker) = look(verdict);
    let color = color.map_or(MUTED, color_of);
    Stroke { color, width: 2.6, dash: &[], marker: Some(marker) }
}

fn legend(rows: &[&ComparisonRow]) -> Vec<Key> {
    let kinds = [Verdict::Worse, Verdict::Better, Verdict::NoDifferenceShown];
    let is_there = |kind: &Verdict| rows.iter().any(|row| look(row.verdict).0 == look(*kind).0);
    kinds.into_iter().filter(is_there).map(|kind| Key::line(look(kind).0, stroke(kind))).collect()
}

/// The figure, with its coordinator and place where others are shown too.
fn name(row: &ComparisonRow, all: &[&ComparisonRow]) -> String {
    let mut name = row.metric.clone();
    if all.iter().any(|other| other.coordinator != row.coordinator) {
        name = format!("{name}, {}", row.coordinator);
    }
    if all.iter().any(|other| other.values != row.values) {
        let values: Vec<&str> = row.values.iter().map(|(_, value)| value.as_str()).collect();
        name = format!("{name} ({})", values.join(", "));
    }
    name
}

fn is_cut(row: &ComparisonRow) -> bool {
    let (low, high) = row.change_interval().unwrap_or_default();
    low < -FURTHEST || high > FURTHEST
}

/// From the lowest end to the highest one, with zero in it, and room for the numbers.
fn axis(rows: &[&ComparisonRow]) -> Axis {
    let ends = |row: &&ComparisonRow| {
        let (low, high) = row.change_interval().unwrap_or_default();
        [low, high, row.change().unwrap_or_default()]
    };
    let all = || rows.iter().flat_map(ends).map(|end| end.clamp(-FURTHEST, FURTHEST));
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let (low, high) = if low == high { (-1.0, 1.0) } else { (low, high) };
    let mut axis = Axis::linear("change in per cent of A's mean", low, high);
    axis.max += (axis.max - axis.min) * NUMBERS;
    axis
}

fn layers(row: &ComparisonRow, at: f64, x: &Axis) -> Vec<Layer> {
    let stroke = stroke(row.verdict);
    let end = x.ticks.last().map_or(x.max, |tick| tick.at);
    let within = |value: f64| value.clamp(x.min, end);
    let mut layers = Vec::new();
    if let Some((low, high)) = row.change_interval() {
        let (from, to) = ((within(low), at - HALF_BAR), (within(high), at + HALF_BAR));
        layers.push(Layer::Bar { from, to, color: pale(stroke.color) });
        layers.push(Layer::Curve { points: vec![(from.0, at), (to.0, at)], stroke: bare(stroke) });
    }
    if let Some(change) = row.change() {
        layers.push(Layer::Curve { points: vec![(within(change), at)], stroke });
        layers.push(number(row, change, at, x));
    }
    layers
}

const fn bare(stroke: Stroke) -> Stroke {
    Stroke { marker: None, ..stroke }
}

/// The mean change of a row, at the right edge.
fn number(row: &ComparisonRow, change: f64, at: f64, x: &Axis) -> Layer {
    let text = format!("{} %", short(change));
    let color: RGBColor = if look(row.verdict).1.is_some() { INK } else { MUTED };
    Layer::Label { at: (x.max, at), text, anchor: Anchor::Right, color }
}

fn short(value: f64) -> String {
    let digits = [(0.095, 3), (0.995, 2), (99.5, 1)];
    let digits = digits.iter().find(|(below, _)| value.abs() < *below).map_or(0, |(_, d)| *d);
    let sign = if value < 0.0 { "−" } else { "+" };
    if value == 0.0 { "0".to_string() } else { format!("{sign}{:.digits$}", value.abs()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Direction, Interval};

    fn row(metric: &str, a: f64, ends: (f64, f64), verdict: Verdict) -> ComparisonRow {
        let mean = f64::midpoint(ends.0, ends.1);
        ComparisonRow {
            point: 0,
            values: Vec::new(),
            coordinator: "control-center".into(),
            metric: metric.into(),
            unit: "s".into(),
            direction: Direction::Lower,
            pairs: 3,
            mean_a: a,
            mean_b: a + mean,
            difference: mean,
            interval: Some(Interval { mean, low: ends.0, high: ends.1 }),
            verdict,
        }
    }

    #[test]
    fn a_far_end_is_cut_and_its_number_stays() {
        let rows = [
            row("lag.p50", 1.0, (5.0, 15.0), Verdict::Worse),
            row("refusals", 0.0, (1.0, 2.0), Verdict::Worse),
            row("continuity", 1.0, (-0.5, 0.5), Verdict::NoDifferenceShown),
        ];
        let figure = figure(&rows.iter().collect::<Vec<_>>(), "3 pairs");
        assert_eq!(figure.caption, "3 pairs; bars end at ±200 %; 1 more in the table");
        let panel = &figure.panels[0];
        let end = panel.x.ticks.last().unwrap().at;
        let is_within = |layer: &Layer| match layer {
            Layer::Bar { from, to, .. } => from.0 >= panel.x.min && to.0 <= end,
            _ => true,
        };
        assert!(panel.layers.iter().all(is_within));
        let has = |part: &str| {
            let is_it = |layer: &Layer| matches!(layer, Layer::Label { text, .. } if text == part);
            panel.layers.iter().any(is_it)
        };
        assert!(has("+1000 %") && has("0 %"), "{panel:?}");
        assert_eq!(figure.legend.len(), 2);
    }

    #[test]
    fn nothing_to_show_is_still_a_chart() {
        assert!(figure(&[], "").panels[0].is_empty());
        let chart = differences(&[], "", Format::Svg).unwrap();
        assert!(String::from_utf8(chart).unwrap().contains("no data"));
    }
}

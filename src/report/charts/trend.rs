//! How figures change along an axis: means over seeds with their intervals, and the bound.

use super::axis::Axis;
use super::figure::{Figure, Key, Layer, Panel};
use super::render::{self, ChartError, Format};
use super::style::{BOUND, stroke_of};

/// A figure, or a few, along an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// What is shown.
    pub title: String,
    /// What to know when reading it.
    pub caption: String,
    /// What varies, with its unit.
    pub x: String,
    /// How its values are spread.
    pub scale: TrendScale,
    /// From top to bottom.
    pub panels: Vec<TrendPanel>,
}

/// How the values of an axis stand.
#[derive(Clone, Debug, PartialEq)]
pub enum TrendScale {
    /// At their distances.
    Linear,
    /// At their ratios; all above 0.
    Logarithmic,
    /// Side by side: the k-th name stands at k.
    Names(Vec<String>),
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPanel {
    /// What it is, with its unit.
    pub label: String,
    /// One line a coordinator, or a combination of other swept keys.
    pub lines: Vec<TrendLine>,
    /// What theory allows; empty where nothing is known.
    pub bound: Vec<(f64, f64)>,
}

/// One line of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendLine {
    /// Whose it is.
    pub name: String,
    /// In the order of the axis.
    pub points: Vec<TrendPoint>,
}

/// A mean over the seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendPoint {
    /// Where on the axis.
    pub x: f64,
    /// The mean.
    pub mean: f64,
    /// Its interval; absent with one seed.
    pub ends: Option<(f64, f64)>,
}

/// The chart as the bytes of a file.
///
/// # Errors
/// When the backend cannot draw.
pub fn trend(trend: &Trend, format: Format) -> Result<Vec<u8>, ChartError> {
    render::render(&figure(trend), format)
}

fn figure(trend: &Trend) -> Figure {
    let mut names: Vec<&str> = Vec::new();
    for line in trend.panels.iter().flat_map(|panel| &panel.lines) {
        if !names.contains(&line.name.as_str()) {
            names.push(&line.name);
        }
    }
    let lines = names.iter().enumerate().map(|(at, name)| Key::line(name, stroke_of(at)));
    let bound = trend.panels.iter().any(|panel| !panel.bound.is_empty());
    let bound = bound.then(|| Key::line("bound", BOUND));
    Figure {
        title: trend.title.clone(),
        caption: trend.caption.clone(),
        legend: lines.chain(bound).collect(),
        panels: trend.panels.iter().map(|panel| drawn(trend, panel, &names)).collect(),
        marks: Vec::new(),
    }
}

fn drawn(trend: &Trend, panel: &TrendPanel, names: &[&str]) -> Panel {
    let mut layers = Vec::new();
    if !panel.bound.is_empty() {
        layers.push(Layer::Curve { points: panel.bound.clone(), stroke: BOUND });
    }
    let stroke =
        |line: &TrendLine| stroke_of(names.iter().position(|name| *name == line.name).unwrap_or(0));
    // All bands below all lines.
    for line in &panel.lines {
        let points = line.points.iter().filter_map(|p| Some((p.x, p.ends?.0, p.ends?.1))).collect();
        layers.push(Layer::Band { points, color: stroke(line).color, opacity: 0.2 });
    }
    for line in &panel.lines {
        let points = line.points.iter().map(|point| (point.x, point.mean)).collect();
        layers.push(Layer::Curve { points, stroke: stroke(line) });
    }
    Panel { x: horizontal(trend), y: vertical(panel), layers }
}

fn horizontal(trend: &Trend) -> Axis {
    let points = trend.panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.points);
    let (low, high) = span(points.map(|point| point.x));
    match &trend.scale {
        TrendScale::Linear => Axis::linear(&trend.x, low, high),
        TrendScale::Logarithmic => Axis::of_factors(&format!("{} (log)", trend.x), low, high),
        TrendScale::Names(names) => Axis::names(&trend.x, names),
    }
}

fn vertical(panel: &TrendPanel) -> Axis {
    let points = || panel.lines.iter().flat_map(|line| &line.points);
    let ends = points().filter_map(|point| point.ends).flat_map(|(low, high)| [low, high]);
    let means = points().map(|point| point.mean);
    let bound = panel.bound.iter().map(|(_, value)| *value);
    let (low, high) = span(means.chain(ends).chain(bound));
    Axis::linear(&panel.label, low, high)
}

fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_look_in_all_panels_and_axes_hold_the_intervals() {
        let point = |x, mean, ends| TrendPoint { x, mean, ends };
        let line = |name: &str, points| TrendLine { name: name.to_string(), points };
        let panel = |lines, bound| TrendPanel { label: "share".to_string(), lines, bound };
        let a = line("a", vec![point(1.0, 0.5, Some((0.4, 0.9))), point(10.0, 0.6, None)]);
        let b = line("b", vec![point(1.0, 0.2, None), point(10.0, 0.3, None)]);
        let trend = Trend {
            title: String::new(),
            caption: String::new(),
            x: "viewers".to_string(),
            scale: TrendScale::Logarithmic,
            panels: vec![panel(vec![a, b.clone()], vec![(1.0, 1.0)]), panel(vec![b], Vec::new())],
        };
        let figure = figure(&trend);
        assert_eq!(figure.legend.len(), 3);
        assert!(figure.panels[0].y.min <= 0.2 && figure.panels[0].y.max >= 1.0);
        let stroke = |panel: usize, layer: usize| match &figure.panels[panel].layers[layer] {
            Layer::Curve { stroke, .. } => *stroke,
            other => panic!("{other:?}"),
        };
        assert_eq!(stroke(0, 4), stroke(1, 1));
        assert!(trend.panels.iter().all(|panel| !drawn(&trend, panel, &["a", "b"]).is_empty()));
    }
}

//! Charts of distributions: which share of the viewers or events stays below a value.

use super::ChartRun;
use super::axis::Axis;
use super::figure::{Figure, Key, Layer, Panel};
use super::style::{MARK, stroke_of};
use crate::units::Span;

/// Values beyond this quantile of the widest run are not shown: tails would squeeze the rest.
pub(super) const SHOWN_UP_TO: f64 = 0.99;
/// What a chart says that ends there.
pub(super) const CUT: &str = "the axis ends where 99 % of the widest run lie";
/// When the axis ends at more than this many times the least median, curves near the beginning
/// read better on a logarithmic axis.
const LOG_FROM: f64 = 20.0;

/// From joining to the first picture.
pub(super) fn startup_delay(runs: &[ChartRun]) -> Figure {
    let panel = panel(runs, "startup_delay", "startup delay (s)", "sessions (%)");
    figure("Startup delay: share of sessions that started within", runs, "startup_delay", panel)
}

/// Behind the live edge.
pub(super) fn lag(runs: &[ChartRun]) -> Figure {
    let panel = panel(runs, "lag", "lag behind the live edge (s)", "viewers (%)");
    figure("Lag: share of viewers at most this far behind", runs, "lag", panel)
}

/// From joining until all of a file was there.
pub(super) fn download_time(runs: &[ChartRun]) -> Figure {
    let panel = panel(runs, "download_time", "download time (s)", "completed downloads (%)");
    let title = "Download time: share of completed downloads that took at most";
    figure(title, runs, "download_time", panel)
}

/// From a failure to data from another parent, with the first three heartbeats.
pub(super) fn time_to_repair(runs: &[ChartRun], heartbeat: Option<Span>) -> Figure {
    let (mut layers, end) = curves(runs, "time_to_repair");
    let interval = heartbeat.filter(|interval| *interval > Span::ZERO);
    let beat = |number: u64| interval.map(|interval| (interval * number).as_secs_f64());
    let beats: Vec<f64> = (1..=3).filter_map(beat).collect();
    let end = beats.last().map_or(end, |third| end.max(third * 1.1));
    layers.splice(0..0, beats.iter().map(|at| Layer::Vertical { at: *at, stroke: MARK }));
    let x = Axis::linear("time to repair (s)", 0.0, end);
    let panel = Panel { x, y: Axis::linear("repairs (%)", 0.0, 100.0), layers };
    let title = "Time to repair: share of lost feeds replaced within";
    let mut figure = figure(title, runs, "time_to_repair", panel);
    if let Some(interval) = interval {
        figure.legend.push(Key::line(&format!("H: heartbeat, {interval}"), MARK));
    }
    figure.marks = beats.into_iter().zip(["H", "2H", "3H"].map(str::to_string)).collect();
    figure
}

/// A curve a run and the value at which the axis ends.
fn curves(runs: &[ChartRun], metric: &str) -> (Vec<Layer>, f64) {
    let mut layers = Vec::new();
    let mut end = 0.0_f64;
    for (index, run) in runs.iter().enumerate() {
        let rows = run.distributions.iter().filter(|row| row.metric == metric);
        let points: Vec<(f64, f64)> = rows.map(|row| (row.value, row.quantile * 100.0)).collect();
        let shown = points.iter().filter(|(_, share)| *share <= SHOWN_UP_TO * 100.0);
        end = shown.map(|(value, _)| *value).fold(end, f64::max);
        layers.push(Layer::Curve { points: from_axis_to_end(points), stroke: stroke_of(index) });
    }
    (layers, end)
}

/// The quantiles with the line up to the first one, and on to the right after the last one.
fn from_axis_to_end(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (Some((first, _)), Some((_, last))) = (points.first().copied(), points.last().copied())
    else {
        return points;
    };
    [(0.0, 0.0), (first, 0.0)].into_iter().chain(points).chain([(f64::MAX, last)]).collect()
}

/// The curves of a metric on a linear axis, or on a logarithmic one where some run's values are
/// far larger than another's.
fn panel(runs: &[ChartRun], metric: &str, x: &str, y: &str) -> Panel {
    let (layers, end) = curves(runs, metric);
    let at = |quantile| least(runs, metric, quantile);
    let x = match (at(0.0), at(0.5)) {
        (Some(first), Some(median)) if first > 0.0 && end > median * LOG_FROM => {
            Axis::of_factors(&x.replace("(s)", "(s, log)"), first, end)
        }
        _ => Axis::linear(x, 0.0, end),
    };
    Panel { x, y: Axis::linear(y, 0.0, 100.0), layers }
}

/// The least value that any run has at a quantile, or just above it where it is not listed.
fn least(runs: &[ChartRun], metric: &str, quantile: f64) -> Option<f64> {
    let of_run = |run: &ChartRun| {
        let mut rows = run.distributions.iter().filter(|row| row.metric == metric);
        rows.find(|row| row.quantile > quantile - 1e-9).map(|row| row.value)
    };
    runs.iter().filter_map(of_run).reduce(f64::min)
}

fn figure(title: &str, runs: &[ChartRun], metric: &str, panel: Panel) -> Figure {
    let key = |(index, run): (usize, &ChartRun)| {
        let row = run.distributions.iter().find(|row| row.metric == metric)?;
        let name = format!("{} (n = {})", run.coordinator, row.count);
        Some(Key::line(&name, stroke_of(index)))
    };
    Figure {
        title: title.to_string(),
        caption: CUT.to_string(),
        legend: runs.iter().enumerate().filter_map(key).collect(),
        panels: vec![panel],
        marks: Vec::new(),
    }
}

//! Charts over time: audience and CDN rate, continuity and stalls.

use super::axis::Axis;
use super::figure::{Figure, Key, Layer, Panel};
use super::series::{Clock, Faults, Join, layers, points};
use super::style::{BOUND, MUTED, Stroke, stroke_of};
use super::{ChartOptions, ChartRun};

const PERCENT: f64 = 100.0;
/// Curves whose peaks differ by more than this read better on a logarithmic axis.
const LOG_FROM: f64 = 12.0;

/// What rates are shown in.
#[derive(Clone, Copy)]
struct Unit {
    name: &'static str,
    /// One bit per second in it.
    scale: f64,
}

impl Unit {
    /// Gbps where any run needs one.
    fn of(runs: &[ChartRun]) -> Self {
        let peak = |run| points(run, "cdn_rate_bps", Join::Sum, 1.0).into_iter().map(|(_, y)| y);
        let peak = runs.iter().flat_map(peak).fold(0.0, f64::max);
        if peak < 1e9 {
            Self { name: "Mbps", scale: 1e-6 }
        } else {
            Self { name: "Gbps", scale: 1e-9 }
        }
    }
}

/// Viewers above, the rate that the CDN sends below, with the least it could be.
pub(super) fn cdn_rate(runs: &[ChartRun], options: &ChartOptions) -> Figure {
    let clock = Clock::of(runs);
    let faults = Faults::of(runs, options, clock);
    let viewers = audience_layers(runs, clock);
    let unit = Unit::of(runs);
    let mut rates = over_time(runs, ("cdn_rate_bps", Join::Sum, unit.scale), clock);
    let bound = bound_layer(runs, clock, unit);
    let mut legend = keys(runs);
    if let Some(bound) = bound {
        rates.push(bound);
        legend.push(Key::line("least possible", BOUND));
    }
    let audience = (Axis::linear("viewers", 0.0, largest(&viewers)), viewers);
    let rate = (rate_axis(&rates, unit), rates);
    let panels = vec![panel(audience, clock, &faults), panel(rate, clock, &faults)];
    figure("Audience, and the rate the CDN sends", legend, panels, faults)
}

/// Continuity above, viewers whose playback stands still below.
pub(super) fn continuity_stalls(runs: &[ChartRun], options: &ChartOptions) -> Figure {
    let clock = Clock::of(runs);
    let faults = Faults::of(runs, options, clock);
    let played = over_time(runs, ("continuity", Join::MeanByViewers, PERCENT), clock);
    let stalled = over_time(runs, ("stalled_viewers", Join::Sum, 1.0), clock);
    let least = values(&played).fold(99.0, f64::min);
    let played = (Axis::linear("continuity (%)", least, 100.0), played);
    let stalled = (Axis::linear("stalled viewers", 0.0, largest(&stalled)), stalled);
    let panels = vec![panel(played, clock, &faults), panel(stalled, clock, &faults)];
    figure("Continuity, and viewers whose playback stands still", keys(runs), panels, faults)
}

fn figure(title: &str, legend: Vec<Key>, panels: Vec<Panel>, faults: Faults) -> Figure {
    let title = title.to_string();
    Figure { title, caption: String::new(), legend, panels, marks: faults.starts }
}

fn panel((y, data): (Axis, Vec<Layer>), clock: Clock, faults: &Faults) -> Panel {
    let layers = faults.layers().into_iter().chain(data).collect();
    Panel { x: Axis::of_time(clock.label, 0.0, clock.end), y, layers }
}

fn keys(runs: &[ChartRun]) -> Vec<Key> {
    let key = |(index, run): (usize, &ChartRun)| Key::line(&run.coordinator, stroke_of(index));
    runs.iter().enumerate().map(key).collect()
}

fn over_time(runs: &[ChartRun], what: (&str, Join, f64), clock: Clock) -> Vec<Layer> {
    let of_run = |(index, run)| layers(run, index, what, clock);
    runs.iter().enumerate().flat_map(of_run).collect()
}

/// The audience: one grey area when all coordinators met the same viewers, else a curve each.
fn audience_layers(runs: &[ChartRun], clock: Clock) -> Vec<Layer> {
    let viewers = |run: &ChartRun| points(run, "viewers", Join::Sum, 1.0);
    let Some(first) = runs.first().map(viewers) else {
        return Vec::new();
    };
    let has_band = |run: &ChartRun| run.bands.iter().any(|row| row.metric == "viewers");
    if runs.iter().any(|run| viewers(run) != first || has_band(run)) {
        return over_time(runs, ("viewers", Join::Sum, 1.0), clock);
    }
    let line: Vec<(f64, f64)> = first.into_iter().map(|(t, n)| (clock.at(t), n)).collect();
    let area = line.iter().map(|(time, viewers)| (*time, 0.0, *viewers)).collect();
    let stroke = Stroke { color: MUTED, dash: &[], ..BOUND };
    vec![
        Layer::Band { points: area, color: MUTED, opacity: 0.18 },
        Layer::Curve { points: line, stroke },
    ]
}

/// The least rate the CDN could send: of the first run that knows it.
fn bound_layer(runs: &[ChartRun], clock: Clock, unit: Unit) -> Option<Layer> {
    // Of several contents together it is not the sum of each: they share uplinks.
    let metrics = ["cdn_rate_bound_pooled_bps", "cdn_rate_bound_bps"];
    let mut bounds = metrics
        .into_iter()
        .flat_map(|metric| runs.iter().map(move |run| points(run, metric, Join::Sum, unit.scale)));
    let known = bounds.find(|points| !points.is_empty())?;
    let points = known.into_iter().map(|(time, rate)| (clock.at(time), rate)).collect();
    Some(Layer::Curve { points, stroke: BOUND })
}

/// Linear where the curves are of one size, logarithmic where some would lie on the axis.
fn rate_axis(rates: &[Layer], unit: Unit) -> Axis {
    let peaks = rates.iter().map(|layer| largest(std::slice::from_ref(layer)));
    let least_peak = peaks.filter(|peak| *peak > 0.0).fold(f64::INFINITY, f64::min);
    let peak = largest(rates);
    if least_peak.is_finite() && peak / least_peak > LOG_FROM {
        let label = format!("CDN rate ({}, log)", unit.name);
        Axis::logarithmic(&label, least_peak / 2.0, peak)
    } else {
        Axis::linear(&format!("CDN rate ({})", unit.name), 0.0, peak)
    }
}

fn values(layers: &[Layer]) -> impl Iterator<Item = f64> {
    layers.iter().flat_map(|layer| match layer {
        Layer::Curve { points, .. } => points.iter().map(|(_, y)| *y).collect(),
        Layer::Band { points, .. } => points.iter().flat_map(|(_, a, b)| [*a, *b]).collect(),
        _ => Vec::new(),
    })
}

fn largest(layers: &[Layer]) -> f64 {
    values(layers).fold(0.0, f64::max)
}

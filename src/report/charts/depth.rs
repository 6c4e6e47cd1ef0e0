//! How deep trees are: bars for one run, curves where several are compared.

use super::ChartRun;
use super::axis::{Axis, Tick};
use super::bars::best_offload;
use super::ecdf::{CUT, SHOWN_UP_TO};
use super::figure::{Figure, Key, Layer, Panel};
use super::style::{BOUND, color_of, stroke_of};

/// Beyond this depth the first hops of several runs read better on a logarithmic axis.
const LOG_FROM: f64 = 16.0;

/// How far viewers are from the CDN, and the least mean depth that the run nearest to the bounds
/// could have had.
pub(super) fn tree_depth(runs: &[ChartRun]) -> Figure {
    let shown = runs.iter().map(shown_depth).max().unwrap_or(1).max(1);
    let (mut panel, mut legend) = match runs {
        [run] => bars(run, shown),
        _ => curves(runs, shown),
    };
    let bound = best_offload(runs).and_then(|run| Some((run, depth_part(run, "bound")?)));
    if let Some((run, at)) = bound {
        panel.layers.push(Layer::Vertical { at, stroke: BOUND });
        let name = format!("least possible mean, {}: {at:.2}", run.coordinator);
        legend.push(Key::line(&name, BOUND));
    }
    let title = "Hops from the CDN to the viewer".to_string();
    Figure { title, caption: CUT.to_string(), legend, panels: vec![panel], marks: Vec::new() }
}

/// The share of viewers at each depth.
fn bars(run: &ChartRun, shown: u32) -> (Panel, Vec<Key>) {
    let color = color_of(0);
    let quantiles = quantiles(run);
    let within = |depth| share_within(&quantiles, depth);
    let shares = (1..=shown).map(|depth| (depth, within(depth) - within(depth - 1)));
    let shares: Vec<(u32, f64)> = shares.filter(|(_, share)| *share > 0.0).collect();
    let largest = shares.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let bar = |(depth, share): (u32, f64)| {
        let middle = f64::from(depth);
        Layer::Bar { from: (middle - 0.37, 0.0), to: (middle + 0.37, share), color }
    };
    let layers = shares.into_iter().map(bar).collect();
    let y = Axis::linear("viewers (%)", 0.0, largest);
    (Panel { x: hops(f64::from(shown)), y, layers }, vec![Key::fill(&name(run), color)])
}

/// The share of viewers at most so deep, as stairs up to the end of the axis.
fn curves(runs: &[ChartRun], shown: u32) -> (Panel, Vec<Key>) {
    let last = f64::from(shown);
    let x = if last > LOG_FROM {
        Axis::of_factors("tree depth (hops, log)", 1.0, last)
    } else {
        hops(last)
    };
    let curve =
        |(index, run)| Layer::Curve { points: stairs(run, x.max), stroke: stroke_of(index) };
    let layers = runs.iter().enumerate().map(curve).collect();
    let keys = runs.iter().enumerate().map(|(index, run)| Key::line(&name(run), stroke_of(index)));
    let y = Axis::linear("viewers at most so deep (%)", 0.0, 100.0);
    (Panel { x, y, layers }, keys.collect())
}

/// The corners of the stairs of one run; none without data.
fn stairs(run: &ChartRun, end: f64) -> Vec<(f64, f64)> {
    let quantiles = quantiles(run);
    let within = |depth| share_within(&quantiles, depth);
    let last = if quantiles.is_empty() { 0 } else { end as u32 };
    let corners = (1..=last).flat_map(|depth| {
        let at = f64::from(depth);
        [(at, within(depth - 1)), (at, within(depth))]
    });
    let to_the_end = (last > 0).then(|| (end, within(last)));
    corners.chain(to_the_end).collect()
}

/// The coordinator, with the mean of its trees.
fn name(run: &ChartRun) -> String {
    let mean = depth_part(run, "achieved").map_or(String::new(), |m| format!(" (mean {m:.2})"));
    format!("{}{mean}", run.coordinator)
}

/// A mark for every hop, or for every so many.
fn hops(last: f64) -> Axis {
    let step = (last / 16.0).ceil().max(1.0);
    let ticks = (0..).map(|k| f64::from(k) * step + 1.0).take_while(|at| *at <= last);
    let ticks = ticks.map(|at| Tick { at, text: format!("{at}") }).collect();
    Axis { ticks, min: 0.4, max: last + 0.6, ..Axis::linear("tree depth (hops)", 0.0, last) }
}

/// Depths with the share of viewers at most so deep.
fn quantiles(run: &ChartRun) -> Vec<(f64, f64)> {
    let rows = run.distributions.iter().filter(|row| row.metric == "tree_depth");
    rows.map(|row| (row.value, row.quantile)).collect()
}

/// The depth at which the axis of a run may end.
fn shown_depth(run: &ChartRun) -> u32 {
    let quantiles = quantiles(run);
    let shown = quantiles.iter().filter(|(_, quantile)| *quantile <= SHOWN_UP_TO);
    shown.map(|(depth, _)| *depth).fold(0.0, f64::max) as u32
}

/// The per cent of viewers at most so deep: the largest quantile not above that depth.
fn share_within(quantiles: &[(f64, f64)], depth: u32) -> f64 {
    let within = quantiles.iter().filter(|(value, _)| *value <= f64::from(depth) + 0.5);
    within.map(|(_, quantile)| *quantile).fold(0.0, f64::max) * 100.0
}

/// The bound on the mean depth, or the mean that was achieved.
fn depth_part(run: &ChartRun, part: &str) -> Option<f64> {
    let of_run = run.bounds.iter().filter(|row| row.scope == "run" && row.part == part);
    of_run.into_iter().find(|row| row.quantity == "tree_depth").and_then(|row| row.value)
}

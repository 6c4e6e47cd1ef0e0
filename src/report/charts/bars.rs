//! Charts of shares: where bytes came from, what offload was lost to.

use super::ChartRun;
use super::axis::Axis;
use super::figure::{Anchor, Figure, Key, Layer, Panel};
use super::style::{INK, MUTED, color_of, pale, readable_on};
use plotters::style::RGBColor;

/// Shares below this (in per cent) have no number in their bar.
const LABELLED_FROM: f64 = 8.5;
/// Shares below this (in per cent) have no number at all.
const SHOWN_FROM: f64 = 0.05;
const HALF_BAR: f64 = 0.3;
/// A smaller share lost to something is not shown.
const LEAST_LOSS: f64 = 5e-5;

/// Where bytes came from, the names of the figures that know who sent them, and a colour.
const PLACES: [(&str, &str, usize); 3] =
    [("on-net", "on_net", 2), ("peering", "peering", 3), ("transit", "transit", 1)];

/// One kind of bytes in a bar.
struct Part {
    name: String,
    /// The name where there is little room.
    short: String,
    share: f64,
    color: RGBColor,
}

/// Of the bytes that viewers received: inside the ISP, by peering and by transit; where the runs
/// know it, from peers (full colour) and from the CDN (pale) apart.
pub(super) fn locality(runs: &[ChartRun]) -> Figure {
    let by_sender = runs.iter().all(|run| !parts_by_sender(run).is_empty());
    let of_run = |run| if by_sender { parts_by_sender(run) } else { parts_by_place(run) };
    let bars: Vec<Vec<Part>> = runs.iter().map(of_run).collect();
    let row = |index: usize| (runs.len() - 1 - index) as f64;
    let layers = bars.iter().enumerate().flat_map(|(index, parts)| stacked(row(index), parts));
    let panel_layers = layers.collect();
    let kinds = bars.iter().find(|parts| !parts.is_empty()).map_or(0, Vec::len);
    // Every bar has the same kinds of parts in the same order; what nobody has needs no name.
    let shown =
        |kind: usize| bars.iter().filter_map(|parts| parts.get(kind)).find(|p| p.share > 0.0);
    let legend = (0..kinds).filter_map(shown).map(|part| Key::fill(&part.name, part.color));
    let legend = legend.collect();
    let names: Vec<String> = runs.iter().rev().map(|run| run.coordinator.clone()).collect();
    let x = Axis::linear("share of the bytes received (%)", 0.0, 100.0);
    let panel = Panel { x, y: Axis::names("", &names), layers: panel_layers };
    figure("Where the bytes came from, as seen by the access ISPs", legend, panel)
}

/// Parts in per cent from the figures by sender; none when a figure or all bytes are missing.
fn parts_by_sender(run: &ChartRun) -> Vec<Part> {
    let figure =
        |name: String| run.summary.iter().find(|row| row.metric == name).and_then(|row| row.value);
    let senders = [("peers", "peers"), ("cdn", "the CDN")];
    let bytes = senders.iter().flat_map(|(key, sender)| {
        PLACES.iter().map(move |(place, name, color)| {
            let color = if *key == "cdn" { pale(color_of(*color)) } else { color_of(*color) };
            let short = if *key == "cdn" { format!("CDN {place}") } else { place.to_string() };
            (format!("{name}_bytes_from_{key}"), format!("{place}, from {sender}"), short, color)
        })
    });
    let known = bytes.map(|(key, name, short, color)| Some((name, short, figure(key)?, color)));
    in_per_cent(known.collect::<Option<Vec<_>>>().unwrap_or_default())
}

/// Parts in per cent from the accounts of the ISPs; none without bytes.
fn parts_by_place(run: &ChartRun) -> Vec<Part> {
    let mut bytes = [0.0; 3];
    for isp in &run.isps {
        let entered = [isp.on_net, isp.peering_in, isp.transit_in];
        bytes.iter_mut().zip(entered).for_each(|(sum, more)| *sum += more.as_f64());
    }
    let named = PLACES.iter().zip(bytes);
    let parts = named.map(|((place, _, color), bytes)| {
        (place.to_string(), place.to_string(), bytes, color_of(*color))
    });
    in_per_cent(parts.collect())
}

fn in_per_cent(parts: Vec<(String, String, f64, RGBColor)>) -> Vec<Part> {
    let all: f64 = parts.iter().map(|(_, _, bytes, _)| bytes).sum();
    if all.is_nan() || all <= 0.0 {
        return Vec::new();
    }
    let part =
        |(name, short, bytes, color)| Part { name, short, share: bytes / all * 100.0, color };
    parts.into_iter().map(part).collect()
}

/// The parts of one bar; numbers that do not fit into their part stand above it.
fn stacked(row: f64, parts: &[Part]) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut narrow = Vec::new();
    let mut left = 0.0;
    for Part { short, share, color, .. } in parts {
        let (from, to) = ((left, row - HALF_BAR), (left + share, row + HALF_BAR));
        layers.push(Layer::Bar { from, to, color: *color });
        if *share >= LABELLED_FROM {
            let at = (left + share / 2.0, row);
            layers.push(label(at, format!("{share:.1} %"), Anchor::Middle, readable_on(*color)));
        } else if *share >= SHOWN_FROM {
            narrow.push(format!("{short} {share:.1} %"));
        }
        left += share;
    }
    layers.push(label((100.0, row + 0.49), narrow.join(", "), Anchor::Right, INK));
    layers
}

/// What a run achieved in offload.
fn offload(run: &ChartRun) -> Option<f64> {
    let of_run = run.bounds.iter().filter(|row| row.scope == "run" && row.part == "achieved");
    of_run.into_iter().find(|row| row.quantity == "peer_offload").and_then(|row| row.value)
}

/// The run whose distance from the bounds is worth a closer look: the one that came nearest.
pub(super) fn best_offload(runs: &[ChartRun]) -> Option<&ChartRun> {
    let value = |run: &&ChartRun| offload(run).unwrap_or(f64::NEG_INFINITY);
    runs.iter().max_by(|a, b| value(a).total_cmp(&value(b)))
}

/// From the bound on offload down to what was achieved, for the run that came nearest to it.
pub(super) fn offload_waterfall(runs: &[ChartRun]) -> Figure {
    let steps =
        best_offload(runs).map(|run| (run, steps(run))).filter(|(_, steps)| !steps.is_empty());
    let (name, steps) = steps.map_or((String::new(), Vec::new()), |(run, steps)| {
        (format!(" ({})", run.coordinator), steps)
    });
    let last = steps.len().saturating_sub(1);
    let mut layers = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let row = (last - index) as f64;
        let (from, to) = ((step.from, row - HALF_BAR), (step.to, row + HALF_BAR));
        layers.push(Layer::Bar { from, to, color: step.color });
    }
    // A loss that takes all is no small one: then the axis begins at nothing.
    let x = waterfall_axis(steps.iter().map(|step| step.to).fold(100.0, f64::min));
    layers.extend(steps.iter().enumerate().map(|(index, step)| {
        let end = step.from.max(step.to) + (x.max - x.min) * 0.008;
        label((end, (last - index) as f64), step.text.clone(), Anchor::Left, INK)
    }));
    let names: Vec<String> = steps.iter().rev().map(|step| step.name.clone()).collect();
    let panel = Panel { x, y: Axis::names("", &names), layers };
    figure(&format!("Peer offload: from the bound to what was achieved{name}"), Vec::new(), panel)
}

/// One bar of a waterfall, in per cent.
struct Step {
    name: String,
    from: f64,
    to: f64,
    text: String,
    color: RGBColor,
}

/// Bound, losses in their order, achieved; nothing when the bound or the achieved value is absent.
fn steps(run: &ChartRun) -> Vec<Step> {
    let rows = || run.bounds.iter().filter(|r| r.scope == "run" && r.quantity == "peer_offload");
    let part = |name: &str| rows().find(|row| row.part == name).and_then(|row| row.value);
    let (Some(bound), Some(achieved)) = (part("bound"), part("achieved")) else {
        return Vec::new();
    };
    let whole = |name: &str, share: f64, color| Step {
        name: name.to_string(),
        from: 0.0,
        to: share * 100.0,
        text: format!("{:.3} %", share * 100.0),
        color,
    };
    let mut level = bound * 100.0;
    let lost = rows().filter_map(|row| Some((row.part.strip_prefix("lost_")?, row.value?)));
    let lost = lost.filter(|(_, share)| share.abs() >= LEAST_LOSS);
    let loss = |(reason, share): (&str, f64)| {
        let from = level;
        level -= share * 100.0;
        // A gain where a loss was expected means that the bound's assumptions were too strict.
        let (sign, color) = if share < 0.0 { ("+", color_of(2)) } else { ("−", color_of(1)) };
        let text = format!("{sign}{:.2} points", share.abs() * 100.0);
        Step { name: name_of_loss(reason), from, to: level, text, color }
    };
    let losses: Vec<Step> = lost.map(loss).collect();
    let (first, last) = (whole("bound", bound, MUTED), whole("achieved", achieved, color_of(0)));
    [first].into_iter().chain(losses).chain([last]).collect()
}

/// What offload was lost to, as people write it.
fn name_of_loss(part: &str) -> String {
    match part {
        "nat" => "NAT".to_string(),
        "start_up" => "start-up".to_string(),
        other => other.replace('_', " "),
    }
}

/// From a round value below the least level, so that small losses can be seen, with room for the
/// numbers on the right.
fn waterfall_axis(least: f64) -> Axis {
    let start = if least > 30.0 { least - (100.0 - least) * 0.4 } else { 0.0 };
    let mut axis =
        Axis::linear("share of the bytes that peers delivered (%)", start.max(0.0), 100.0);
    axis.ticks.retain(|tick| tick.at <= 100.0 + 1e-9);
    axis.max = 100.0 + (100.0 - axis.min) * 0.22;
    axis
}

fn label(at: (f64, f64), text: String, anchor: Anchor, color: RGBColor) -> Layer {
    Layer::Label { at, text, anchor, color }
}

fn figure(title: &str, legend: Vec<Key>, panel: Panel) -> Figure {
    let title = title.to_string();
    Figure { title, caption: String::new(), legend, panels: vec![panel], marks: Vec::new() }
}

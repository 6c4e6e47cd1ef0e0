//! Samples over time as curves: contents joined, bands, faults.

use super::figure::Layer;
use super::style::{MARK, MARK_END, stroke_of};
use super::{ChartOptions, ChartRun};
use crate::units::{ContentId, SimTime};
use std::collections::{BTreeMap, BTreeSet};

/// How the samples of several contents at one instant become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// Their sum.
    Sum,
    /// Their mean, each content weighted with its viewers at that instant.
    MeanByViewers,
}

const VIEWERS: &str = "viewers";
const FAULT: &str = "fault";

/// The samples of `metric`, one point an instant in order of time, values times `scale`.
pub(super) fn points(run: &ChartRun, metric: &str, join: Join, scale: f64) -> Vec<(SimTime, f64)> {
    let rows = run.series.iter().filter(|row| row.metric == metric);
    joined(run, rows.map(|row| (row.time, row.content, row.value)), join, scale)
}

/// One value an instant; instants without a number are left out.
fn joined(
    run: &ChartRun,
    samples: impl Iterator<Item = (SimTime, Option<ContentId>, f64)>,
    join: Join,
    scale: f64,
) -> Vec<(SimTime, f64)> {
    let weight = weights(run, join);
    let mut sums: BTreeMap<SimTime, (f64, f64)> = BTreeMap::new();
    for (time, content, value) in samples.filter(|(_, _, value)| value.is_finite()) {
        let weight = weight(time, content);
        let sum = sums.entry(time).or_default();
        *sum = (sum.0 + value * weight, sum.1 + weight);
    }
    let value = |(sum, weight): (f64, f64)| match join {
        Join::Sum => Some(sum * scale),
        Join::MeanByViewers => (weight > 0.0).then(|| sum / weight * scale),
    };
    sums.into_iter().filter_map(|(time, sum)| value(sum).map(|value| (time, value))).collect()
}

fn weights(run: &ChartRun, join: Join) -> impl Fn(SimTime, Option<ContentId>) -> f64 {
    let rows = run.series.iter().filter(|row| row.metric == VIEWERS);
    let viewers: BTreeMap<(SimTime, Option<ContentId>), f64> =
        rows.map(|row| ((row.time, row.content), row.value)).collect();
    move |time, content| match join {
        Join::Sum => 1.0,
        Join::MeanByViewers if viewers.is_empty() => 1.0,
        Join::MeanByViewers => viewers.get(&(time, content)).copied().unwrap_or(0.0),
    }
}

/// The spread of `metric` over several seeds, as (time, low, high).
fn band(run: &ChartRun, metric: &str, join: Join, scale: f64) -> Vec<(SimTime, f64, f64)> {
    let rows = || run.bands.iter().filter(|row| row.metric == metric);
    let low = joined(run, rows().map(|row| (row.time, row.content, row.low)), join, scale);
    let high = joined(run, rows().map(|row| (row.time, row.content, row.high)), join, scale);
    let high: BTreeMap<SimTime, f64> = high.into_iter().collect();
    let pair = |(time, low)| high.get(&time).map(|high| (time, low, *high));
    low.into_iter().filter_map(pair).collect()
}

/// The unit of a time axis that fits its length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clock {
    pub(super) label: &'static str,
    seconds: f64,
    pub(super) end: f64,
}

impl Clock {
    /// Over all samples of the runs.
    pub(super) fn of(runs: &[ChartRun]) -> Self {
        let times = runs.iter().flat_map(|run| run.series.iter().map(|row| row.time));
        let last = times.max().unwrap_or_default().as_secs_f64();
        let (label, seconds) = match last {
            t if t < 300.0 => ("time (s)", 1.0),
            t if t < 6.0 * 3600.0 => ("time (min)", 60.0),
            _ => ("time (h)", 3600.0),
        };
        Self { label, seconds, end: last / seconds }
    }

    pub(super) fn at(self, time: SimTime) -> f64 {
        time.as_secs_f64() / self.seconds
    }
}

/// The curve of one run and, with several seeds, its band below it.
pub(super) fn layers(
    run: &ChartRun,
    index: usize,
    (metric, join, scale): (&str, Join, f64),
    clock: Clock,
) -> Vec<Layer> {
    let stroke = stroke_of(index);
    let place = |(time, value): (SimTime, f64)| (clock.at(time), value);
    let points = points(run, metric, join, scale).into_iter().map(place).collect();
    let spread = band(run, metric, join, scale).into_iter();
    let spread = spread.map(|(time, low, high)| (clock.at(time), low, high)).collect();
    let band = Layer::Band { points: spread, color: stroke.color, opacity: 0.2 };
    vec![band, Layer::Curve { points, stroke }]
}

/// When faults begin, with the name of each, and when they end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Faults {
    pub(super) starts: Vec<(f64, String)>,
    ends: Vec<f64>,
}

impl Faults {
    /// The faults of all runs, each instant once.
    pub(super) fn of(runs: &[ChartRun], options: &ChartOptions, clock: Clock) -> Self {
        let rows = || runs.iter().flat_map(|run| &run.series).filter(|row| row.metric == FAULT);
        let starts: BTreeSet<SimTime> = rows().filter(|r| r.value > 0.0).map(|r| r.time).collect();
        let ends: BTreeSet<SimTime> = rows().filter(|r| r.value <= 0.0).map(|r| r.time).collect();
        let names = options.fault_names.iter().cloned().chain(std::iter::repeat(FAULT.to_string()));
        Self {
            starts: starts.into_iter().map(|time| clock.at(time)).zip(names).collect(),
            ends: ends.into_iter().map(|time| clock.at(time)).collect(),
        }
    }

    pub(super) fn layers(&self) -> Vec<Layer> {
        let starts = self.starts.iter().map(|(at, _)| Layer::Vertical { at: *at, stroke: MARK });
        let ends = self.ends.iter().map(|at| Layer::Vertical { at: *at, stroke: MARK_END });
        starts.chain(ends).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::SeriesRow;
    use crate::report::charts::BandRow;

    fn run(samples: &[(u64, u32, &'static str, f64)]) -> ChartRun {
        let row = |(second, content, metric, value): &(u64, u32, &'static str, f64)| SeriesRow {
            time: SimTime::from_secs(*second),
            content: Some(ContentId::new(*content)),
            metric: (*metric).into(),
            value: *value,
        };
        ChartRun { series: samples.iter().map(row).collect(), ..ChartRun::default() }
    }

    #[test]
    fn rates_of_contents_add_up_and_shares_are_weighted_with_viewers() {
        let run = run(&[
            (1, 0, "viewers", 30.0),
            (1, 1, "viewers", 10.0),
            (1, 0, "continuity", 1.0),
            (1, 1, "continuity", 0.6),
        ]);
        let at = SimTime::from_secs(1);
        assert_eq!(points(&run, "viewers", Join::Sum, 2.0), [(at, 80.0)]);
        assert_eq!(points(&run, "continuity", Join::MeanByViewers, 100.0), [(at, 90.0)]);
    }

    #[test]
    fn a_band_lies_between_its_ends() {
        let mut run = run(&[(1, 0, "viewers", 30.0), (1, 1, "viewers", 10.0)]);
        let row = |content, low, high| BandRow {
            time: SimTime::from_secs(1),
            content: Some(ContentId::new(content)),
            metric: "continuity".into(),
            low,
            high,
        };
        run.bands = vec![row(0, 0.8, 1.0), row(1, 0.4, 0.6)];
        let at = SimTime::from_secs(1);
        assert_eq!(band(&run, "continuity", Join::MeanByViewers, 100.0), [(at, 70.0, 90.0)]);
        assert_eq!(band(&run, "viewers", Join::Sum, 1.0), []);
    }

    #[test]
    fn an_instant_without_viewers_has_no_mean() {
        let run = run(&[(1, 0, "viewers", 0.0), (1, 0, "continuity", 1.0)]);
        assert_eq!(points(&run, "continuity", Join::MeanByViewers, 1.0), []);
    }

    #[test]
    fn faults_of_all_runs_are_marked_once_and_named_in_order() {
        let fault = run(&[(60, 0, "fault", 1.0), (90, 0, "fault", 0.0), (120, 0, "fault", 1.0)]);
        let runs = [fault.clone(), fault];
        let options =
            ChartOptions { fault_names: vec!["outage".into()], ..ChartOptions::default() };
        let faults = Faults::of(&runs, &options, Clock::of(&runs));
        assert_eq!(faults.starts, [(60.0, "outage".to_string()), (120.0, "fault".to_string())]);
        assert_eq!(faults.layers().len(), 3);
    }

    #[test]
    fn the_clock_fits_the_run() {
        let label = |second| Clock::of(&[run(&[(second, 0, "viewers", 1.0)])]).label;
        assert_eq!([10, 5400, 86_400].map(label), ["time (s)", "time (min)", "time (h)"]);
        assert_eq!(Clock::of(&[]).end, 0.0);
    }
}

//! One place on the axis of a plan: its scenario, its search, and what was tried.

use super::super::exit::Failure;
use super::super::load::{self, Source};
use crate::check::{Judged, RunFigures, judge};
use crate::metrics::mean;
use crate::plan::{Answer, Knob, Search};
use crate::report::csv::TrialRow;
use crate::scenario::{Expectation, Scenario};

/// A run, as far as a plan needs it.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) figures: RunFigures,
    /// The largest of the least rates that theory allows the CDN, in bits per second.
    pub(super) bound_bps: f64,
}

/// A value with its runs.
#[derive(Debug)]
struct Tried {
    value: f64,
    met: bool,
    runs: Vec<Run>,
}

/// A place.
#[derive(Debug)]
pub(super) struct Place {
    /// The value of the axis; empty without one.
    pub(super) label: String,
    source: Source,
    overrides: Vec<String>,
    base: Scenario,
    search: Search,
    digits: Knob,
    tried: Vec<Tried>,
}

impl Place {
    /// Loads the scenario with both ends of what may be tried.
    pub(super) fn new(
        source: &Source,
        overrides: &[String],
        (label, own): (String, Vec<String>),
        knob: &Knob,
        precision: f64,
    ) -> Result<Self, Failure> {
        let overrides = [overrides, &own].concat();
        let base = load::from_source(source, &overrides)?;
        let (least, most) = knob.ends(&base);
        for end in [least, most] {
            let knob = knob.overrides(&base, knob.rounded(end));
            load::from_source(source, &[overrides.as_slice(), &knob].concat())?;
        }
        // A twentieth of the most: peers carry most of the load where they can.
        let search = Search::new(least, most, (most / 20.0).max(least), precision / 100.0);
        let (source, digits) = (source.clone(), knob.clone());
        Ok(Self { label, source, overrides, base, search, digits, tried: Vec::new() })
    }

    /// What sets the scenario to this place and the knob to a value.
    pub(super) fn overrides(&self, knob: &Knob, value: f64) -> Vec<String> {
        [self.overrides.as_slice(), &knob.overrides(&self.base, value)].concat()
    }

    pub(super) fn scenario(&self, overrides: &[String]) -> Result<Scenario, Failure> {
        load::from_source(&self.source, overrides)
    }

    /// The value to try next, rounded; none when the search has ended or what it wants rounds to what
    /// was tried already.
    pub(super) fn next(&self) -> Option<f64> {
        let value = self.digits.rounded(self.search.next()?);
        let is_new = self.tried.iter().all(|tried| tried.value != value);
        is_new.then_some(value)
    }

    /// What came of a value.
    pub(super) fn record(&mut self, value: f64, runs: Vec<Run>, targets: &[Expectation]) {
        let figures: Vec<RunFigures> = runs.iter().map(|run| run.figures.clone()).collect();
        let met = judge(targets, &figures).iter().all(|judged| judged.violations().is_empty());
        self.search.record(value, met);
        self.tried.push(Tried { value, met, runs });
    }

    /// The answer: its name in tables, the value, and its runs.
    pub(super) fn answer(&self) -> Option<(&'static str, f64)> {
        self.search.answer().map(|answer| match answer {
            Answer::Found(value) => ("found", value),
            Answer::AtMost(value) => ("at_most", value),
            Answer::Beyond(value) => ("beyond", value),
        })
    }

    fn runs_of_answer(&self) -> &[Run] {
        let value = self.answer().map(|(_, value)| value);
        let tried = self.tried.iter().find(|tried| Some(tried.value) == value);
        tried.map_or(&[], |tried| tried.runs.as_slice())
    }

    /// The mean of a figure over the seeds at the answer; none when a run has none.
    pub(super) fn figure(&self, metric: &str) -> Option<f64> {
        let of_run = |run: &Run| {
            let row = run.figures.summary.iter().find(|row| row.metric == metric);
            row.and_then(|row| row.value)
        };
        let values: Option<Vec<f64>> = self.runs_of_answer().iter().map(of_run).collect();
        values.and_then(|values| mean(&values))
    }

    /// Of the smallest values that do with one seed alone the least and the largest; none when a seed
    /// does with no value that was tried.
    pub(super) fn seeds(&self, targets: &[Expectation]) -> Option<(f64, f64)> {
        let count = self.tried.first()?.runs.len();
        let does = |run: &Run| {
            let judged = judge(targets, std::slice::from_ref(&run.figures));
            judged.iter().all(|judged| judged.violations().is_empty())
        };
        let of_seed = |seed: usize| {
            let met = self.tried.iter().filter(|tried| does(&tried.runs[seed]));
            met.map(|tried| tried.value).reduce(f64::min)
        };
        let values = (0..count).map(of_seed).collect::<Option<Vec<f64>>>()?;
        let least = values.iter().copied().reduce(f64::min);
        least.zip(values.into_iter().reduce(f64::max))
    }

    /// The mean over the seeds of the least that theory allows at the peak, in bits per second.
    pub(super) fn bound_bps(&self) -> Option<f64> {
        let bounds: Vec<f64> = self.runs_of_answer().iter().map(|run| run.bound_bps).collect();
        mean(&bounds)
    }

    /// How many values were tried, and how many runs that took.
    pub(super) fn effort(&self) -> (u32, u32) {
        let runs: usize = self.tried.iter().map(|tried| tried.runs.len()).sum();
        (self.tried.len() as u32, runs as u32)
    }

    /// A value that does and a larger one that does not.
    pub(super) fn not_monotone(&self) -> Option<(f64, f64)> {
        self.search.not_monotone()
    }

    /// Every value with what the targets' figures were.
    pub(super) fn trials(&self, targets: &[Expectation]) -> Vec<TrialRow> {
        let mut tried: Vec<&Tried> = self.tried.iter().collect();
        tried.sort_by(|a, b| a.value.total_cmp(&b.value));
        let rows = tried.into_iter().flat_map(|tried| {
            let figures: Vec<RunFigures> =
                tried.runs.iter().map(|run| run.figures.clone()).collect();
            let judged = judge(targets, &figures);
            judged.iter().flat_map(|judged| self.rows(tried, judged)).collect::<Vec<_>>()
        });
        rows.collect()
    }

    fn rows(&self, tried: &Tried, judged: &Judged<'_>) -> Vec<TrialRow> {
        let row = |(seed, reached): &(u64, Option<f64>)| TrialRow {
            place: self.label.clone(),
            value: tried.value,
            met: tried.met,
            metric: judged.expected.metric.clone(),
            seed: *seed,
            reached: *reached,
        };
        judged.values.iter().map(row).collect()
    }
}

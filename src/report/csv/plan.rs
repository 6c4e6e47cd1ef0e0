//! The tables of a plan: one row a place on the axis, and one row a trial and target.

use super::write::Sheet;

/// The smallest value of the knob at one place on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanRow {
    /// The value of the axis; empty without one.
    pub place: String,
    /// `found`, `at_most` when even the least value does, `beyond` when the largest does not.
    pub answer: &'static str,
    /// The smallest value that does, or the largest that does not, in the knob's unit.
    pub value: f64,
    /// The least and the largest of what single seeds would do with, of the values that were tried; absent
    /// when a seed does with none of them.
    pub seeds: Option<(f64, f64)>,
    /// The mean over the seeds of the least that theory allows at the peak, in the knob's unit; of the
    /// CDN's capacity only.
    pub bound: Option<f64>,
    /// How many values were tried.
    pub tried: u32,
    /// How many runs that took.
    pub runs: u32,
    /// The mean over the seeds of what a run costs at this value; with prices only.
    pub cost: Option<f64>,
}

/// What one target was at one value.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialRow {
    /// The value of the axis; empty without one.
    pub place: String,
    /// The value of the knob, in its unit.
    pub value: f64,
    /// Whether all targets were met.
    pub met: bool,
    /// The target's figure.
    pub metric: String,
    /// The seed.
    pub seed: u64,
    /// What the figure was; absent when the run has none.
    pub reached: Option<f64>,
}

/// `plan.csv`: `axis` and `knob` are paths, values in `unit`.
#[must_use]
pub fn plan_csv(axis: &str, knob: &str, unit: &str, rows: &[PlanRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "axis",
        "axis_value",
        "knob",
        "answer",
        "value",
        "unit",
        "least_seed",
        "most_seed",
        "bound",
        "tried",
        "runs",
        "cost",
    ]);
    for row in rows {
        sheet.put(axis).put(row.place.as_str()).put(knob).put(row.answer).put(row.value).put(unit);
        sheet.put(row.seeds.map(|seeds| seeds.0)).put(row.seeds.map(|seeds| seeds.1));
        sheet.put(row.bound).put(row.tried).put(row.runs).put(row.cost).end_row();
    }
    sheet.into_bytes()
}

/// `trials.csv`: one row a value that was tried, target and seed.
#[must_use]
pub fn trials_csv(axis: &str, knob: &str, unit: &str, rows: &[TrialRow]) -> Vec<u8> {
    let mut sheet = Sheet::new(&[
        "axis",
        "axis_value",
        "knob",
        "value",
        "unit",
        "met",
        "metric",
        "seed",
        "reached",
    ]);
    for row in rows {
        sheet.put(axis).put(row.place.as_str()).put(knob).put(row.value).put(unit).put(row.met);
        sheet.put(row.metric.as_str()).put(row.seed).put(row.reached).end_row();
    }
    sheet.into_bytes()
}

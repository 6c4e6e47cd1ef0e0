//! What a sweep varies: axes, their values, and which go in step.
//!
//! Whether a value suits its key is checked where a point is made, by loading it.

use super::context::Check;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::model::{Axis, Sweep};
use crate::scenario::raw::{At, RawAxis, RawScale, RawSweep, Scalar};
use crate::scenario::shape::listed;
use crate::units::math;
use std::collections::BTreeSet;
use std::ops::Range;

/// More values or seeds than this are a mistake.
const MOST: u32 = 10_000;

pub(super) fn sweep(check: &mut Check<'_>, raw: &Option<At<RawSweep>>) -> Sweep {
    let default = Sweep::default();
    let Some(At { value: raw, .. }) = raw else { return default };
    let mut axes: Vec<Axis> = Vec::new();
    let mut keys = BTreeSet::new();
    for at in raw.axis.iter().flat_map(|list| &list.value) {
        let axis = axis(check, at, &axes, &mut keys);
        axes.push(axis);
    }
    Sweep { seeds: check.integer(&raw.seeds, 1..=MOST, default.seeds), axes }
}

fn axis(
    check: &mut Check<'_>,
    raw: &At<RawAxis>,
    earlier: &[Axis],
    keys: &mut BTreeSet<String>,
) -> Axis {
    let values = values(check, raw);
    let with = raw.value.with.as_ref().map(|with| {
        let leader = earlier.iter().find(|axis| axis.key == with.value);
        in_step(check, with, leader, values.len(), earlier);
        with.value.clone()
    });
    Axis { key: check.name(&raw.value.key, keys), values, with }
}

/// Whether an axis can go in step with the one that it names.
fn in_step(
    check: &mut Check<'_>,
    with: &At<String>,
    leader: Option<&Axis>,
    count: usize,
    earlier: &[Axis],
) {
    match leader {
        None => {
            let names = || earlier.iter().map(|axis| axis.key.as_str());
            let expected = match earlier {
                [] => "no `with`: no axis comes before this one".to_string(),
                _ => format!("the key of an earlier axis: {}", listed(names())),
            };
            let hint = did_you_mean(&with.value, names());
            check.report(Rule::Combination, &with.span, expected).hints.extend(hint);
        }
        Some(leader) if count > 0 && leader.values.len() != count => {
            let expected =
                format!("as many values as `{}` has: {}", leader.key, leader.values.len());
            check.report(Rule::Combination, &with.span, format!("{expected}, not {count}"));
        }
        Some(_) => {}
    }
}

/// The values of an axis; none after an error.
fn values(check: &mut Check<'_>, raw: &At<RawAxis>) -> Vec<String> {
    let RawAxis { values, from, to, count, scale, .. } = &raw.value;
    match (values, from, to, count) {
        (Some(_), None, None, None) if scale.is_none() => {
            let list = check.list(values, "value");
            list.iter().map(|at| at.value.0.clone()).collect()
        }
        (None, Some(from), Some(to), Some(_)) => {
            let count = check.integer(count, 2..=MOST, 2);
            let scale = scale.as_ref().map_or(RawScale::Linear, |at| at.value);
            range(check, from, to, count, scale)
        }
        // What is missing may have been cut out because it was wrong.
        _ if check.is_incomplete(&raw.span) => Vec::new(),
        _ => {
            let expected = "either `values`, or `from`, `to` and `count`";
            check.report(Rule::Combination, &raw.span, expected);
            Vec::new()
        }
    }
}

/// A number and what stands behind it.
struct End {
    number: f64,
    unit: String,
    whole: bool,
}

fn end(check: &mut Check<'_>, at: &At<Scalar>) -> Option<End> {
    let text = at.value.0.trim();
    let digits = text.find(|c: char| !(c.is_ascii_digit() || ".-+_".contains(c)));
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let whole = number.parse::<i64>().is_ok();
    let parsed = number.replace('_', "").parse::<f64>().ok();
    if parsed.is_none() {
        check.report(Rule::Quantity, &at.span, "a number, with its unit if it has one");
    }
    parsed.map(|number| End { number, unit: unit.trim().to_string(), whole })
}

fn range(
    check: &mut Check<'_>,
    from: &At<Scalar>,
    to: &At<Scalar>,
    count: u32,
    scale: RawScale,
) -> Vec<String> {
    let (Some(first), Some(last)) = (end(check, from), end(check, to)) else { return Vec::new() };
    if first.unit != last.unit {
        let expected = match first.unit.as_str() {
            "" => "a number without a unit, as in `from`".to_string(),
            unit => format!("a number in `{unit}`, as in `from`"),
        };
        check.report(Rule::Combination, &to.span, expected);
    }
    let logarithmic = scale == RawScale::Logarithmic;
    for (end, at) in [(&first, from), (&last, to)] {
        if logarithmic && end.number <= 0.0 {
            above_zero(check, &at.span);
            return Vec::new();
        }
    }
    (0..count).map(|step| between(&first, &last, step, count, logarithmic)).collect()
}

fn above_zero(check: &mut Check<'_>, span: &Range<usize>) {
    check.report(Rule::OutOfRange, span, "more than 0, for a logarithmic scale");
}

/// One value of a range, rounded to twelve digits; a whole number when both ends are.
fn between(first: &End, last: &End, step: u32, count: u32, logarithmic: bool) -> String {
    let part = f64::from(step) / f64::from(count - 1);
    let number = match step {
        0 => first.number,
        _ if step + 1 == count => last.number,
        _ if logarithmic => {
            let ratio = math::ln(last.number / first.number);
            first.number * math::exp(part * ratio)
        }
        _ => first.number + part * (last.number - first.number),
    };
    let whole = first.whole && last.whole && first.unit.is_empty();
    let text = if whole { format!("{}", number.round()) } else { rounded(number) };
    format!("{text} {}", first.unit).trim_end().to_string()
}

fn rounded(number: f64) -> String {
    let short = format!("{number:.11e}").parse::<f64>();
    short.unwrap_or(number).to_string()
}

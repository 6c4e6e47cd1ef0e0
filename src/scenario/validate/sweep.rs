//! What a sweep varies: axes, their values, and which go in step.
//!
//! Whether a value suits its key is checked where a point is made, by loading it.

use super::context::Check;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::model::{Axis, Sweep};
use crate::scenario::raw::{At, RawAxis, RawScale, RawSweep, Scalar};
use crate::scenario::shape::listed;
use crate::units::range::{Amount, Spread, range};
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
            between(check, from, to, count, scale)
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

fn end(check: &mut Check<'_>, at: &At<Scalar>) -> Option<Amount> {
    let amount = Amount::parse(&at.value.0);
    if amount.is_none() {
        check.report(Rule::Quantity, &at.span, "a number, with its unit if it has one");
    }
    amount
}

fn between(
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
    let spread = match scale {
        RawScale::Linear => Spread::Linear,
        RawScale::Logarithmic => Spread::Logarithmic,
    };
    for (end, at) in [(&first, from), (&last, to)] {
        if spread == Spread::Logarithmic && end.number <= 0.0 {
            above_zero(check, &at.span);
            return Vec::new();
        }
    }
    range(&first, &last, count, spread)
}

fn above_zero(check: &mut Check<'_>, span: &Range<usize>) {
    check.report(Rule::OutOfRange, span, "more than 0, for a logarithmic scale");
}

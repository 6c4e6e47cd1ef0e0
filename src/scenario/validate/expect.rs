//! What runs are expected to show: known figures, and limits in their units.

use super::context::Check;
use super::world;
use crate::metrics::{GroupBy, is_of_groups, metric_names, unit};
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::limit;
use crate::scenario::model::{Expectation, Over};
use crate::scenario::raw::{At, RawExpect, RawOver, RawScenario, Scalar};
use crate::scenario::shape::listed;
use std::ops::Range;

/// The names of the parts of an audience.
pub(super) struct Parts<'a> {
    pub(super) contents: Vec<&'a str>,
    pub(super) classes: Vec<&'a str>,
    pub(super) isps: Vec<&'a str>,
}

pub(super) fn expectations(
    check: &mut Check<'_>,
    raw: &RawScenario,
    parts: &Parts<'_>,
) -> Vec<Expectation> {
    let list = raw.expect.as_ref().map_or(&[][..], |at| at.value.as_slice());
    list.iter().filter_map(|at| expectation(check, at, parts)).collect()
}

fn expectation(
    check: &mut Check<'_>,
    at: &At<RawExpect>,
    parts: &Parts<'_>,
) -> Option<Expectation> {
    let raw = &at.value;
    let coordinators = match &raw.coordinators {
        None => Vec::new(),
        some => world::coordinators(check, some),
    };
    let group = group(check, at, parts);
    let metric = raw.metric.as_ref()?;
    let unit = known(check, metric)?;
    if let Some((by, _)) = &group
        && !is_of_groups(&metric.value, *by)
    {
        let expected = format!("a figure that `groups.csv` has for each {}", by.name());
        check.report(Rule::Combination, &metric.span, expected);
    }
    let (low, high) = limits(check, at, unit)?;
    let over = match raw.over.as_ref().map(|at| at.value) {
        Some(RawOver::Mean) => Over::Mean,
        Some(RawOver::EverySeed) | None => Over::EverySeed,
    };
    let metric = metric.value.clone();
    Some(Expectation { metric, unit, low, high, over, coordinators, group })
}

/// The unit of a figure, when there is such a one.
fn known(check: &mut Check<'_>, at: &At<String>) -> Option<&'static str> {
    let unit = unit(&at.value);
    if unit.is_none() {
        let names: Vec<String> = metric_names().collect();
        let begins = |name: &&String| name.strip_prefix(at.value.as_str()).is_some();
        let longer: Vec<&str> = names.iter().filter(begins).map(String::as_str).collect();
        let hint = match longer.as_slice() {
            [] => did_you_mean(&at.value, names.iter().map(String::as_str)),
            _ if at.value.is_empty() => None,
            longer => Some(format!("did you mean {}?", listed(longer.iter().copied()))),
        };
        let expected = "the name of a figure of `summary.csv`";
        check.report(Rule::UnknownMetric, &at.span, expected).hints.extend(hint);
    }
    unit
}

/// Whom it is about, when not all.
fn group(
    check: &mut Check<'_>,
    at: &At<RawExpect>,
    parts: &Parts<'_>,
) -> Option<(GroupBy, String)> {
    let raw = &at.value;
    let named = [
        (GroupBy::Content, &raw.content, &parts.contents),
        (GroupBy::Class, &raw.class, &parts.classes),
        (GroupBy::Isp, &raw.isp, &parts.isps),
    ];
    let mut given =
        named.into_iter().filter_map(|(by, name, known)| Some((by, name.as_ref()?, known)));
    let (by, name, known) = given.next()?;
    if given.next().is_some() {
        let expected = "at most one of `content`, `class` and `isp`";
        check.report(Rule::Combination, &at.span, expected);
    }
    if !known.contains(&name.value.as_str()) {
        let expected = format!("one of {}", listed(known.iter().copied()));
        let hint = did_you_mean(&name.value, known.iter().copied());
        check.report(Rule::UnknownGroup, &name.span, expected).hints.extend(hint);
    }
    Some((by, name.value.clone()))
}

type Limits = (Option<f64>, Option<f64>);

/// The least and the most that are fine.
fn limits(check: &mut Check<'_>, at: &At<RawExpect>, unit: &str) -> Option<Limits> {
    let RawExpect { at_least, at_most, within, .. } = &at.value;
    let limit =
        |check: &mut Check<'_>, at: &Option<At<Scalar>>| at.as_ref().map(|at| one(check, at, unit));
    match within {
        None if at_least.is_some() || at_most.is_some() => {
            let (low, high) = (limit(check, at_least), limit(check, at_most));
            ordered(check, &at.span, (low, high));
            Some((low, high))
        }
        Some(within) if at_least.is_none() && at_most.is_none() => {
            let [low, high] = within.value.as_slice() else {
                check.report(Rule::Combination, &within.span, "two values: the least and the most");
                return None;
            };
            let limits = (Some(one(check, low, unit)), Some(one(check, high, unit)));
            ordered(check, &within.span, limits);
            Some(limits)
        }
        // What is missing may have been cut out because it was wrong.
        _ if check.is_incomplete(&at.span) => None,
        _ => {
            let expected = "`at_least`, `at_most` or both, or else `within`";
            check.report(Rule::Combination, &at.span, expected);
            None
        }
    }
}

/// A limit in a figure's unit; nothing harmful after an error.
fn one(check: &mut Check<'_>, at: &At<Scalar>, unit: &str) -> f64 {
    limit::parse(&at.value.0, unit).unwrap_or_else(|expected| {
        check.report(Rule::Quantity, &at.span, expected);
        f64::NAN
    })
}

fn ordered(check: &mut Check<'_>, span: &Range<usize>, (low, high): Limits) {
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        check.report(Rule::Inconsistent, span, "the least before the most");
    }
}

//! Policies: whom they are about and what they forbid.

use super::context::Check;
use crate::control::{Condition, Country, Effect, Policy};
use crate::net;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::model::{Content, Topology};
use crate::scenario::raw::{At, RawPolicy};
use crate::scenario::shape::listed;
use crate::units::ContentId;
use std::collections::BTreeSet;

/// What a policy may name.
pub(super) struct Subjects<'a> {
    pub(super) contents: &'a [Content],
    pub(super) topology: &'a Topology,
}

pub(super) fn policies(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawPolicy>>>>,
    subjects: &Subjects<'_>,
) -> Vec<Policy> {
    let mut taken = BTreeSet::new();
    let list = raw.as_ref().map_or(&[][..], |at| at.value.as_slice());
    list.iter().filter_map(|at| policy(check, at, subjects, &mut taken)).collect()
}

fn policy(
    check: &mut Check<'_>,
    at: &At<RawPolicy>,
    subjects: &Subjects<'_>,
    taken: &mut BTreeSet<String>,
) -> Option<Policy> {
    let raw = &at.value;
    let name = check.name(&raw.name, taken).into();
    let content =
        raw.content.as_ref().and_then(|named| content_named(check, named, subjects.contents));
    let condition = condition(check, at, subjects.topology)?;
    Some(Policy { name, content, condition, effect: Effect::Deny })
}

/// The content with the name that stands there; none after an error.
pub(super) fn content_named(
    check: &mut Check<'_>,
    at: &At<String>,
    contents: &[Content],
) -> Option<ContentId> {
    let names = || contents.iter().map(|content| content.name.as_str());
    let found = names().position(|name| name == at.value);
    if found.is_none() {
        let expected = format!("one of {}", listed(names()));
        let hint = did_you_mean(&at.value, names());
        check.report(Rule::UnknownContent, &at.span, expected).hints.extend(hint);
    }
    found.map(ContentId::from_index)
}

fn condition(check: &mut Check<'_>, at: &At<RawPolicy>, topology: &Topology) -> Option<Condition> {
    match (&at.value.deny_countries, &at.value.allow_countries) {
        (Some(list), None) => Some(Condition::CountryIn(countries(check, list, topology))),
        (None, Some(list)) => Some(Condition::CountryNotIn(countries(check, list, topology))),
        _ => {
            if !check.is_incomplete(&at.span) {
                let expected = "exactly one of `deny_countries` and `allow_countries`";
                check.report(Rule::Combination, &at.span, expected);
            }
            None
        }
    }
}

fn countries(check: &mut Check<'_>, at: &At<Vec<At<String>>>, topology: &Topology) -> Vec<Country> {
    if at.value.is_empty() {
        check.report(Rule::EmptyList, &at.span, "at least one country");
    }
    let mut found = Vec::with_capacity(at.value.len());
    for named in &at.value {
        let Some(country) = country(check, named, topology) else { continue };
        if found.contains(&country) {
            check.report(Rule::DuplicateName, &named.span, "each country once");
        }
        found.push(country);
    }
    found
}

/// A country of the carried table.
fn country(check: &mut Check<'_>, at: &At<String>, topology: &Topology) -> Option<Country> {
    let code = net::Country::new(&at.value).filter(|country| country.region().is_some());
    if code.is_none() {
        let viewers: BTreeSet<String> =
            topology.isps.iter().map(|isp| String::from_utf8_lossy(&isp.country).into()).collect();
        let here = || viewers.iter().map(String::as_str);
        let by_name = net::Country::from_name(&at.value)
            .filter(|country| country.region().is_some())
            .map(|country| format!("did you mean `{country}`?"));
        let hint = by_name.or_else(|| did_you_mean(&at.value, here()));
        let expected = format!(
            "the code of a country, two capital letters; viewers are in {}",
            listed(here())
        );
        check.report(Rule::UnknownCountry, &at.span, expected).hints.extend(hint);
    }
    code.and_then(|country| country.code().as_bytes().try_into().ok())
}

//! On which terms users take part: hours, friends, subscription.

use super::context::Check;
use crate::proto::{Friends, Hours, Strangers, Terms};
use crate::scenario::diagnostics::Rule;
use crate::scenario::raw::{At, RawAccess, RawFriends, RawHours, RawStrangers};
use crate::units::{SimTime, Span};
use std::collections::BTreeSet;

pub(super) fn terms(check: &mut Check<'_>, raw: &RawAccess, run: Span) -> Terms {
    if let (Some(at), Some(_)) = (&raw.friends, &raw.enterprise) {
        let expected =
            "no `friends` beside `enterprise`: who sits in one serves its own network only";
        check.report(Rule::Combination, &at.span, expected);
    }
    Terms {
        no_serving: no_serving(check, &raw.no_serving, run),
        friends: raw.friends.as_ref().map(|at| friends(check, &at.value)),
        priority: check.integer(&raw.priority, 0..=u8::MAX, 0),
        lan_only: raw.enterprise.is_some(),
    }
}

fn no_serving(check: &mut Check<'_>, raw: &Option<At<Vec<At<RawHours>>>>, run: Span) -> Vec<Hours> {
    let mut last = SimTime::ZERO;
    let list = check.list(raw, "stretch of time");
    list.iter().filter_map(|at| hours(check, &at.value, &mut last, run)).collect()
}

/// A stretch that begins before it ends, within the run and not before `last`, the end of the one before.
fn hours(check: &mut Check<'_>, raw: &RawHours, last: &mut SimTime, run: Span) -> Option<Hours> {
    let [from, until] =
        [&raw.from, &raw.until].map(|key| check.parsed(key).map(|span| SimTime::ZERO + span));
    let (from, until) = (from?, until?);
    if let Some(at) = raw.from.as_ref().filter(|_| from < *last) {
        let expected = format!("not before the end of the stretch before it ({last})");
        check.report(Rule::HoursOrder, &at.span, expected);
    }
    if let Some(at) = raw.from.as_ref().filter(|_| from >= SimTime::ZERO + run) {
        check.report(Rule::OutsideRun, &at.span, format!("before the end of the run ({run})"));
    }
    if let Some(at) = raw.until.as_ref().filter(|_| until <= from) {
        check.report(Rule::HoursOrder, &at.span, format!("later than its beginning ({from})"));
    }
    *last = until.max(*last);
    Some(Hours { from, until })
}

fn friends(check: &mut Check<'_>, raw: &RawFriends) -> Friends {
    Friends {
        // Several classes may be of one group.
        group: check.name(&raw.group, &mut BTreeSet::new()).into(),
        strangers: match raw.strangers.as_ref().map(|at| at.value) {
            None | Some(RawStrangers::Always) => Strangers::Always,
            Some(RawStrangers::Last) => Strangers::Last,
            Some(RawStrangers::Never) => Strangers::Never,
        },
    }
}

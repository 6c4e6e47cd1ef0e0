//! What runs are expected to show back to the file.

use super::{at, list, text, world};
use crate::metrics::GroupBy;
use crate::scenario::limit;
use crate::scenario::model::{Expectation, Over};
use crate::scenario::raw::{RawExpect, RawOver, Scalar};

pub(super) fn expectation(expected: &Expectation) -> RawExpect {
    let limit =
        |value: Option<f64>| value.and_then(|value| at(Scalar(limit::print(value, expected.unit))));
    let group = |by: GroupBy| {
        let own = expected.group.as_ref().filter(|(own, _)| *own == by);
        own.and_then(|(_, name)| text(name))
    };
    let coordinators = &expected.coordinators;
    RawExpect {
        metric: text(&expected.metric),
        at_least: limit(expected.low),
        at_most: limit(expected.high),
        within: None,
        over: at(match expected.over {
            Over::EverySeed => RawOver::EverySeed,
            Over::Mean => RawOver::Mean,
        }),
        coordinators: if coordinators.is_empty() {
            None
        } else {
            list(coordinators, |kind| world::coordinator(*kind))
        },
        content: group(GroupBy::Content),
        class: group(GroupBy::Class),
        isp: group(GroupBy::Isp),
    }
}

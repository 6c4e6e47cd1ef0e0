//! What a sweep varies back to the file; ranges as the values that they stand for.

use super::{list, text, whole};
use crate::scenario::model::{Axis, Sweep};
use crate::scenario::raw::{RawAxis, RawSweep, Scalar};

pub(super) fn sweep(sweep: &Sweep) -> RawSweep {
    let axis = if sweep.axes.is_empty() { None } else { list(&sweep.axes, axis) };
    RawSweep { seeds: whole(sweep.seeds), axis }
}

fn axis(axis: &Axis) -> RawAxis {
    RawAxis {
        key: text(&axis.key),
        values: list(&axis.values, |value| Scalar(value.clone())),
        with: axis.with.as_deref().and_then(text),
        ..RawAxis::default()
    }
}

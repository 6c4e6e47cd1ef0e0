//! Viewers: how they come, how long they stay.

use super::context::Check;
use super::{trace, watch};
use crate::scenario::defaults;
use crate::scenario::diagnostics::Rule;
use crate::scenario::lines::AccessClass;
use crate::scenario::model::{
    Arrivals, Audience, Content, Isp, Phase, SessionKind, Shape, Topology,
};
use crate::scenario::raw::{At, RawAudience, RawPhase, RawSession, RawShape};
use crate::units::{Ratio, SimTime, Span};
use std::collections::BTreeSet;

/// What the audience depends on.
pub(super) struct World<'a> {
    pub(super) duration: Span,
    pub(super) topology: &'a Topology,
    pub(super) access: &'a [AccessClass],
    pub(super) contents: &'a [Content],
}

impl World<'_> {
    pub(super) fn isps(&self) -> &[Isp] {
        &self.topology.isps
    }
}

pub(super) fn audience(
    check: &mut Check<'_>,
    raw: &Option<At<RawAudience>>,
    world: &World<'_>,
) -> Audience {
    let empty = At::default();
    let at = raw.as_ref().unwrap_or(&empty);
    let trace_file = at.value.trace.as_ref().map(|file| file.value.clone());
    Audience {
        arrivals: arrivals(check, at, world),
        watches: watch::watches(check, at, world.contents),
        sessions: sessions(check, &at.value.session, defaults::sessions),
        silent_leave: check.quantity(&at.value.silent_leave, defaults::silent_leave()),
        returning: returning(check, &at.value),
        trace_file,
    }
}

fn arrivals(check: &mut Check<'_>, at: &At<RawAudience>, world: &World<'_>) -> Arrivals {
    let raw = &at.value;
    let given = [raw.peak.is_some(), raw.arrivals.is_some(), raw.trace.is_some()];
    let harmless = Arrivals::Poisson { per_second: 0.0 };
    // Without a place there is no audience at all, which is an error already.
    let silent = at.span.is_empty() || check.is_incomplete(&at.span);
    if given.iter().filter(|given| **given).count() != 1 {
        if !silent {
            check.report(
                Rule::Combination,
                &at.span,
                "exactly one of `peak`, `arrivals` and `trace`",
            );
        }
        return harmless;
    }
    match &raw.peak {
        None => curve_keys_alone(check, raw),
        Some(at) if !silent && raw.initial.is_none() && raw.phase.is_none() => {
            let expected = "an `initial` level or a `[[audience.phase]]` beside it";
            check.report(Rule::Combination, &at.span, expected);
        }
        Some(_) => {}
    }
    match (&raw.arrivals, &raw.trace) {
        (Some(rate), _) => Arrivals::Poisson { per_second: per_second(check, rate) },
        (_, Some(file)) => Arrivals::Trace(trace::sessions(check, file, world)),
        _ => curve(check, raw, world.duration),
    }
}

/// Who returns must have left, which a trace says of each row by itself.
fn returning(check: &mut Check<'_>, raw: &RawAudience) -> Ratio {
    if let (Some(at), Some(_)) = (&raw.returning, &raw.trace) {
        let expected = "`peak` or `arrivals` beside it: a trace says itself who comes";
        check.report(Rule::Combination, &at.span, expected);
    }
    check.quantity(&raw.returning, Ratio::ZERO)
}

fn curve_keys_alone(check: &mut Check<'_>, raw: &RawAudience) {
    let initial = raw.initial.as_ref().map(|at| &at.span);
    let phase = raw.phase.as_ref().map(|at| &at.span);
    for span in [initial, phase].into_iter().flatten() {
        check.report(Rule::Combination, span, "`peak` beside it: only a curve has levels");
    }
}

fn curve(check: &mut Check<'_>, raw: &RawAudience, duration: Span) -> Arrivals {
    let peak = check.integer(&raw.peak, 1..=100_000_000, 1);
    let initial = check.quantity(&raw.initial, Ratio::ZERO).get();
    let phases = raw.phase.as_ref().map_or(&[][..], |at| at.value.as_slice());
    let mut drawn = Vec::with_capacity(phases.len() + 1);
    let mut last = SimTime::ZERO;
    for at in phases {
        let phase = phase(check, &at.value, &mut last, duration);
        drawn.push(phase);
    }
    let end = SimTime::ZERO + duration;
    if last < end {
        let level = drawn.last().map_or(initial, |phase| phase.level);
        drawn.push(Phase { name: "steady".to_string(), until: end, level, shape: Shape::Linear });
    }
    Arrivals::Curve { peak, initial, phases: drawn }
}

fn phase(check: &mut Check<'_>, raw: &RawPhase, last: &mut SimTime, duration: Span) -> Phase {
    let until = check.parsed(&raw.until).map(|span| SimTime::ZERO + span);
    if let (Some(until), Some(at)) = (until, &raw.until) {
        if until <= *last {
            let expected = format!("later than the end of the phase before it ({last})");
            check.report(Rule::PhaseOrder, &at.span, expected);
        } else if until > SimTime::ZERO + duration {
            let expected = format!("not after the end of the run ({duration})");
            check.report(Rule::OutsideRun, &at.span, expected);
        }
        *last = (*last).max(until);
    }
    Phase {
        name: check.name(&raw.name, &mut BTreeSet::new()),
        until: until.unwrap_or_default(),
        level: check.quantity(&raw.level, Ratio::ZERO).get(),
        shape: raw.shape.as_ref().map_or(Shape::Linear, |at| shape(at.value)),
    }
}

const fn shape(raw: RawShape) -> Shape {
    match raw {
        RawShape::Linear => Shape::Linear,
        RawShape::Smooth => Shape::Smooth,
        RawShape::Step => Shape::Step,
    }
}

/// A rate such as `2 /s`, in arrivals per second.
fn per_second(check: &mut Check<'_>, at: &At<String>) -> f64 {
    let seconds = [("/s", 1.0), ("/min", 60.0), ("/h", 3600.0)];
    let parsed = seconds.iter().find_map(|(unit, seconds)| {
        let number: f64 = at.value.trim().strip_suffix(unit)?.trim().parse().ok()?;
        (number.is_finite() && number > 0.0).then_some(number / seconds)
    });
    parsed.unwrap_or_else(|| {
        check.report(
            Rule::ArrivalRate,
            &at.span,
            "a number above 0 and `/s`, `/min` or `/h`, as in \"2 /s\"",
        );
        0.0
    })
}

/// Kinds of sessions, or those of `default` where the file names none.
pub(super) fn sessions(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawSession>>>>,
    default: impl FnOnce() -> Vec<SessionKind>,
) -> Vec<SessionKind> {
    let Some(at) = raw else { return default() };
    let complete = !at.value.iter().any(|kind| check.is_incomplete(&kind.span));
    let (sessions, clean) = check.clean(|check| {
        let mut taken = BTreeSet::new();
        let list = check.list(raw, "kind of session").iter();
        list.map(|kind| session(check, &kind.value, &mut taken)).collect::<Vec<_>>()
    });
    if clean && complete {
        check.whole(&at.span, sessions.iter().map(|kind| kind.share), "kinds of sessions");
    }
    sessions
}

fn session(check: &mut Check<'_>, raw: &RawSession, taken: &mut BTreeSet<String>) -> SessionKind {
    SessionKind {
        name: check.name(&raw.name, taken),
        share: check.quantity(&raw.share, Ratio::ZERO).get(),
        median: check.positive(&raw.median, Span::ZERO),
        sigma: check.number(&raw.sigma, 0.0..=10.0, 0.0),
    }
}

//! Access lines and the NATs in front of them.

use super::audience::sessions;
use super::context::Check;
use super::settings::table;
use super::terms;
use crate::scenario::defaults;
use crate::scenario::lines::{AccessClass, Enterprise, NatMix, Overstated, UplinkRule};
use crate::scenario::raw::{At, RawAccess, RawEnterprise, RawLends, RawNatMix, RawOverstated};
use crate::units::{BitRate, Ratio, Span};
use std::collections::BTreeSet;

pub(super) fn access(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawAccess>>>>,
    run: Span,
) -> Vec<AccessClass> {
    let Some(at) = raw else { return defaults::access() };
    let complete = !at.value.iter().any(|class| check.is_incomplete(&class.span));
    let (classes, clean) = check.clean(|check| {
        let mut taken = BTreeSet::new();
        let list = check.list(raw, "access class").iter();
        list.map(|class| class_of(check, &class.value, run, &mut taken)).collect::<Vec<_>>()
    });
    if clean && complete {
        check.whole(&at.span, classes.iter().map(|class| class.share), "access classes");
    }
    classes
}

fn class_of(
    check: &mut Check<'_>,
    raw: &RawAccess,
    run: Span,
    taken: &mut BTreeSet<String>,
) -> AccessClass {
    let mobile = raw.mobile.as_ref().is_some_and(|at| at.value);
    AccessClass {
        name: check.name(&raw.name, taken),
        share: check.quantity(&raw.share, Ratio::ZERO).get(),
        downlink: check.positive(&raw.downlink, BitRate::ZERO),
        uplink: check.quantity(&raw.uplink, BitRate::ZERO),
        rtt: check.quantity(&raw.rtt, Span::ZERO),
        variation: check.number(&raw.variation, 0.0..=10.0, defaults::VARIATION),
        cpu: check.parsed(&raw.cpu),
        storage: check.parsed(&raw.storage),
        lends: lends(check, &raw.lends, mobile),
        overstated: raw.overstated.as_ref().map(|at| overstated(check, &at.value)),
        mobile,
        terms: terms::terms(check, raw, run),
        enterprise: raw.enterprise.as_ref().map(|at| enterprise(check, &at.value)),
        sessions: sessions(check, &raw.session, Vec::new),
        silent_leave: check.parsed(&raw.silent_leave),
    }
}

fn enterprise(check: &mut Check<'_>, raw: &RawEnterprise) -> Enterprise {
    Enterprise {
        viewers: check.integer(&raw.viewers, 2..=u32::MAX, 2),
        downlink: check.positive(&raw.downlink, BitRate::ZERO),
        uplink: check.positive(&raw.uplink, BitRate::ZERO),
    }
}

fn overstated(check: &mut Check<'_>, raw: &RawOverstated) -> Overstated {
    Overstated {
        share: check.quantity(&raw.share, Ratio::ZERO),
        factor: check.number(&raw.factor, 1.0..=1e3, 1.0),
    }
}

fn lends(check: &mut Check<'_>, raw: &Option<At<RawLends>>, mobile: bool) -> UplinkRule {
    if mobile && raw.is_none() {
        return defaults::mobile_uplink_rule();
    }
    let (raw, default) = (table(raw), defaults::uplink_rule());
    UplinkRule {
        share: check.quantity(&raw.share, default.share),
        bitrates: check.number(&raw.bitrates, 0.0..=1e6, default.bitrates),
    }
}

pub(super) fn nat(check: &mut Check<'_>, raw: &Option<At<RawNatMix>>, default: NatMix) -> NatMix {
    let Some(at) = raw else { return default };
    let mix = &at.value;
    // In the order of `NatKind::ALL`.
    let kinds = [
        &mix.open,
        &mix.full_cone,
        &mix.address_restricted,
        &mix.port_restricted,
        &mix.symmetric,
        &mix.udp_blocked,
    ];
    let (shares, clean) =
        check.clean(|check| kinds.map(|kind| check.quantity(kind, Ratio::ZERO).get()));
    if clean && !check.is_incomplete(&at.span) {
        check.whole(&at.span, shares.iter().copied(), "kinds of NAT");
    }
    NatMix(shares)
}

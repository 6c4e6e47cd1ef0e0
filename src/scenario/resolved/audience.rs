//! Viewers and their lines back to the file.

use super::{at, instant, list, quantity, share, text, whole};
use crate::proto::{Friends, Hours, Strangers};
use crate::scenario::lines::{AccessClass, Enterprise, NatMix};
use crate::scenario::model::{Arrivals, Audience, Content, Phase, SessionKind, Shape, Watch};
use crate::scenario::raw::{
    RawAccess, RawAudience, RawEnterprise, RawFriends, RawHours, RawLends, RawNatMix,
    RawOverstated, RawPhase, RawSession, RawShape, RawStrangers, RawWatch,
};

pub(super) fn audience(audience: &Audience, contents: &[Content]) -> RawAudience {
    let mut raw = RawAudience {
        silent_leave: quantity(audience.silent_leave),
        watch: list(&audience.watches, |one| watch(one, contents)),
        returning: quantity(audience.returning),
        session: list(&audience.sessions, session),
        ..RawAudience::default()
    };
    match &audience.arrivals {
        Arrivals::Curve { peak, initial, phases } => {
            raw.peak = whole(*peak);
            raw.initial = share(*initial);
            raw.phase = list(phases, phase);
        }
        Arrivals::Poisson { per_second } => raw.arrivals = text(&format!("{per_second} /s")),
        Arrivals::Trace(_) => {
            raw.trace = audience.trace_file.as_deref().and_then(text);
            // Who returns stands in the file.
            raw.returning = None;
        }
    }
    raw
}

fn watch(watch: &Watch, contents: &[Content]) -> RawWatch {
    RawWatch {
        name: text(&watch.name),
        share: share(watch.share),
        contents: list(&watch.contents, |content| contents[content.index()].name.clone()),
    }
}

fn phase(phase: &Phase) -> RawPhase {
    RawPhase {
        name: text(&phase.name),
        until: instant(phase.until),
        level: share(phase.level),
        shape: at(match phase.shape {
            Shape::Linear => RawShape::Linear,
            Shape::Smooth => RawShape::Smooth,
            Shape::Step => RawShape::Step,
        }),
    }
}

fn session(kind: &SessionKind) -> RawSession {
    RawSession {
        name: text(&kind.name),
        share: share(kind.share),
        median: quantity(kind.median),
        sigma: at(kind.sigma),
    }
}

pub(super) fn access(class: &AccessClass) -> RawAccess {
    RawAccess {
        name: text(&class.name),
        share: share(class.share),
        downlink: quantity(class.downlink),
        uplink: quantity(class.uplink),
        rtt: quantity(class.rtt),
        variation: at(class.variation),
        cpu: class.cpu.and_then(quantity),
        storage: class.storage.and_then(quantity),
        lends: at(RawLends {
            share: quantity(class.lends.share),
            bitrates: at(class.lends.bitrates),
        }),
        overstated: class.overstated.and_then(|own| {
            at(RawOverstated { share: quantity(own.share), factor: at(own.factor) })
        }),
        mobile: at(class.mobile),
        no_serving: list(&class.terms.no_serving, hours).filter(|at| !at.value.is_empty()),
        friends: class.terms.friends.as_ref().and_then(|own| at(friends(own))),
        enterprise: class.enterprise.and_then(|own| at(enterprise(own))),
        priority: whole(class.terms.priority),
        session: list(&class.sessions, session).filter(|at| !at.value.is_empty()),
        silent_leave: class.silent_leave.and_then(quantity),
    }
}

fn hours(hours: &Hours) -> RawHours {
    RawHours { from: instant(hours.from), until: instant(hours.until) }
}

fn enterprise(enterprise: Enterprise) -> RawEnterprise {
    RawEnterprise {
        viewers: whole(enterprise.viewers),
        downlink: quantity(enterprise.downlink),
        uplink: quantity(enterprise.uplink),
    }
}

fn friends(friends: &Friends) -> RawFriends {
    RawFriends {
        group: text(&friends.group),
        strangers: at(match friends.strangers {
            Strangers::Always => RawStrangers::Always,
            Strangers::Last => RawStrangers::Last,
            Strangers::Never => RawStrangers::Never,
        }),
    }
}

pub(super) fn nat(mix: NatMix) -> RawNatMix {
    // In the order of `NatKind::ALL`.
    let [open, full_cone, address_restricted, port_restricted, symmetric, udp_blocked] =
        mix.0.map(share);
    RawNatMix { open, full_cone, address_restricted, port_restricted, symmetric, udp_blocked }
}

//! Contents, CDN nodes, faults and output.

use super::context::Check;
use super::settings::table;
use super::topology::Networks;
use crate::proto::ContentKind;
use crate::scenario::defaults;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::model::{
    Content, ControlSite, CoordinatorKind, Cost, Network, OutputConfig, Rows, Server,
};
use crate::scenario::raw::{
    At, RawContent, RawContentKind, RawControl, RawCoordinator, RawCost, RawFault, RawFeeds,
    RawNetwork, RawOutput, RawScenario, RawServer,
};
use crate::scenario::shape::listed;
use crate::scenario::trouble::{Fault, FaultKind, Feeds};
use crate::units::{AsIndex, BitRate, Bytes, Ratio, SimTime, Span};
use std::collections::BTreeSet;

pub(super) fn coordinators(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawCoordinator>>>>,
) -> Vec<CoordinatorKind> {
    let mut kinds = Vec::new();
    for at in check.list(raw, "coordinator") {
        let kind = match at.value {
            RawCoordinator::ControlCenter => CoordinatorKind::ControlCenter,
            RawCoordinator::CdnOnly => CoordinatorKind::CdnOnly,
            RawCoordinator::TrackerRandom => CoordinatorKind::TrackerRandom,
            RawCoordinator::TrackerLocal => CoordinatorKind::TrackerLocal,
        };
        if kinds.contains(&kind) {
            check.report(Rule::DuplicateName, &at.span, "each coordinator once");
        }
        kinds.push(kind);
    }
    if raw.is_none() { vec![CoordinatorKind::ControlCenter] } else { kinds }
}

pub(super) fn network(check: &mut Check<'_>, raw: &RawNetwork) -> Network {
    let default = defaults::network();
    Network {
        control_loss: check.quantity(&raw.control_loss, default.control_loss),
        convergence: check.quantity(&raw.convergence, default.convergence),
        nat_success: check.quantity(&raw.nat_success, default.nat_success),
    }
}

pub(super) fn feeds(check: &mut Check<'_>, raw: &RawFeeds) -> Feeds {
    let default = defaults::FEEDS;
    Feeds {
        route_delay: check.quantity(&raw.route_delay, default.route_delay),
        missing_routes: check.quantity(&raw.missing_routes, default.missing_routes),
        wrong_routes: check.quantity(&raw.wrong_routes, default.wrong_routes),
        wrong_addresses: check.quantity(&raw.wrong_addresses, default.wrong_addresses),
    }
}

pub(super) fn cost(check: &mut Check<'_>, raw: &Option<At<RawCost>>) -> Option<Cost> {
    let At { value: raw, .. } = raw.as_ref()?;
    let mut price = |price: &Option<At<f64>>| check.number(price, 0.0..=1e12, 0.0);
    Some(Cost { cdn_gb: price(&raw.cdn_gb), transit_mbps: price(&raw.transit_mbps) })
}

pub(super) fn contents(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawContent>>>>,
    run: Span,
) -> Vec<Content> {
    let mut taken = BTreeSet::new();
    let list = check.list(raw, "content");
    list.iter().map(|at| content(check, at, run, &mut taken)).collect()
}

fn content(
    check: &mut Check<'_>,
    At { span, value: raw }: &At<RawContent>,
    run: Span,
    taken: &mut BTreeSet<String>,
) -> Content {
    let start = within(check, &raw.start, run);
    let rest = run.saturating_sub(start.since(SimTime::ZERO));
    let name = check.name(&raw.name, taken);
    let bitrate = check.positive(&raw.bitrate, BitRate::ZERO);
    // Of a content that lacks something already, nobody knows what it was to be.
    let size = if check.is_incomplete(span) { None } else { size(check, raw) };
    let takes = size.and_then(|size| bitrate.time_to_send(size));
    Content {
        owner: raw.owner.as_ref().map_or_else(|| name.clone(), |at| at.value.clone()),
        name,
        kind: match raw.kind.as_ref().map(|at| at.value) {
            None | Some(RawContentKind::Live) => ContentKind::Live,
            Some(RawContentKind::File) => ContentKind::File,
        },
        bitrate,
        substreams: check.integer(&raw.substreams, 1..=64, defaults::SUBSTREAMS),
        start,
        duration: takes.unwrap_or_else(|| check.positive(&raw.duration, rest)),
        size,
        priority: check.integer(&raw.priority, 0..=255, 0),
    }
}

/// The bytes of a file: it has a size and no duration, and a live stream the other way round.
fn size(check: &mut Check<'_>, raw: &RawContent) -> Option<Bytes> {
    let kind = raw.kind.as_ref().filter(|at| matches!(at.value, RawContentKind::File));
    match (kind, &raw.size, &raw.duration) {
        (None, Some(size), _) => {
            let expected = "no `size` without `kind = \"file\"`: a live stream has a `duration`";
            check.report(Rule::Combination, &size.span, expected);
            None
        }
        (None, None, _) => None,
        (Some(_), _, Some(duration)) => {
            let expected = "no `duration`: a file has a `size`, and takes as long as its rate says";
            check.report(Rule::Combination, &duration.span, expected);
            None
        }
        (Some(file), None, None) => {
            let expected = "with it the file's `size`, as in \"700 MB\"";
            check.report(Rule::Combination, &file.span, expected);
            None
        }
        (Some(_), Some(_), None) => Some(check.positive(&raw.size, Bytes::default())),
    }
}

/// An instant before the end of the run; its start when none is given.
fn within(
    check: &mut Check<'_>,
    raw: &Option<At<crate::scenario::raw::Duration>>,
    run: Span,
) -> SimTime {
    let at = check.instant(raw);
    if let Some(raw) = raw.as_ref().filter(|_| at >= SimTime::ZERO + run) {
        check.report(Rule::OutsideRun, &raw.span, format!("before the end of the run ({run})"));
    }
    at
}

/// CDN nodes and waypoint servers; no two of them have the same name.
pub(super) fn servers(
    check: &mut Check<'_>,
    raw: &RawScenario,
    networks: &Networks,
) -> [Vec<Server>; 2] {
    let mut taken = BTreeSet::new();
    let nodes = check.list(&raw.cdn, "CDN node");
    let waypoints = raw.waypoint.as_ref().map_or(&[][..], |at| at.value.as_slice());
    [nodes, waypoints].map(|list| {
        let server = |at: &At<RawServer>| Server {
            name: check.name(&at.value.name, &mut taken),
            network: networks.find(check, &at.value.network),
            country: check.country(&at.value.country).unwrap_or_default(),
            capacity: check.positive(&at.value.capacity, BitRate::ZERO),
        };
        list.iter().map(server).collect()
    })
}

/// Where the coordinator stands: beside the first CDN node unless the file says otherwise.
pub(super) fn control_site(
    check: &mut Check<'_>,
    raw: &RawControl,
    networks: &Networks,
    cdn: &[Server],
) -> ControlSite {
    let beside = cdn.first();
    let network = beside.map_or(AsIndex::default(), |node| node.network);
    ControlSite {
        network: if raw.site_as.is_some() { networks.find(check, &raw.site_as) } else { network },
        country: check
            .country(&raw.site_country)
            .or(beside.map(|node| node.country))
            .unwrap_or_default(),
    }
}

/// What a fault may name.
pub(super) struct Targets<'a> {
    pub(super) run: Span,
    pub(super) networks: &'a Networks,
    pub(super) cdn: &'a [Server],
}

/// The faults, in the order of time.
pub(super) fn faults(
    check: &mut Check<'_>,
    raw: &Option<At<Vec<At<RawFault>>>>,
    targets: &Targets<'_>,
) -> Vec<Fault> {
    let list = raw.as_ref().map_or(&[][..], |at| at.value.as_slice());
    let mut faults: Vec<Fault> = list.iter().filter_map(|at| fault(check, at, targets)).collect();
    faults.sort_by_key(|fault| fault.at);
    faults
}

fn fault(check: &mut Check<'_>, at: &At<RawFault>, targets: &Targets<'_>) -> Option<Fault> {
    let raw = &at.value;
    let begins = within(check, &raw.at, targets.run);
    let given = [
        raw.link_down.is_some(),
        raw.link_capacity.is_some(),
        raw.cdn_down.is_some(),
        raw.peers_vanish.is_some(),
        raw.control_down.is_some(),
    ];
    if given.iter().filter(|given| **given).count() != 1 {
        if !check.is_incomplete(&at.span) {
            let expected = "exactly one of `link_down`, `link_capacity`, `cdn_down`, `peers_vanish` \
                and `control_down`";
            check.report(Rule::Combination, &at.span, expected);
        }
        return None;
    }
    let lasts = lasts(check, at);
    let kind = fault_kind(check, raw, targets)?;
    let announced = announced(check, raw, &kind, begins);
    Some(Fault { at: begins, lasts, announced, kind })
}

fn announced(
    check: &mut Check<'_>,
    raw: &RawFault,
    kind: &FaultKind,
    begins: SimTime,
) -> Option<Span> {
    let at = raw.announced.as_ref()?;
    let announced = check.quantity(&raw.announced, Span::ZERO);
    if kind.link().is_none() {
        let expected = "`announced` only beside `link_down` or `link_capacity`: ISPs tell of links";
        check.report(Rule::Combination, &at.span, expected);
    } else if announced > begins.since(SimTime::ZERO) {
        let expected =
            format!("not before the start of the run (at most {})", begins.since(SimTime::ZERO));
        check.report(Rule::OutsideRun, &at.span, expected);
    }
    Some(announced)
}

fn lasts(check: &mut Check<'_>, at: &At<RawFault>) -> Span {
    let raw = &at.value;
    match (&raw.lasts, &raw.peers_vanish) {
        (Some(lasts), Some(_)) => {
            check.report(
                Rule::Combination,
                &lasts.span,
                "no `lasts` beside `peers_vanish`: who is gone stays away",
            );
            Span::ZERO
        }
        (None, None) if !check.is_incomplete(&at.span) => {
            check.report(Rule::Combination, &at.span, "`lasts`, as in lasts = \"2 min\"");
            Span::ZERO
        }
        _ => check.positive(&raw.lasts, Span::ZERO),
    }
}

fn fault_kind(check: &mut Check<'_>, raw: &RawFault, targets: &Targets<'_>) -> Option<FaultKind> {
    if let Some(at) = &raw.link_down {
        let [a, b] = targets.networks.link(check, at)?;
        return Some(FaultKind::LinkDown { a, b });
    }
    if let Some(at) = &raw.link_capacity {
        let capacity = check.quantity(&at.value.capacity, BitRate::ZERO);
        let [a, b] = targets.networks.link(check, at.value.between.as_ref()?)?;
        return Some(FaultKind::LinkCapacity { a, b, capacity });
    }
    if let Some(at) = &raw.cdn_down {
        return cdn_named(check, at, targets.cdn).map(|cdn| FaultKind::CdnDown { cdn });
    }
    if raw.peers_vanish.is_some() {
        return Some(FaultKind::PeersVanish {
            share: check.positive(&raw.peers_vanish, Ratio::ONE),
        });
    }
    let at = raw.control_down.as_ref()?;
    if !at.value {
        check.report(Rule::Combination, &at.span, "`true`, or no such fault");
    }
    Some(FaultKind::ControlDown)
}

fn cdn_named(check: &mut Check<'_>, at: &At<String>, cdn: &[Server]) -> Option<usize> {
    let names = || cdn.iter().map(|node| node.name.as_str());
    let found = names().position(|name| name == at.value);
    if found.is_none() {
        let expected = format!("one of {}", listed(names()));
        let hint = did_you_mean(&at.value, names());
        check.report(Rule::UnknownCdn, &at.span, expected).hints.extend(hint);
    }
    found
}

pub(super) fn output(
    check: &mut Check<'_>,
    raw: &Option<At<RawOutput>>,
    run: Span,
) -> OutputConfig {
    let (raw, default) = (table(raw), defaults::output());
    let instants = raw.topology_at.map_or_else(Vec::new, |at| at.value);
    let mut topology_at: Vec<SimTime> =
        instants.into_iter().map(|at| up_to_end(check, at, run)).collect();
    topology_at.sort();
    OutputConfig {
        sample: check.positive(&raw.sample, default.sample),
        peers: rows(check, &raw.peers, default.peers),
        assignments: rows(check, &raw.assignments, default.assignments),
        transfers: rows(check, &raw.transfers, default.transfers),
        topology_at,
    }
}

/// An instant up to the end of the run, that included.
fn up_to_end(check: &mut Check<'_>, at: At<crate::scenario::raw::Duration>, run: Span) -> SimTime {
    let span = at.span.clone();
    let instant = check.instant(&Some(at));
    if instant > SimTime::ZERO + run {
        check.report(Rule::OutsideRun, &span, format!("not after the end of the run ({run})"));
    }
    instant
}

fn rows(check: &mut Check<'_>, raw: &Option<At<String>>, default: Rows) -> Rows {
    let Some(at) = raw else { return default };
    let text = at.value.trim();
    let one_in =
        || text.strip_prefix("1/")?.trim().parse().ok().filter(|n| *n > 0).map(Rows::OneIn);
    match text {
        "all" => Rows::All,
        "none" => Rows::None,
        _ => one_in().unwrap_or_else(|| {
            check.report(Rule::Rows, &at.span, "`all`, `none`, or one in so many, as in `1/10`");
            default
        }),
    }
}

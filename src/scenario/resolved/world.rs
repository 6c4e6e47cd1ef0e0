//! Contents, CDN nodes, faults and output back to the file.

use super::topology::number;
use super::{at, instant, list, quantity, text, whole};
use crate::control::{Condition, Country, Effect, Policy};
use crate::net::AsGraph;
use crate::proto::ContentKind;
use crate::scenario::model::{
    Content, CoordinatorKind, Network, OutputConfig, Rows, Scenario, Server,
};
use crate::scenario::raw::{
    At, Duration, Quantity, RawContent, RawContentKind, RawCoordinator, RawFault, RawFeeds,
    RawLinkCapacity, RawNetwork, RawOutput, RawPolicy, RawServer,
};
use crate::scenario::trouble::{Fault, FaultKind, Feeds};
use crate::units::{AsIndex, SimTime};

pub(super) const fn coordinator(kind: CoordinatorKind) -> RawCoordinator {
    match kind {
        CoordinatorKind::ControlCenter => RawCoordinator::ControlCenter,
        CoordinatorKind::CdnOnly => RawCoordinator::CdnOnly,
        CoordinatorKind::TrackerRandom => RawCoordinator::TrackerRandom,
        CoordinatorKind::TrackerLocal => RawCoordinator::TrackerLocal,
    }
}

pub(super) fn network(network: &Network) -> RawNetwork {
    RawNetwork {
        control_loss: quantity(network.control_loss),
        convergence: quantity(network.convergence),
        nat_success: quantity(network.nat_success),
    }
}

pub(super) fn content(content: &Content) -> RawContent {
    RawContent {
        name: text(&content.name),
        owner: text(&content.owner),
        kind: at(match content.kind {
            ContentKind::Live => RawContentKind::Live,
            ContentKind::File => RawContentKind::File,
        }),
        bitrate: quantity(content.bitrate),
        substreams: whole(content.substreams),
        start: instant(content.start),
        duration: content.size.is_none().then(|| quantity(content.duration)).flatten(),
        size: content.size.and_then(quantity),
        priority: whole(content.priority),
    }
}

pub(super) fn server(server: &Server, graph: &AsGraph) -> RawServer {
    RawServer {
        name: text(&server.name),
        network: number(graph, server.network),
        country: text(&String::from_utf8_lossy(&server.country)),
        capacity: quantity(server.capacity),
    }
}

pub(super) fn policy(policy: &Policy, scenario: &Scenario) -> RawPolicy {
    let Effect::Deny = policy.effect;
    let codes = |countries: &[Country]| -> Option<At<Vec<At<String>>>> {
        at(countries.iter().map(|code| String::from_utf8_lossy(code).into_owned().into()).collect())
    };
    let content = policy.content.map(|content| &scenario.contents[content.index()].name);
    let mut raw = RawPolicy {
        name: text(&policy.name),
        content: content.and_then(|name| text(name)),
        ..RawPolicy::default()
    };
    match &policy.condition {
        Condition::CountryIn(list) => raw.deny_countries = codes(list),
        Condition::CountryNotIn(list) => raw.allow_countries = codes(list),
    }
    raw
}

pub(super) fn feeds(feeds: &Feeds) -> RawFeeds {
    RawFeeds {
        route_delay: quantity(feeds.route_delay),
        missing_routes: quantity(feeds.missing_routes),
        wrong_routes: quantity(feeds.wrong_routes),
        wrong_addresses: quantity(feeds.wrong_addresses),
    }
}

pub(super) fn fault(fault: &Fault, scenario: &Scenario) -> RawFault {
    let graph = &scenario.topology.graph;
    let ends = |a: AsIndex, b: AsIndex| -> Option<At<Vec<At<i64>>>> {
        at([a, b].iter().filter_map(|network| number(graph, *network)).collect())
    };
    let mut raw = RawFault {
        at: instant(fault.at),
        lasts: quantity(fault.lasts),
        announced: fault.announced.and_then(quantity),
        ..RawFault::default()
    };
    match &fault.kind {
        FaultKind::LinkDown { a, b } => raw.link_down = ends(*a, *b),
        FaultKind::LinkCapacity { a, b, capacity } => {
            let capacity = quantity(*capacity);
            raw.link_capacity = at(RawLinkCapacity { between: ends(*a, *b), capacity });
        }
        FaultKind::CdnDown { cdn } => raw.cdn_down = text(&scenario.cdn[*cdn].name),
        FaultKind::PeersVanish { share } => {
            raw.peers_vanish = quantity(*share);
            raw.lasts = None;
        }
        FaultKind::ControlDown => raw.control_down = at(true),
    }
    raw
}

pub(super) fn output(output: &OutputConfig) -> RawOutput {
    let from_start = |instant: &SimTime| Duration::print(instant.since(SimTime::ZERO));
    RawOutput {
        sample: quantity(output.sample),
        peers: text(&rows(output.peers)),
        assignments: text(&rows(output.assignments)),
        transfers: text(&rows(output.transfers)),
        topology_at: list(&output.topology_at, from_start),
    }
}

fn rows(rows: Rows) -> String {
    match rows {
        Rows::All => "all".to_string(),
        Rows::None => "none".to_string(),
        Rows::OneIn(n) => format!("1/{n}"),
    }
}

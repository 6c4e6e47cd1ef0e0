//! The access ISPs: networks with viewers, and whether everything that matters is connected.

use super::context::Check;
use super::topology::{Networks, as_number};
use crate::net::{AsGraph, AsGraphBuilder, Routes};
use crate::scenario::defaults;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::lines::AccessClass;
use crate::scenario::model::{ControlSite, GraphSource, Isp, Server, Topology};
use crate::scenario::raw::{At, RawIsp, RawScenario};
use crate::scenario::shape::listed;
use crate::units::AsIndex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// The topology: all networks, and those of them with viewers.
pub(super) fn topology(check: &mut Check<'_>, raw: &RawScenario, networks: &Networks) -> Topology {
    let mut listed = BTreeSet::new();
    let list = check.list(&raw.isp, "access ISP");
    let mut isps = Vec::with_capacity(list.len());
    for at in list {
        if at.value.access.as_ref().is_none_or(|access| access.value) {
            isps.push(isp(check, at, networks, &mut listed));
        }
    }
    if let Some(at) = raw.isp.as_ref().filter(|at| isps.is_empty() && !at.value.is_empty()) {
        check.report(Rule::EmptyList, &at.span, "at least one network with `access = true`");
    }
    let weightless = !isps.is_empty() && isps.iter().all(|isp| isp.weight <= 0.0);
    if let Some(at) = raw.isp.as_ref().filter(|_| weightless) {
        check.report(Rule::OutOfRange, &at.span, "a network with a weight above 0");
    }
    let graph = networks.graph.clone().unwrap_or_else(|| Arc::new(AsGraphBuilder::new().build()));
    let notes = notes(networks, &graph, &isps);
    Topology { graph, notes, isps, source: networks.source.clone() }
}

fn isp(
    check: &mut Check<'_>,
    at: &At<RawIsp>,
    networks: &Networks,
    listed: &mut BTreeSet<AsIndex>,
) -> Isp {
    let raw = &at.value;
    let network = raw.network.as_ref().and_then(|named| networks.known(check, named));
    // Inline networks that are listed twice are refused when the graph is built.
    let again = network.is_some_and(|network| !listed.insert(network));
    if let Some(named) = raw.network.as_ref().filter(|_| again) {
        check.report(Rule::DuplicateNetwork, &named.span, "each network once");
    }
    let metros = check.integer(&raw.metros, 1..=1000, defaults::METROS);
    Isp {
        network: network.unwrap_or_default(),
        name: name(check, raw, network, networks),
        country: country(check, at, network, networks),
        weight: weight(check, at, network, networks),
        metros,
        lines: raw
            .lines
            .as_ref()
            .map_or_else(Vec::new, |at| at.value.iter().map(|line| line.value.clone()).collect()),
        dcms: check.integer(&raw.dcms, 1..=metros as u16, defaults::DCMS),
    }
}

fn name(
    check: &mut Check<'_>,
    raw: &RawIsp,
    network: Option<AsIndex>,
    networks: &Networks,
) -> String {
    if raw.name.is_some() {
        return check.name(&raw.name, &mut BTreeSet::new());
    }
    let (Some(graph), Some(network)) = (&networks.graph, network) else { return String::new() };
    let system = graph.at(network);
    if system.name.is_empty() { format!("AS{}", system.number) } else { system.name.clone() }
}

fn country(
    check: &mut Check<'_>,
    at: &At<RawIsp>,
    network: Option<AsIndex>,
    networks: &Networks,
) -> [u8; 2] {
    if at.value.country.is_some() {
        return check.country(&at.value.country).unwrap_or_default();
    }
    let (Some(graph), Some(network)) = (&networks.graph, network) else { return [0; 2] };
    let known =
        graph.at(network).country.and_then(|country| country.code().as_bytes().try_into().ok());
    known.unwrap_or_else(|| {
        unknown_size(check, at, "country");
        [0; 2]
    })
}

fn weight(
    check: &mut Check<'_>,
    at: &At<RawIsp>,
    network: Option<AsIndex>,
    networks: &Networks,
) -> f64 {
    let raw = &at.value;
    if raw.weight.is_some() || networks.source == GraphSource::Inline {
        return check.number(&raw.weight, 0.0..=1e12, 1.0);
    }
    let (Some(graph), Some(network)) = (&networks.graph, network) else { return 1.0 };
    let size = networks.sizes.get(graph.at(network).number);
    size.map_or_else(
        || {
            unknown_size(check, at, "weight");
            1.0
        },
        |size| size.ipv4_addresses as f64,
    )
}

/// The carried table of sizes cannot fill in what the file leaves out.
fn unknown_size(check: &mut Check<'_>, at: &At<RawIsp>, key: &str) {
    let expected = format!("`{key}`: the carried table of AS sizes does not know this network");
    check.report(Rule::MissingKey, &at.span, expected).found = key.to_string();
}

fn notes(networks: &Networks, graph: &AsGraph, isps: &[Isp]) -> Vec<String> {
    let mut notes = networks.notes.clone();
    let counts = graph.link_counts();
    notes.push(format!(
        "{} networks, {} links: {} customer-provider, {} peering, {} sibling",
        graph.len(),
        counts.total(),
        counts.transit,
        counts.peering,
        counts.sibling
    ));
    let components = graph.components();
    let largest = components.first().map_or(0, Vec::len);
    notes.push(format!("{} connected parts, the largest of {largest} networks", components.len()));
    let total: f64 = isps.iter().map(|isp| isp.weight).sum();
    for isp in isps.iter().filter(|_| !graph.is_empty()) {
        let country = String::from_utf8_lossy(&isp.country);
        let percent = 100.0 * isp.weight / total;
        let number = graph.at(isp.network).number;
        notes.push(format!("AS{number} {} ({country}): {percent:.1} % of the audience", isp.name));
    }
    notes
}

/// Whether every ISP sells lines that there are.
pub(super) fn lines(check: &mut Check<'_>, raw: &RawScenario, access: &[AccessClass]) {
    let isps = raw.isp.iter().flat_map(|list| &list.value);
    for list in isps.filter_map(|at| at.value.lines.as_ref()) {
        let names = || access.iter().map(|class| class.name.as_str());
        let unknown = list.value.iter().filter(|line| !names().any(|name| name == line.value));
        for line in unknown {
            let expected = format!("one of {}", listed(names()));
            let hint = did_you_mean(&line.value, names());
            check.report(Rule::UnknownGroup, &line.span, expected).hints.extend(hint);
        }
        let sold = access.iter().filter(|class| list.value.iter().any(|l| l.value == class.name));
        if sold.map(|class| class.share).sum::<f64>() <= 0.0 {
            check.report(
                Rule::EmptyList,
                &list.span,
                "at least one access class with a share above 0",
            );
        }
    }
}

/// Whether policy lets traffic pass between every ISP, every server and the coordinator.
pub(super) fn connected(
    check: &mut Check<'_>,
    raw: &RawScenario,
    topology: &Topology,
    servers: [&[Server]; 2],
    site: &ControlSite,
) {
    let mut routes = Routes::new(&topology.graph);
    let servers = servers.into_iter().flatten();
    let mut sources: BTreeSet<AsIndex> = servers.map(|server| server.network).collect();
    sources.insert(site.network);
    let numbers =
        raw.isp.iter().flat_map(|list| &list.value).filter_map(|at| at.value.network.as_ref());
    for named in numbers {
        let Some(network) = as_number(check, named).and_then(|n| topology.graph.index_of(n)) else {
            continue;
        };
        if !topology.isps.iter().any(|isp| isp.network == network) {
            continue;
        }
        for source in &sources {
            if routes.route(*source, network).is_none() || routes.route(network, *source).is_none()
            {
                cut_off(check, &named.span, &topology.graph, *source);
            }
        }
    }
}

fn cut_off(check: &mut Check<'_>, span: &Range<usize>, graph: &AsGraph, source: AsIndex) {
    let number = graph.at(source).number;
    let expected = format!(
        "a network with a route to and from AS{number}, where a CDN node, a waypoint server or the coordinator stands"
    );
    check.report(Rule::Disconnected, span, expected);
}

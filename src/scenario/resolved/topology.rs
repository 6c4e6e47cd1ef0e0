//! Networks and links back to the file.

use super::{at, list, quantity, text, whole};
use crate::net::{AsGraph, LinkKind};
use crate::scenario::model::{GraphFormat, GraphSource, GraphText, Isp, Topology};
use crate::scenario::raw::{
    At, RawFormat, RawIsp, RawLink, RawLinkKind, RawRelationships, RawTopology,
};
use crate::units::AsIndex;

pub(super) fn source(source: &GraphSource) -> Option<At<RawTopology>> {
    let GraphSource::Text(graph) = source else { return None };
    let builtin = graph.name.starts_with("builtin:");
    at(RawTopology {
        graph: text(&graph.name),
        format: if builtin { None } else { at(format(graph)) },
        relationships: at(if graph.inferred {
            RawRelationships::Infer
        } else {
            RawRelationships::Given
        }),
        transit_capacity: quantity(graph.transit_capacity),
        peering_capacity: quantity(graph.peering_capacity),
        link_latency: graph.link_latency.and_then(quantity),
    })
}

const fn format(graph: &GraphText) -> RawFormat {
    match graph.format {
        GraphFormat::AsRel => RawFormat::AsRel,
        GraphFormat::Snap => RawFormat::Snap,
        GraphFormat::EdgeList => RawFormat::EdgeList,
        GraphFormat::Gml => RawFormat::Gml,
        GraphFormat::Graphml => RawFormat::Graphml,
    }
}

/// The number of a network.
pub(super) fn number(graph: &AsGraph, network: AsIndex) -> Option<At<i64>> {
    whole(graph.at(network).number.get())
}

/// The access ISPs; without a graph of its own, all networks in their order.
pub(super) fn isps(topology: &Topology) -> Option<At<Vec<At<RawIsp>>>> {
    let graph = &topology.graph;
    if let GraphSource::Text(_) = topology.source {
        return list(&topology.isps, |of| isp(of, graph));
    }
    let all: Vec<AsIndex> = graph.indices().collect();
    list(&all, |network| {
        let viewers = topology.isps.iter().find(|isp| isp.network == *network);
        viewers.map_or_else(|| without_viewers(graph, *network), |of| isp(of, graph))
    })
}

fn isp(isp: &Isp, graph: &AsGraph) -> RawIsp {
    RawIsp {
        network: number(graph, isp.network),
        name: text(&isp.name),
        country: text(&String::from_utf8_lossy(&isp.country)),
        access: at(true),
        weight: at(isp.weight),
        metros: whole(isp.metros),
        lines: if isp.lines.is_empty() { None } else { list(&isp.lines, Clone::clone) },
        dcms: whole(isp.dcms),
    }
}

fn without_viewers(graph: &AsGraph, network: AsIndex) -> RawIsp {
    let system = graph.at(network);
    RawIsp {
        network: number(graph, network),
        name: text(&system.name).filter(|name| !name.value.is_empty()),
        country: system.country.and_then(|country| text(country.code())),
        access: at(false),
        ..RawIsp::default()
    }
}

/// All links, when the file itself says them.
pub(super) fn links(topology: &Topology) -> Option<At<Vec<At<RawLink>>>> {
    let graph = &topology.graph;
    let all: Vec<_> = graph.adjacencies().collect();
    if topology.source != GraphSource::Inline || all.is_empty() {
        return None;
    }
    list(&all, |adjacency| {
        let (link, [from, to]) = (graph.link(*adjacency), graph.ends(adjacency.links()[0]));
        RawLink {
            from: number(graph, from),
            to: number(graph, to),
            kind: at(match link.kind {
                LinkKind::Peering => RawLinkKind::Peering,
                LinkKind::CustomerProvider | LinkKind::Sibling => RawLinkKind::CustomerProvider,
            }),
            capacity: quantity(link.capacity[0]),
            latency: quantity(link.latency),
        }
    })
}

//! Networks and links: from the file itself, or from a graph that it names.

use super::context::Check;
use crate::net::import::{ImportError, LinkDefaults};
use crate::net::{
    As, AsGraph, AsGraphBuilder, AsSizes, Country, GraphError, Link, LinkKind, builtin_as_sizes,
};
use crate::scenario::defaults;
use crate::scenario::diagnostics::{Rule, did_you_mean};
use crate::scenario::graph_text::{self, BUILTIN, GraphFailure, read_graph};
use crate::scenario::model::{GraphFormat, GraphSource, GraphText};
use crate::scenario::raw::{
    At, RawFormat, RawIsp, RawLink, RawLinkKind, RawRelationships, RawScenario, RawTopology,
};
use crate::scenario::source::Place;
use crate::units::{AsIndex, AsNumber};
use std::ops::Range;
use std::sync::Arc;

/// All networks, or none after an error in them.
pub(super) struct Networks {
    /// None when there was an error: then every network counts as known.
    pub(super) graph: Option<Arc<AsGraph>>,
    pub(super) source: GraphSource,
    pub(super) sizes: AsSizes,
    /// What was read and inferred.
    pub(super) notes: Vec<String>,
}

/// The networks of the file, or of the graph that it names.
pub(super) fn networks(check: &mut Check<'_>, raw: &RawScenario) -> Networks {
    let sizes = builtin_as_sizes();
    let Some(topology) = &raw.topology else {
        let complete = inline_is_complete(check, raw);
        let (graph, clean) = check.clean(|check| inline(check, raw, &sizes));
        let graph = (clean && complete).then(|| Arc::new(graph));
        return Networks { graph, source: GraphSource::Inline, sizes, notes: Vec::new() };
    };
    let (text, clean) = check.clean(|check| {
        if let Some(link) = &raw.link {
            let expected = "either `[topology]` or `[[link]]`, not both";
            check.report(Rule::Combination, &link.span, expected);
        }
        graph_text(check, &topology.value)
    });
    let read = match (&text, &topology.value.graph) {
        (Some(text), Some(named)) if clean => read(check, text, named, &sizes),
        _ => None,
    };
    let (graph, notes) = read.map_or((None, Vec::new()), |(graph, notes)| (Some(graph), notes));
    let source = text.map_or(GraphSource::Inline, GraphSource::Text);
    Networks { graph: graph.map(Arc::new), source, sizes, notes }
}

/// What the file says about its graph; none after an error.
fn graph_text(check: &mut Check<'_>, raw: &RawTopology) -> Option<GraphText> {
    let transit_capacity = check.positive(&raw.transit_capacity, defaults::LINK_CAPACITY);
    let peering_capacity = check.positive(&raw.peering_capacity, defaults::LINK_CAPACITY);
    let link_latency = check.parsed(&raw.link_latency);
    let named = raw.graph.as_ref()?;
    let name = named.value.clone();
    if name.starts_with("builtin:") && !BUILTIN.contains(&name.as_str()) {
        let expected = format!("a file, or one of {}", BUILTIN.join(", "));
        let hint = did_you_mean(&name, BUILTIN.iter().copied());
        check.report(Rule::UnknownGraph, &named.span, expected).hints.extend(hint);
        return None;
    }
    let format = format(check, raw, named)?;
    let told = graph_text::tells_relationships(format);
    let inferred = match &raw.relationships {
        None => !told,
        Some(at) => {
            if at.value == RawRelationships::Given && name.starts_with("builtin:") {
                check.report(
                    Rule::GraphFormat,
                    &at.span,
                    "`infer`: the built-in graph tells no relationships",
                );
                return None;
            }
            at.value == RawRelationships::Infer
        }
    };
    Some(GraphText { name, format, inferred, transit_capacity, peering_capacity, link_latency })
}

fn format(check: &mut Check<'_>, raw: &RawTopology, named: &At<String>) -> Option<GraphFormat> {
    let given = raw.format.as_ref().map(|at| (format_named(at.value), &at.span));
    if named.value.starts_with("builtin:") {
        if let Some((_, span)) = given.filter(|(format, _)| *format != GraphFormat::EdgeList) {
            check.report(Rule::GraphFormat, span, "no format beside a built-in graph");
        }
        return Some(GraphFormat::EdgeList);
    }
    let format = given.map(|(format, _)| format).or_else(|| graph_text::format_of(&named.value));
    if format.is_none() {
        let expected = "`format` beside it: the name does not tell, as .gml and .graphml do";
        check.report(Rule::GraphFormat, &named.span, expected);
    }
    format
}

const fn format_named(raw: RawFormat) -> GraphFormat {
    match raw {
        RawFormat::AsRel => GraphFormat::AsRel,
        RawFormat::Snap => GraphFormat::Snap,
        RawFormat::EdgeList => GraphFormat::EdgeList,
        RawFormat::Gml => GraphFormat::Gml,
        RawFormat::Graphml => GraphFormat::Graphml,
    }
}

fn read(
    check: &mut Check<'_>,
    text: &GraphText,
    named: &At<String>,
    sizes: &AsSizes,
) -> Option<(AsGraph, Vec<String>)> {
    let failure = match read_graph(text, sizes, check.reader()) {
        Ok(read) => return Some(read),
        Err(failure) => failure,
    };
    match failure {
        GraphFailure::Unreadable(why) => {
            check.report(
                Rule::UnreadableFile,
                &named.span,
                format!("a file that can be read: {why}"),
            );
        }
        GraphFailure::Malformed(error, content) => malformed(check, named, &error, &content),
        GraphFailure::NoRelationships(count) => {
            let expected = format!(
                "a graph with relationships: {count} links have none; relationships = \"infer\" guesses them"
            );
            check.report(Rule::GraphFormat, &named.span, expected);
        }
    }
    None
}

fn malformed(check: &mut Check<'_>, named: &At<String>, error: &ImportError, content: &str) {
    let line = content.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let place = Place::of_line(&named.value, error.line, error.column, line);
    check.report_in_file(&named.span, place, &error.found, &error.expected);
}

/// Whether no network and no link lacks something.
fn inline_is_complete(check: &Check<'_>, raw: &RawScenario) -> bool {
    let isps = raw.isp.iter().flat_map(|list| &list.value).map(|at| &at.span);
    let links = raw.link.iter().flat_map(|list| &list.value).map(|at| &at.span);
    !isps.chain(links).any(|span| check.is_incomplete(span))
}

fn inline(check: &mut Check<'_>, raw: &RawScenario, sizes: &AsSizes) -> AsGraph {
    let mut builder = AsGraphBuilder::new();
    for at in raw.isp.iter().flat_map(|list| &list.value) {
        let Some(named) = &at.value.network else { continue };
        let Some(number) = as_number(check, named) else { continue };
        let mut system = [described(&at.value, number)];
        sizes.describe(&mut system);
        let [system] = system;
        if let Err(error) = builder.add_as(system) {
            refused(check, &named.span, error);
        }
    }
    for at in raw.link.iter().flat_map(|list| &list.value) {
        link(check, &mut builder, &at.value);
    }
    builder.build()
}

fn described(raw: &RawIsp, number: AsNumber) -> As {
    let text = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone()).unwrap_or_default();
    let country = Country::new(&text(&raw.country));
    As { number, name: text(&raw.name), country, coordinates: None }
}

fn link(check: &mut Check<'_>, builder: &mut AsGraphBuilder, raw: &RawLink) {
    let default = LinkDefaults::default();
    let capacity = [check.positive(&raw.capacity, defaults::LINK_CAPACITY); 2];
    let (Some(from), Some(to), Some(kind)) = (&raw.from, &raw.to, &raw.kind) else { return };
    let (kind, latency) = match kind.value {
        RawLinkKind::CustomerProvider => (LinkKind::CustomerProvider, default.transit_latency),
        RawLinkKind::Peering => (LinkKind::Peering, default.peering_latency),
    };
    let latency = check.quantity(&raw.latency, latency);
    let (first, second) = (as_number(check, from), as_number(check, to));
    let (Some(first), Some(second)) = (first, second) else { return };
    if let Err(error) = builder.add_link(first, second, Link { kind, capacity, latency }) {
        let span = if error == GraphError::UnknownAs(first) { &from.span } else { &to.span };
        refused(check, span, error);
    }
}

fn refused(check: &mut Check<'_>, span: &Range<usize>, error: GraphError) {
    let (rule, expected) = match error {
        GraphError::DuplicateAs(_) => (Rule::DuplicateNetwork, "each network once"),
        GraphError::UnknownAs(_) => (Rule::UnknownNetwork, "a network that is listed as `[[isp]]`"),
        GraphError::SelfLoop(_) => (Rule::LinkEnds, "another network than `from`"),
        GraphError::DuplicateLink(..) => (Rule::LinkEnds, "one link between two networks"),
    };
    check.report(rule, span, expected);
}

/// An AS number.
pub(super) fn as_number(check: &mut Check<'_>, at: &At<i64>) -> Option<AsNumber> {
    let number = u32::try_from(at.value).ok().map(AsNumber::new);
    if number.is_none() {
        check.report(Rule::OutOfRange, &at.span, "an AS number from 0 to 4294967295");
    }
    number
}

impl Networks {
    /// The network with the number that stands there.
    pub(super) fn find(&self, check: &mut Check<'_>, raw: &Option<At<i64>>) -> AsIndex {
        let found = raw.as_ref().and_then(|at| self.known(check, at));
        found.unwrap_or_default()
    }

    /// The network; none after an error.
    pub(super) fn known(&self, check: &mut Check<'_>, at: &At<i64>) -> Option<AsIndex> {
        let number = as_number(check, at)?;
        let graph = self.graph.as_ref()?;
        let found = graph.index_of(number);
        if found.is_none() {
            let expected = match &self.source {
                GraphSource::Inline => "a network that is listed as `[[isp]]`".to_string(),
                GraphSource::Text(text) => format!("a network in {}", text.name),
            };
            let hint = self.nearest(number);
            check.report(Rule::UnknownNetwork, &at.span, expected).hints.extend(hint);
        }
        found
    }

    /// In a large graph every number is a slip of another.
    fn nearest(&self, number: AsNumber) -> Option<String> {
        let graph = self.graph.as_ref().filter(|graph| graph.len() <= 100)?;
        let numbers: Vec<String> =
            graph.indices().map(|at| graph.at(at).number.to_string()).collect();
        did_you_mean(&number.to_string(), numbers.iter().map(String::as_str))
    }

    /// The ends of the link between two networks; none after an error.
    pub(super) fn link(
        &self,
        check: &mut Check<'_>,
        at: &At<Vec<At<i64>>>,
    ) -> Option<[AsIndex; 2]> {
        let [a, b] = at.value.as_slice() else {
            check.report(Rule::Combination, &at.span, "two AS numbers, as in [64500, 64501]");
            return None;
        };
        let (first, second) = (self.known(check, a), self.known(check, b));
        let ends = [first?, second?];
        let graph = self.graph.as_ref()?;
        if graph.between(ends[0], ends[1]).is_none() {
            let hint = neighbours_of(graph, ends);
            check
                .report(Rule::UnknownLink, &at.span, "two networks with a link between them")
                .hints
                .push(hint);
            return None;
        }
        Some(ends)
    }
}

/// Whom the one of two networks with the fewer neighbours has a link with.
fn neighbours_of(graph: &AsGraph, ends: [AsIndex; 2]) -> String {
    let [a, b] = ends;
    let lesser = if graph.degree(a) <= graph.degree(b) { a } else { b };
    let all =
        graph.neighbours(lesser).iter().map(|neighbour| graph.at(neighbour.at).number.to_string());
    let first: Vec<String> = all.take(12).collect();
    let more = graph.degree(lesser).saturating_sub(first.len());
    let more = if more > 0 { format!(" and {more} others") } else { String::new() };
    format!("{} has links with {}{more}", graph.at(lesser).number, first.join(", "))
}

//! A graph in a text of its own: which reader its format needs, and what its links are given.

use super::load::{Reader, unpacked};
use super::model::{GraphFormat, GraphText};
use crate::net::import::{
    ImportError, Imported, LinkDefaults, as_rel, edge_list, gml, graphml, snap_caida,
};
use crate::net::{
    AsGraph, AsGraphBuilder, AsSizes, InferenceRules, LinkKind, builtin_as_graph_2006,
};
use crate::units::BitRate;

/// The built-in graphs, by name.
pub(super) const BUILTIN: &[&str] = &["builtin:as-2006"];

/// Why a graph could not be had.
#[derive(Debug)]
pub(super) enum GraphFailure {
    /// The file could not be read.
    Unreadable(String),
    /// It has another form; the text is what was read.
    Malformed(ImportError, String),
    /// So many of its links have no relationship, and none may be inferred.
    NoRelationships(usize),
}

/// The format that a file's name tells.
pub(super) fn format_of(name: &str) -> Option<GraphFormat> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let endings = [
        (".gml", GraphFormat::Gml),
        (".graphml", GraphFormat::Graphml),
        (".as-rel.txt", GraphFormat::AsRel),
        (".as-rel2.txt", GraphFormat::AsRel),
    ];
    endings.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format)
}

/// True for a format that tells relationships.
pub(super) const fn tells_relationships(format: GraphFormat) -> bool {
    matches!(format, GraphFormat::AsRel | GraphFormat::Snap)
}

/// The graph, and what was read and inferred, one line a fact.
///
/// # Errors
/// One variant of [`GraphFailure`] per reason.
pub(super) fn read_graph(
    source: &GraphText,
    sizes: &AsSizes,
    read: Reader<'_>,
) -> Result<(AsGraph, Vec<String>), GraphFailure> {
    // A rate of nothing marks the links for which the text says none, see `with_links_set`.
    let unset = LinkDefaults { capacity: BitRate::ZERO, ..LinkDefaults::default() };
    let rules = InferenceRules::default();
    if BUILTIN.contains(&source.name.as_str()) {
        let (graph, _) = builtin_as_graph_2006(&unset, &rules);
        let note = "graph: the AS graph of 22 July 2006 (M. E. J. Newman, from RouteViews)";
        let notes = vec![note.to_string(), inferred_note(&graph)];
        return Ok((with_links_set(&graph, source), notes));
    }
    let mut imported = import(source, read)?;
    sizes.describe(&mut imported.ases);
    if source.inferred {
        imported.links.iter_mut().for_each(|link| link.kind = None);
    } else if imported.notes.unannotated > 0 {
        return Err(GraphFailure::NoRelationships(imported.notes.unannotated));
    }
    let mut notes = vec![format!("graph: {}", source.name)];
    notes.extend(import_notes(&imported));
    let graph = imported.into_graph(&unset, &rules);
    // An import that was not tampered with fits together.
    let graph = graph.map_or_else(|_| AsGraphBuilder::new().build(), |(graph, _)| graph);
    if source.inferred {
        notes.push(inferred_note(&graph));
    }
    Ok((with_links_set(&graph, source), notes))
}

fn import(source: &GraphText, read: Reader<'_>) -> Result<Imported, GraphFailure> {
    let bytes = read(&source.name).and_then(|bytes| unpacked(&source.name, bytes));
    let text = bytes
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "not text in UTF-8".to_string()));
    let text = text.map_err(GraphFailure::Unreadable)?;
    let imported = match source.format {
        GraphFormat::AsRel => as_rel::read(&text),
        GraphFormat::Snap => snap_caida::read(&text),
        GraphFormat::EdgeList => edge_list::read(&text),
        GraphFormat::Gml => gml::read(&text),
        GraphFormat::Graphml => graphml::read(&text),
    };
    imported.map_err(|error| GraphFailure::Malformed(error, text))
}

fn import_notes(imported: &Imported) -> Vec<String> {
    let notes = &imported.notes;
    let counts = [
        (notes.self_loops_dropped, "links from a network to itself dropped"),
        (notes.duplicates_merged, "duplicate links merged"),
        (notes.unknown_countries, "country names not known"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let told = notes.annotated;
    let read = (told.total() > 0).then(|| {
        format!(
            "links read: {} customer-provider, {} peering, {} sibling",
            told.transit, told.peering, told.sibling
        )
    });
    read.into_iter().chain(counts.map(|(count, what)| format!("{count} {what}"))).collect()
}

fn inferred_note(graph: &AsGraph) -> String {
    let counts = graph.link_counts();
    format!(
        "relationships inferred: {} customer-provider, {} peering",
        counts.transit, counts.peering
    )
}

/// The same graph with the capacities and the latency of the scenario where the text says none.
fn with_links_set(graph: &AsGraph, source: &GraphText) -> AsGraph {
    let mut builder = AsGraphBuilder::new();
    let known = "a graph that was built before";
    for at in graph.indices() {
        builder.add_as(graph.at(at).clone()).expect(known);
    }
    for adjacency in graph.adjacencies() {
        let mut link = *graph.link(adjacency);
        let default = match link.kind {
            LinkKind::Peering => source.peering_capacity,
            LinkKind::CustomerProvider | LinkKind::Sibling => source.transit_capacity,
        };
        if link.capacity == [BitRate::ZERO; 2] {
            link.capacity = [default; 2];
        }
        link.latency = source.link_latency.unwrap_or(link.latency);
        let [first, second] = graph.ends(adjacency.links()[0]).map(|end| graph.at(end).number);
        builder.add_link(first, second, link).expect(known);
    }
    builder.build()
}

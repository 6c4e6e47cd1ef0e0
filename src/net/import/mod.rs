//! Topologies in the formats of others: text in, ASes and links out.
//!
//! No file is opened here, and no relationship is guessed: [`Imported::into_graph`] infers those
//! that a format does not tell.

pub mod as_rel;
pub mod edge_list;
pub mod gml;
pub mod graphml;
pub mod snap_caida;

mod assembly;
mod map;
mod xml;

use super::builder::{AsGraphBuilder, GraphError};
use super::graph::{As, AsGraph, Link, LinkCounts, LinkKind};
use super::latency::{great_circle_km, great_circle_rtt};
use super::relationships::{InferenceRules, Inferred, OrientedLink, infer};
use crate::units::{AsIndex, AsNumber, BitRate, Span};
use std::collections::BTreeMap;
use std::fmt;

/// Why a text was refused. The caller knows the file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1, when one is to blame.
    pub column: Option<usize>,
    /// What stands there, cut after some sixty characters.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// A link as a text tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImportedLink {
    /// One end; the customer, when the kind is [`LinkKind::CustomerProvider`].
    pub first: AsNumber,
    /// The other end.
    pub second: AsNumber,
    /// The relationship; `None` when the format does not tell.
    pub kind: Option<LinkKind>,
    /// The capacity in each direction; `None` when the text does not tell.
    pub capacity: Option<BitRate>,
}

/// What a text contained.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The ASes, in the order in which the text first names them.
    pub ases: Vec<As>,
    /// The links, each pair of ends once, no end joined to itself.
    pub links: Vec<ImportedLink>,
    /// What was counted on the way.
    pub notes: ImportNotes,
}

/// What an import counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ImportNotes {
    /// ASes.
    pub ases: usize,
    /// Links with a relationship, by kind.
    pub annotated: LinkCounts,
    /// Links without a relationship.
    pub unannotated: usize,
    /// Links from an end to itself, left out.
    pub self_loops_dropped: usize,
    /// Further links between two ends that were joined already, merged with the first.
    pub duplicates_merged: usize,
    /// Country names that are not in the table of countries.
    pub unknown_countries: usize,
}

/// What a link is given that the text does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkDefaults {
    /// Capacity in each direction. Default 100 Gbps: assumption, a link that rarely binds.
    pub capacity: BitRate,
    /// One-way latency of transit and sibling links. Default 4 ms: half of what
    /// [`super::LatencyModel`] adds to a round trip.
    pub transit_latency: Span,
    /// One-way latency of peering links. Default 1.5 ms, likewise.
    pub peering_latency: Span,
}

impl Default for LinkDefaults {
    fn default() -> Self {
        Self {
            capacity: BitRate::from_kbps(100_000_000),
            transit_latency: Span::from_millis(4),
            peering_latency: Span::from_micros(1500),
        }
    }
}

impl Imported {
    /// The graph, its relationships inferred by `rules` where the text does not tell them.
    ///
    /// Between two ends with coordinates the latency is that of the great circle. The second value is
    /// `None` when nothing had to be inferred. Relationships that were told stay as they are; the
    /// guarantees of [`infer`] hold when none was told.
    ///
    /// # Errors
    /// [`GraphError`] when `ases` and `links` were changed so that they do not fit together.
    pub fn into_graph(
        self,
        defaults: &LinkDefaults,
        rules: &InferenceRules,
    ) -> Result<(AsGraph, Option<Inferred>), GraphError> {
        let ends = self.ends()?;
        let told = self.links.iter().all(|link| link.kind.is_some());
        let numbers: Vec<AsNumber> = self.ases.iter().map(|system| system.number).collect();
        let inferred = (!told).then(|| infer(&numbers, &ends, rules));
        let mut builder = AsGraphBuilder::new();
        for system in &self.ases {
            builder.add_as(system.clone())?;
        }
        for (index, link) in self.links.iter().enumerate() {
            let guessed = || inferred.as_ref().map(|inferred| inferred.links[index]);
            let told = link.kind.map(|kind| OrientedLink { ends: ends[index], kind });
            let Some(oriented) = told.or_else(guessed) else { continue };
            let [first, second] = oriented.ends.map(|at| &self.ases[at.index()]);
            let latency = defaults.latency(oriented.kind, first, second);
            let capacity = [link.capacity.unwrap_or(defaults.capacity); 2];
            let link = Link { kind: oriented.kind, capacity, latency };
            builder.add_link(first.number, second.number, link)?;
        }
        Ok((builder.build(), inferred))
    }

    /// Where in `ases` each link's ends are.
    fn ends(&self) -> Result<Vec<[AsIndex; 2]>, GraphError> {
        let numbered = self.ases.iter().enumerate();
        let at: BTreeMap<AsNumber, AsIndex> =
            numbered.map(|(index, a)| (a.number, AsIndex::from_index(index))).collect();
        let end = |number| at.get(&number).copied().ok_or(GraphError::UnknownAs(number));
        self.links.iter().map(|link| Ok([end(link.first)?, end(link.second)?])).collect()
    }
}

impl LinkDefaults {
    fn latency(&self, kind: LinkKind, first: &As, second: &As) -> Span {
        match (kind, first.coordinates, second.coordinates) {
            (_, Some(a), Some(b)) => great_circle_rtt(great_circle_km(a, b)) / 2,
            (LinkKind::Peering, ..) => self.peering_latency,
            _ => self.transit_latency,
        }
    }
}

impl ImportNotes {
    /// Links of every kind, and those without.
    #[must_use]
    pub const fn links(&self) -> usize {
        self.annotated.total() + self.unannotated
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    line: usize,
    column: Option<usize>,
}

impl Position {
    const fn of_line(line: usize) -> Self {
        Self { line, column: None }
    }

    const fn new(line: usize, column: usize) -> Self {
        Self { line, column: Some(column) }
    }

    /// The error of finding `found` here.
    fn refuse(self, found: &str, expected: &str) -> ImportError {
        let found = match found.char_indices().nth(60) {
            Some((end, _)) => format!("{}...", &found[..end]),
            None => found.to_string(),
        };
        ImportError { line: self.line, column: self.column, found, expected: expected.to_string() }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ", column {column}"))?;
        write!(f, ": found `{}`, expected {}", self.found, self.expected)
    }
}

impl std::error::Error for ImportError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Coordinates, LatencyModel};
    use proptest::prelude::*;

    fn graph(imported: Imported) -> Result<(AsGraph, Option<Inferred>), GraphError> {
        imported.into_graph(&LinkDefaults::default(), &InferenceRules::default())
    }

    fn told() -> Imported {
        as_rel::read("10|20|-1\n10|30|0\n").unwrap()
    }

    #[test]
    fn told_relationships_are_kept_and_nothing_is_inferred() {
        let (graph, inferred) = graph(told()).unwrap();
        let [provider, customer] = [10, 20].map(|n| graph.index_of(AsNumber::new(n)).unwrap());
        assert_eq!(graph.providers(customer).collect::<Vec<_>>(), [provider]);
        assert_eq!((graph.link_counts().transit, graph.link_counts().peering), (1, 1));
        assert_eq!(inferred, None);
    }

    #[test]
    fn links_get_the_defaults_of_their_kind() {
        let (graph, _) = graph(told()).unwrap();
        let links: Vec<Link> = graph.adjacencies().map(|at| *graph.link(at)).collect();
        assert_eq!(links[0].latency * 2, LatencyModel::default().transit_hop);
        assert_eq!(links[1].latency * 2, LatencyModel::default().peering_hop);
        assert_eq!(links[0].capacity, [BitRate::from_kbps(100_000_000); 2]);
    }

    #[test]
    fn coordinates_and_capacities_of_the_text_come_first() {
        let mut imported = edge_list::read("1 2").unwrap();
        for (system, longitude) in imported.ases.iter_mut().zip([0.0, 90.0]) {
            system.coordinates = Some(Coordinates { latitude: 0.0, longitude });
        }
        imported.links[0].capacity = Some(BitRate::from_kbps(7));
        let (graph, inferred) = graph(imported).unwrap();
        let link = graph.link(graph.adjacencies().next().unwrap());
        // A quarter of the globe is 10,007.5 km: 150.1 ms there and back.
        assert_eq!(link.latency.as_nanos() / 1_000, 75_056);
        assert_eq!(link.capacity, [BitRate::from_kbps(7); 2]);
        assert_eq!(inferred.map(|inferred| inferred.counts.total()), Some(1));
    }

    #[test]
    fn parts_that_no_longer_fit_together_are_refused() {
        let mut without_an_end = told();
        without_an_end.ases.pop();
        let missing = GraphError::UnknownAs(AsNumber::new(30));
        assert_eq!(graph(without_an_end).unwrap_err(), missing);
        let mut twice = told();
        twice.links.push(twice.links[0]);
        let again = GraphError::DuplicateLink(AsNumber::new(20), AsNumber::new(10));
        assert_eq!(graph(twice).unwrap_err(), again);
    }

    /// Pieces of all formats in any order.
    fn scraps() -> impl Strategy<Value = String> {
        let pieces = [
            "graph",
            "node",
            "edge",
            "id",
            "label",
            "source",
            "target",
            " [ ",
            " ] ",
            "\"",
            "#",
            "\n",
            "<graph>",
            "</graph>",
            "<node id='1'>",
            "</node>",
            "<edge source='1' target='1'/>",
            "<key ",
            "id='d'",
            "<data key='d'>",
            "</data>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&",
            ";",
            "<",
            ">",
            "/>",
            "=",
            "'",
            "|",
            "\t",
            " ",
            "0",
            "1",
            "-1",
            "2",
            "4294967296",
            "\u{e9}",
            "\u{feff}",
        ];
        let piece = proptest::sample::select(pieces.to_vec());
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_makes_an_importer_panic_and_errors_point_into_the_text(text in scraps()) {
            let readers = [as_rel::read, snap_caida::read, edge_list::read, gml::read, graphml::read];
            for read in readers {
                match read(&text) {
                    Ok(imported) => prop_assert!(graph(imported).is_ok()),
                    Err(error) => {
                        let lines = text.matches('\n').count() + 1;
                        prop_assert!((1..=lines).contains(&error.line), "{error}");
                    }
                }
            }
        }
    }
}

//! The data carried in the program: the AS graph of 22 July 2006 and the sizes of its ASes in 2026.
//!
//! Origins and licences stand beside the files, in `assets/ATTRIBUTION.md`.

use super::graph::AsGraph;
use super::import::{ImportError, LinkDefaults, edge_list};
use super::relationships::{InferenceRules, Inferred};
use super::sizes::AsSizes;
use flate2::read::GzDecoder;
use std::io::Read;

const GRAPH: &[u8] = include_bytes!("../../assets/as-22july06.txt.gz");
const SIZES: &[u8] = include_bytes!("../../assets/as-sizes.csv.gz");

/// The AS graph of 22 July 2006 (M. E. J. Newman, from RouteViews): 22,963 ASes and 48,436 links, with
/// relationships inferred by `rules`, names and countries from [`builtin_as_sizes`].
///
/// # Panics
/// When the program itself was built from damaged files.
#[must_use]
pub fn builtin_as_graph_2006(
    defaults: &LinkDefaults,
    rules: &InferenceRules,
) -> (AsGraph, Inferred) {
    let intact = "the carried AS graph is intact";
    let mut imported = edge_list::read(&unpacked(GRAPH)).expect(intact);
    builtin_as_sizes().describe(&mut imported.ases);
    let (graph, inferred) = imported.into_graph(defaults, rules).expect(intact);
    (graph, inferred.expect("an edge list tells no relationships"))
}

/// Country, size in mid-June 2026 and name of those 15,658 ASes of the 2006 graph that still announce
/// addresses (RouteViews, DB-IP, NRO).
///
/// # Panics
/// When the program itself was built from damaged files.
#[must_use]
pub fn builtin_as_sizes() -> AsSizes {
    let sizes: Result<AsSizes, ImportError> = AsSizes::parse(&unpacked(SIZES));
    sizes.expect("the carried table of sizes is intact")
}

fn unpacked(gzip: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(gzip).read_to_string(&mut text).expect("a carried file is intact");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Country, LinkCounts, Routes};
    use crate::units::AsNumber;

    fn graph() -> (AsGraph, Inferred) {
        builtin_as_graph_2006(&LinkDefaults::default(), &InferenceRules::default())
    }

    #[test]
    fn the_graph_of_2006_is_whole_and_its_hierarchy_sound() {
        let (graph, inferred) = graph();
        assert_eq!((graph.len(), graph.components().len()), (22_963, 1));
        assert_eq!(graph.link_counts(), inferred.counts);
        assert_eq!(inferred.counts, LinkCounts { transit: 43_621, peering: 4_815, sibling: 0 });
        let clique: Vec<u32> =
            inferred.cliques[0].iter().map(|at| graph.at(*at).number.get()).collect();
        let tier_1 = [701, 7018, 1239, 3356, 209, 3549, 6461, 3561, 2828, 2914, 1299, 6453];
        assert_eq!(clique, tier_1);
        assert_eq!(graph.provider_cycle(), None);
    }

    #[test]
    fn sizes_name_the_ases_of_the_graph() {
        let (graph, sizes) = (graph().0, builtin_as_sizes());
        assert_eq!(sizes.iter().count(), 15_658);
        assert!(sizes.iter().all(|(number, _)| graph.index_of(number).is_some()));
        let telekom = graph.at(graph.index_of(AsNumber::new(3320)).unwrap());
        assert_eq!(telekom.name, "Deutsche Telekom AG");
        assert_eq!(telekom.country, Country::new("DE"));
        assert_eq!(sizes.get(telekom.number).unwrap().ipv4_addresses, 34_403_072);
    }

    #[test]
    fn every_as_of_2006_reaches_every_other() {
        let (graph, _) = graph();
        let mut routes = Routes::new(&graph);
        for number in [701, 3320, 7922, 4804] {
            let to = graph.index_of(AsNumber::new(number)).unwrap();
            assert!(graph.indices().all(|from| routes.route(from, to).is_some()));
        }
    }
}

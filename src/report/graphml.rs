//! The distribution topology at one instant as GraphML, for graph tools.

use crate::metrics::TopologyRow;
use crate::units::{PeerId, SimTime};
use std::collections::BTreeSet;
use std::fmt::Write;

const OPENING: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="content" for="edge" attr.name="content" attr.type="int"/>
  <key id="substream" for="edge" attr.name="substream" attr.type="int"/>
  <key id="depth" for="edge" attr.name="depth_hops" attr.type="int"/>
  <key id="rate" for="edge" attr.name="rate_bps" attr.type="long"/>
"#;

/// Who feeds whom at `instant`: one node a peer or CDN node, named `p` and its number, and one edge
/// from parent to child a substream. Rows of other instants are left out.
#[must_use]
pub fn topology_graphml(topology: &[TopologyRow], instant: SimTime) -> String {
    let edges: Vec<&TopologyRow> = topology.iter().filter(|row| row.time == instant).collect();
    let nodes: BTreeSet<PeerId> = edges.iter().flat_map(|row| [row.parent, row.child]).collect();
    let mut text = OPENING.to_string();
    text.push_str("  <graph edgedefault=\"directed\">\n");
    for node in nodes {
        line(&mut text, format_args!("    <node id=\"p{node}\"/>"));
    }
    edges.iter().for_each(|row| edge(&mut text, row));
    text.push_str("  </graph>\n</graphml>\n");
    text
}

fn edge(text: &mut String, row: &TopologyRow) {
    line(text, format_args!("    <edge source=\"p{}\" target=\"p{}\">", row.parent, row.child));
    line(text, format_args!("      <data key=\"content\">{}</data>", row.content));
    line(text, format_args!("      <data key=\"substream\">{}</data>", row.substream));
    line(text, format_args!("      <data key=\"depth\">{}</data>", row.depth));
    line(text, format_args!("      <data key=\"rate\">{}</data>", row.rate.as_bps()));
    text.push_str("    </edge>\n");
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("a string takes all text");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{BitRate, ContentId, Substream};

    fn row(second: u64, parent: u32, child: u32) -> TopologyRow {
        TopologyRow {
            time: SimTime::from_secs(second),
            content: ContentId::new(0),
            substream: Substream(1),
            parent: PeerId::new(parent),
            child: PeerId::new(child),
            depth: 2,
            rate: BitRate::from_kbps(250),
        }
    }

    #[test]
    fn only_the_edges_of_the_instant_are_drawn_and_each_peer_once() {
        let rows = [row(1, 7, 8), row(1, 7, 9), row(2, 5, 6)];
        let text = topology_graphml(&rows, SimTime::from_secs(1));
        assert_eq!(text.matches("<node ").count(), 3);
        assert_eq!(text.matches("<edge ").count(), 2);
        assert!(text.contains(
            "    <edge source=\"p7\" target=\"p8\">\n      <data key=\"content\">0</data>\n      \
             <data key=\"substream\">1</data>\n      <data key=\"depth\">2</data>\n      \
             <data key=\"rate\">250000</data>\n    </edge>\n"
        ));
        assert!(!text.contains("p5"));
    }

    #[test]
    fn an_instant_without_edges_is_an_empty_graph() {
        let text = topology_graphml(&[], SimTime::ZERO);
        assert!(text.ends_with("  <graph edgedefault=\"directed\">\n  </graph>\n</graphml>\n"));
    }
}

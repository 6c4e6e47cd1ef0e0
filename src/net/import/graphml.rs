//! GraphML: an XML format in which `<key>` declares attributes and `<data>` gives their values.
//!
//! Understood is what the Internet Topology Zoo writes: nodes with `label`, `Country`, `Latitude` and
//! `Longitude`, edges with `LinkSpeedRaw`. Other keys and elements are passed over.

use super::map::{Item, Value, assemble};
use super::xml::{Element, Event, Reader};
use super::{ImportError, Imported, Position};
use std::collections::BTreeMap;

/// Reads a text in this format.
///
/// # Errors
/// When the text is not well-formed XML, there is no graph or no node, a node has no id or another's, a
/// node or an edge stands within another, an edge does not lead from node to node, data refers to a key
/// that is not declared, or a number is none.
pub fn read(text: &str) -> Result<Imported, ImportError> {
    let (mut reader, mut graph) = (Reader::new(text), Graph::default());
    while let Some(event) = reader.next()? {
        match event {
            Event::Start(element) => graph.begin(&element)?,
            Event::Text(text) => graph.text(&text),
            Event::End(name) => graph.end(&name),
        }
    }
    if !graph.seen {
        return Err(reader.here().refuse("the end of the text", "an element <graph>"));
    }
    assemble(&graph.nodes, &graph.edges, text)
}

/// What was read so far.
#[derive(Default)]
struct Graph {
    seen: bool,
    nodes: Vec<Item>,
    edges: Vec<Item>,
    /// The names of the declared keys, by id.
    keys: BTreeMap<String, String>,
    /// The node or edge that has begun.
    item: Option<Item>,
    /// The name and the value of the data that has begun.
    data: Option<(String, Value)>,
}

impl Graph {
    fn begin(&mut self, element: &Element) -> Result<(), ImportError> {
        match element.name.as_str() {
            "key" => self.declare(element),
            "graph" => {
                self.seen = true;
                Ok(())
            }
            "node" => self.begin_item(element, &["id"]),
            "edge" => self.begin_item(element, &["source", "target"]),
            "data" => self.begin_data(element),
            _ => Ok(()),
        }
    }

    fn declare(&mut self, element: &Element) -> Result<(), ImportError> {
        let id = required(element, "id")?;
        let name = element.attribute("attr.name").unwrap_or(&id.text).to_string();
        self.keys.insert(id.text, name);
        Ok(())
    }

    fn begin_item(&mut self, element: &Element, names: &[&str]) -> Result<(), ImportError> {
        if self.item.is_some() {
            let expected = "no node or edge within another";
            return Err(element.at.refuse(&format!("<{}>", element.name), expected));
        }
        let mut attributes = BTreeMap::new();
        for name in names {
            attributes.insert((*name).to_string(), required(element, name)?);
        }
        self.item = Some(Item { at: element.at, attributes });
        Ok(())
    }

    fn begin_data(&mut self, element: &Element) -> Result<(), ImportError> {
        let key = required(element, "key")?;
        let Some(name) = self.keys.get(&key.text) else {
            return Err(element.at.refuse(&key.text, "the id of a <key> declared before"));
        };
        self.data = Some((name.clone(), Value { text: String::new(), at: element.at }));
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some((_, value)) = &mut self.data {
            value.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "data" => {
                if let (Some((name, value)), Some(item)) = (self.data.take(), &mut self.item) {
                    // The attributes of the element itself come first: a map may have a key `id`, too.
                    item.attributes.entry(name).or_insert(value);
                }
            }
            "node" => self.nodes.extend(self.item.take()),
            "edge" => self.edges.extend(self.item.take()),
            _ => (),
        }
    }
}

fn required(element: &Element, name: &str) -> Result<Value, ImportError> {
    let at: Position = element.at;
    let value = element.attribute(name).map(|text| Value { text: text.to_string(), at });
    value.ok_or_else(|| at.refuse(&format!("<{}>", element.name), &format!("its `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Coordinates, Country};
    use crate::units::BitRate;

    const KEYS: &str = r#"<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key attr.name="id" attr.type="int" for="node" id="d0" />
<key attr.name="label" for="node" id="d1" /><key attr.name="Country" for="node" id="d2" />
<key attr.name="Latitude" for="node" id="d3" /><key attr.name="Longitude" for="node" id="d4" />
<key attr.name="LinkSpeedRaw" for="edge" id="d5" /><key attr.name="Network" for="graph" id="d6" />
"#;

    fn map(body: &str) -> String {
        format!("{KEYS}<graph edgedefault=\"undirected\">\n{body}\n</graph></graphml>")
    }

    fn nodes(body: &str) -> String {
        map(&format!("<node id=\"0\"/><node id=\"1\"/>\n{body}"))
    }

    fn error(text: &str) -> (usize, Option<usize>, String) {
        let error = read(text).unwrap_err();
        (error.line, error.column, error.found)
    }

    #[test]
    fn a_map_keeps_places_and_speeds() {
        let body = r#"<data key="d6">N</data><node id="n0"><data key="d0">5</data>
            <data key="d1">A &amp; B</data><data key="d2">Norway</data>
            <data key="d3">59.9</data><data key="d4">10.7</data></node><node id="n1" />
            <edge source="n0" target="n1"><data key="d5">2000000000.0</data></edge>
            <edge source="n1" target="n0" />"#;
        let imported = read(&map(body)).unwrap();
        let oslo = &imported.ases[0];
        assert_eq!((oslo.name.as_str(), oslo.country), ("A & B", Country::new("NO")));
        assert_eq!(oslo.coordinates, Some(Coordinates { latitude: 59.9, longitude: 10.7 }));
        assert_eq!(imported.ases[1].number.get(), 4_200_000_001);
        assert_eq!(imported.links[0].capacity, Some(BitRate::from_kbps(2_000_000)));
        assert_eq!((imported.notes.links(), imported.notes.duplicates_merged), (1, 1));
    }

    #[test]
    fn the_text_is_well_formed() {
        assert_eq!(error(&map("<node id='0'>")), (8, Some(1), "</graph>".to_string()));
    }

    #[test]
    fn there_is_a_graph_and_a_node_in_it() {
        assert_eq!(error("<graphml></graphml>"), (1, Some(20), "the end of the text".to_string()));
        assert_eq!(error("<graph/>"), (1, None, "the end of the text".to_string()));
    }

    #[test]
    fn a_key_has_an_id() {
        assert_eq!(error("<key attr.name='x'/>"), (1, Some(1), "<key>".to_string()));
    }

    #[test]
    fn a_node_has_an_id_of_its_own() {
        assert_eq!(error(&map("<node/>")), (7, Some(1), "<node>".to_string()));
        assert_eq!(error(&nodes("<node id='1'/>")), (8, Some(1), "1".to_string()));
    }

    #[test]
    fn an_edge_leads_from_node_to_node() {
        assert_eq!(error(&nodes("<edge source='0'/>")), (8, Some(1), "<edge>".to_string()));
        assert_eq!(error(&nodes("<edge source='0' target='9'/>")), (8, Some(1), "9".to_string()));
    }

    #[test]
    fn a_node_does_not_stand_within_another() {
        let nested = nodes("<node id='2'><graph><node id='3'/></graph></node>");
        assert_eq!(error(&nested), (8, Some(21), "<node>".to_string()));
    }

    #[test]
    fn data_has_a_key_that_is_declared() {
        assert_eq!(error(&nodes("<data>x</data>")), (8, Some(1), "<data>".to_string()));
        assert_eq!(error(&nodes("<data key='d9'>x</data>")), (8, Some(1), "d9".to_string()));
    }

    #[test]
    fn numbers_are_numbers_in_their_range() {
        let far = nodes("<node id='2'><data key='d3'>-90.5</data></node>");
        assert_eq!(error(&far), (8, Some(14), "-90.5".to_string()));
        let fast = nodes("<edge source='0' target='1'><data key='d5'>fast</data></edge>");
        assert_eq!(error(&fast), (8, Some(29), "fast".to_string()));
    }
}

//! What the formats of maps share: nodes and links under the text's own names, made into ASes.

use super::assembly::{Assembly, Conflict, Outcome};
use super::{ImportError, Imported, ImportedLink, Position};
use crate::net::{As, Coordinates, Country};
use crate::units::{AsNumber, BitRate};
use std::collections::{BTreeMap, BTreeSet};

/// The first number that nodes without one get: the private range of RFC 6996.
const FIRST_PRIVATE: u32 = 4_200_000_000;

/// A value of the text and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) at: Position,
}

/// A node or a link: its attributes, of which the last of a name counts.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) at: Position,
    pub(super) attributes: BTreeMap<String, Value>,
}

impl Item {
    fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    fn required(&self, what: &str, name: &str) -> Result<&Value, ImportError> {
        self.get(name).ok_or_else(|| self.at.refuse(what, &format!("its `{name}`")))
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, ImportError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.text.trim().parse::<f64>().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        let expected = || format!("`{name}` as a number between {least} and {most}");
        number.map(Some).ok_or_else(|| value.at.refuse(&value.text, &expected()))
    }

    fn coordinates(&self) -> Result<Option<Coordinates>, ImportError> {
        let latitude = self.number("Latitude", -90.0, 90.0)?;
        let longitude = self.number("Longitude", -180.0, 180.0)?;
        Ok(latitude.zip(longitude).map(|(latitude, longitude)| Coordinates { latitude, longitude }))
    }
}

/// Puts a map together. Nodes need an `id`, links a `source` and a `target`.
///
/// When every node's label is a number and no two are the same, these are the AS numbers. Otherwise
/// labels are names, and numbers come from the private range.
pub(super) fn assemble(
    nodes: &[Item],
    links: &[Item],
    text: &str,
) -> Result<Imported, ImportError> {
    let mut assembly = Assembly::default();
    let mut numbers: BTreeMap<&str, AsNumber> = BTreeMap::new();
    let labelled = numeric_labels(nodes);
    for (index, node) in nodes.iter().enumerate() {
        let id = node.required("node", "id")?;
        let private = FIRST_PRIVATE.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        let number = labelled.as_ref().map_or(AsNumber::new(private), |labels| labels[index]);
        if numbers.insert(&id.text, number).is_some() {
            return Err(id.at.refuse(&id.text, "an id that no other node has"));
        }
        assembly.describe(node, number, labelled.is_none())?;
    }
    for link in links {
        assembly.join_map(link, &numbers)?;
    }
    assembly.finish(text)
}

fn numeric_labels(nodes: &[Item]) -> Option<Vec<AsNumber>> {
    let label = |node: &Item| node.get("label")?.text.trim().parse().ok().map(AsNumber::new);
    let labels: Vec<AsNumber> = nodes.iter().map(label).collect::<Option<_>>()?;
    let distinct: BTreeSet<AsNumber> = labels.iter().copied().collect();
    (distinct.len() == labels.len()).then_some(labels)
}

impl Assembly {
    fn describe(&mut self, node: &Item, number: AsNumber, named: bool) -> Result<(), ImportError> {
        let coordinates = node.coordinates()?;
        let country = node.get("Country").map(|value| Country::from_name(&value.text));
        self.notes.unknown_countries += usize::from(country == Some(None));
        let label = node.get("label").or_else(|| node.get("id")).filter(|_| named);
        let name = label.map_or_else(String::new, |value| value.text.clone());
        self.add(As { number, name, country: country.flatten(), coordinates });
        Ok(())
    }

    fn join_map(
        &mut self,
        link: &Item,
        numbers: &BTreeMap<&str, AsNumber>,
    ) -> Result<(), ImportError> {
        let end = |name| {
            let id = link.required("edge", name)?;
            let number = numbers.get(id.text.as_str()).copied();
            number.ok_or_else(|| id.at.refuse(&id.text, "the id of a node"))
        };
        let (first, second) = (end("source")?, end("target")?);
        let speed = link.number("LinkSpeedRaw", 0.0, 1e18)?.filter(|speed| *speed >= 1.0);
        let capacity = speed.map(|speed| BitRate::from_bps(speed as u64));
        let link_told = ImportedLink { first, second, kind: None, capacity };
        match self.join(link_told) {
            Ok(Outcome::Merged) => self.notes.duplicates_merged += 1,
            Ok(Outcome::Added | Outcome::Dropped) => (),
            Err(Conflict) => return Err(link.at.refuse("edge", "one relationship a pair")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(attributes: &[(&str, &str)]) -> Item {
        let at = Position::of_line(1);
        let value = |text: &str| Value { text: text.to_string(), at };
        let attributes = attributes.iter().map(|(k, v)| ((*k).to_string(), value(v))).collect();
        Item { at, attributes }
    }

    fn two(labels: [&str; 2]) -> Vec<Item> {
        vec![item(&[("id", "a"), ("label", labels[0])]), item(&[("id", "b"), ("label", labels[1])])]
    }

    fn numbers(nodes: &[Item]) -> Vec<u32> {
        let imported = assemble(nodes, &[], "").unwrap();
        imported.ases.iter().map(|system| system.number.get()).collect()
    }

    #[test]
    fn labels_are_as_numbers_only_when_all_are_different_numbers() {
        assert_eq!(numbers(&two(["3320", "1299"])), [3320, 1299]);
        assert_eq!(numbers(&two(["3320", "Bonn"])), [4_200_000_000, 4_200_000_001]);
        assert_eq!(numbers(&two(["7", "7"])), [4_200_000_000, 4_200_000_001]);
    }

    #[test]
    fn parallel_links_add_up_and_loops_go() {
        let link =
            |target, speed| item(&[("source", "a"), ("target", target), ("LinkSpeedRaw", speed)]);
        let links = [link("b", "1e9"), link("b", "2000000000.0"), link("a", "5"), link("b", "0")];
        let imported = assemble(&two(["x", "y"]), &links, "").unwrap();
        let notes = imported.notes;
        assert_eq!(
            (notes.duplicates_merged, notes.self_loops_dropped, notes.unannotated),
            (2, 1, 1)
        );
        assert_eq!(imported.links[0].capacity, Some(BitRate::from_kbps(3_000_000)));
    }

    #[test]
    fn a_country_that_is_unknown_is_counted() {
        let nodes = [
            item(&[("id", "a"), ("Country", "Atlantis")]),
            item(&[("id", "b"), ("Country", "Italy")]),
        ];
        let imported = assemble(&nodes, &[], "").unwrap();
        assert_eq!(imported.notes.unknown_countries, 1);
        assert_eq!(imported.ases[1].country, Country::new("IT"));
        assert_eq!(imported.ases[0].name, "a");
    }
}

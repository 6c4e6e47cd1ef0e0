//! What a reader of results needs to know of the scenario, from its resolved text in a manifest.
//!
//! Not here: the scenario's meaning. Whatever is missing or of another kind is simply not known.

use crate::metrics::PeerRow;
use crate::units::{ContentId, PeerId, SimTime, Span, parse};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// Names and settings by which tables are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What the scenario calls itself; empty when unknown.
    pub title: String,
    /// CDN nodes and, after them, waypoint servers by their numbers: in tables they are the first peers.
    pub nodes: Vec<Node>,
    /// The contents by their numbers.
    pub contents: Vec<String>,
    /// Which of them are files.
    files: BTreeSet<ContentId>,
    /// Names of networks by their numbers.
    pub networks: BTreeMap<u32, String>,
    /// How long the scenario lasts, as it says.
    pub duration: Option<Span>,
    /// How rows of tables are kept, by table: `all`, `none` or as `1/20`.
    kept: BTreeMap<String, String>,
}

/// A CDN node or a waypoint server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// The number of its network.
    pub network: Option<u32>,
    /// It is a waypoint server.
    pub is_waypoint: bool,
}

impl Node {
    /// What it is, in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        if self.is_waypoint { "waypoint server" } else { "CDN node" }
    }
}

impl Facts {
    /// The facts in a resolved scenario's text.
    #[must_use]
    pub fn of(scenario: &str) -> Self {
        let table: Table = scenario.parse().unwrap_or_default();
        let entries = |key: &str| {
            let list = table.get(key).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(Value::as_table).cloned().collect::<Vec<Table>>()
        };
        let node = |entry: &Table, is_waypoint| Node {
            name: text(entry, "name"),
            network: number(entry, "as"),
            is_waypoint,
        };
        let nodes = entries("cdn").into_iter().map(|entry| node(&entry, false));
        let waypoints = entries("waypoint").into_iter().map(|entry| node(&entry, true));
        let contents = entries("content");
        let is_file = |entry: &Table| text(entry, "kind") == "file";
        let files = (0..contents.len()).filter(|number| is_file(&contents[*number]));
        let network = |entry: &Table| Some((number(entry, "as")?, text(entry, "name")));
        let output = table.get("output").and_then(Value::as_table);
        let kept =
            |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_string()));
        Self {
            title: text(&table, "title"),
            nodes: nodes.chain(waypoints).collect(),
            contents: contents.iter().map(|entry| text(entry, "name")).collect(),
            files: files.map(ContentId::from_index).collect(),
            networks: entries("isp").iter().filter_map(network).collect(),
            duration: parse::span(&text(&table, "duration")).ok(),
            kept: output.into_iter().flatten().filter_map(kept).collect(),
        }
    }

    /// Whether a session was there for a file.
    #[must_use]
    pub fn fetches(&self, session: &PeerRow) -> bool {
        session.channel.is_some_and(|(content, _)| self.files.contains(&content))
    }

    /// How the rows of a table are kept, as `peers` is; `all` when unknown.
    #[must_use]
    pub fn kept(&self, table: &str) -> &str {
        self.kept.get(table).map_or("all", String::as_str)
    }

    /// The CDN node or waypoint server with this number; none where it is a viewer.
    #[must_use]
    pub fn node(&self, peer: PeerId) -> Option<&Node> {
        self.nodes.get(peer.index())
    }

    /// A viewer or a CDN node in words.
    #[must_use]
    pub fn name(&self, peer: PeerId) -> String {
        match self.node(peer) {
            Some(node) => format!("{} {}", node.kind(), node.name),
            None => format!("viewer {peer}"),
        }
    }

    /// A network in words.
    #[must_use]
    pub fn network(&self, number: u32) -> String {
        match self.networks.get(&number).filter(|name| !name.is_empty()) {
            Some(name) => format!("{name} (AS {number})"),
            None => format!("AS {number}"),
        }
    }

    /// When a run ended that was cut short at `until`, where that is known.
    #[must_use]
    pub fn end(&self, until: Option<&str>) -> Option<SimTime> {
        let until = until.and_then(|text| parse::span(text).ok());
        let end = [until, self.duration].into_iter().flatten().min();
        end.map(|end| SimTime::ZERO + end)
    }
}

fn text(table: &Table, key: &str) -> String {
    table.get(key).and_then(Value::as_str).unwrap_or_default().to_string()
}

fn number(table: &Table, key: &str) -> Option<u32> {
    table.get(key)?.as_integer()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_scenario_and_what_is_missing_is_not_known() {
        let facts = Facts::of(
            "title = \"T\"\nduration = \"5 min\"\n[[cdn]]\nname = \"origin\"\nas = 7\n\
             [[isp]]\nas = 8\nname = \"North\"\n[output]\npeers = \"1/20\"\n",
        );
        assert_eq!(facts.name(PeerId::new(0)), "CDN node origin");
        assert_eq!(facts.name(PeerId::new(1)), "viewer 1");
        assert_eq!(facts.network(8), "North (AS 8)");
        assert_eq!(facts.network(9), "AS 9");
        assert_eq!((facts.kept("peers"), facts.kept("transfers")), ("1/20", "all"));
        assert_eq!(facts.end(Some("90 s")), Some(SimTime::from_secs(90)));
        assert_eq!(facts.end(None), Some(SimTime::from_secs(300)));
        assert_eq!(Facts::of("no toml"), Facts::default());
    }
}

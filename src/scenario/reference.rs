//! The scenario reference in Markdown, generated from the schema: it cannot fall behind the code.

use super::load::load;
use super::resolved::to_raw;
use super::shape::{Choice, Key, Shape};
use std::collections::BTreeMap;

/// Every key of a scenario file: type, default and meaning, a table per section.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(PREAMBLE);
    let defaults = default_values();
    let Shape::Table(keys) = Shape::of_scenario() else { return text };
    let mut writer = Writer { text: &mut text, defaults: &defaults };
    writer.section("", "The file itself", "", &keys);
    text.push_str(&built_in_tables());
    text
}

const PREAMBLE: &str = "\
# Scenario reference

Generated from the code; `UPDATE_GOLDEN=1 cargo test` writes it anew.

A scenario is a TOML file. Unknown keys are errors. A value with a unit is text with the number and the unit:
`\"2.5 Mbps\"`, `\"90 min\"`, `\"20 ms\"`; a share is `\"30 %\"` or `0.3`. Times of phases and faults count from the
start of the run. `--set path=value` changes any key: `audience.peak=20000`, `cdn[0].capacity=\"5 Gbps\"`, or by name
`cdn.frankfurt.capacity=\"5 Gbps\"`.

";

struct Writer<'a> {
    text: &'a mut String,
    defaults: &'a BTreeMap<Vec<String>, toml::Value>,
}

impl Writer<'_> {
    /// One table of the file, then the tables in it.
    fn section(&mut self, path: &str, title: &str, meaning: &str, keys: &BTreeMap<String, Key>) {
        self.text.push_str(&format!("## {title}\n\n"));
        if !meaning.is_empty() {
            self.text.push_str(&format!("{meaning}\n\n"));
        }
        let mut plain: Vec<_> =
            keys.iter().filter(|(_, key)| inner(&key.shape).is_none()).collect();
        plain.sort_by_key(|(_, key)| !key.required);
        if !plain.is_empty() {
            self.text.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
        }
        for (name, key) in &plain {
            let default = self.default(path, name, key);
            let row =
                format!("| `{name}` | {} | {default} | {} |\n", kind(&key.shape), meaning_of(key));
            self.text.push_str(&row);
        }
        if !plain.is_empty() {
            self.text.push('\n');
        }
        for (name, key) in keys {
            let Some((keys, many)) = inner(&key.shape) else { continue };
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let title = if many { format!("`[[{path}]]`") } else { format!("`[{path}]`") };
            let required = if key.required { " Required." } else { "" };
            self.section(&path, &title, &format!("{}{required}", key.meaning), keys);
        }
    }

    fn default(&self, path: &str, name: &str, key: &Key) -> String {
        if key.required {
            return "required".to_string();
        }
        let full: Vec<String> = path
            .split('.')
            .filter(|part| !part.is_empty())
            .chain([name])
            .map(str::to_string)
            .collect();
        self.defaults.get(&full).map_or_else(|| "–".to_string(), |value| format!("`{value}`"))
    }
}

/// The keys of a table or of the tables of a list, and whether there may be many.
fn inner(shape: &Shape) -> Option<(&BTreeMap<String, Key>, bool)> {
    match shape {
        Shape::Table(keys) => Some((keys, false)),
        Shape::List(of) => match &**of {
            Shape::Table(keys) => Some((keys, true)),
            _ => None,
        },
        _ => None,
    }
}

fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Table(_) => "table".to_string(),
        Shape::List(of) => format!("list of {}", kind(of)),
        Shape::Choice(_) => "choice".to_string(),
        Shape::Text(None) => "text".to_string(),
        Shape::Text(Some(example)) => format!("as `\"{example}\"`"),
        Shape::Integer => "whole number".to_string(),
        Shape::Number => "number".to_string(),
        Shape::Share => "share".to_string(),
        Shape::Scalar => "any single value".to_string(),
        Shape::Truth => "true or false".to_string(),
    }
}

/// The meaning, with that of every choice.
fn meaning_of(key: &Key) -> String {
    let choices: &[Choice] = match &key.shape {
        Shape::Choice(choices) => choices,
        Shape::List(of) => match &**of {
            Shape::Choice(choices) => choices,
            _ => &[],
        },
        _ => &[],
    };
    let mut text = key.meaning.replace('|', "\\|");
    for choice in choices {
        let meaning = choice.meaning.replace('|', "\\|");
        text.push_str(&format!("<br>`{}`: {meaning}", choice.name));
    }
    text
}

/// The built-in tables that a file may replace as a whole.
fn built_in_tables() -> String {
    let Some(raw) = probes().into_iter().next() else { return String::new() };
    let mut tables = toml::Table::new();
    for name in ["access", "nat"] {
        tables.extend(raw.get(name).map(|value| (name.to_string(), value.clone())));
    }
    let session = raw.get("audience").and_then(|audience| audience.get("session"));
    let session = session.map(|value| ("session".to_string(), value.clone()));
    tables.insert("audience".to_string(), session.into_iter().collect::<toml::Table>().into());
    let text = toml::to_string(&tables).unwrap_or_default();
    format!(
        "## Built-in tables\n\nWhat a file gets that does not write these tables itself.\n\n\
         ```toml\n{text}```\n"
    )
}

/// The default of every key that has one which does not depend on the rest of the file, by its path;
/// lists stand for their elements.
pub(super) fn default_values() -> BTreeMap<Vec<String>, toml::Value> {
    let mut probes = probes().into_iter().map(|table| {
        let mut values = BTreeMap::new();
        leaves(&toml::Value::Table(table), &mut Vec::new(), &mut values);
        values
    });
    let mut agreed = probes.next().unwrap_or_default();
    let mut differing = Vec::new();
    for probe in probes {
        for (path, value) in probe {
            if *agreed.entry(path.clone()).or_insert_with(|| value.clone()) != value {
                differing.push(path);
            }
        }
    }
    let shape = Shape::of_scenario();
    agreed.retain(|path, _| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let without = WITHOUT_DEFAULT.iter().any(|prefix| path.starts_with(prefix));
        !without && may_be_left_out(&shape, &path) && !differing.iter().any(|other| *other == path)
    });
    agreed
}

/// A kind of NAT that is left out does not occur, whatever the built-in table says; and arrivals at a
/// constant rate are only one of three ways for viewers to come.
const WITHOUT_DEFAULT: [&[&str]; 2] = [&["nat"], &["audience", "arrivals"]];

fn may_be_left_out(shape: &Shape, path: &[&str]) -> bool {
    let (Some((keys, _)), Some((name, rest))) = (inner(shape), path.split_first()) else {
        return false;
    };
    let Some(key) = keys.get(*name) else { return false };
    if rest.is_empty() { !key.required } else { may_be_left_out(&key.shape, rest) }
}

fn leaves(
    value: &toml::Value,
    path: &mut Vec<String>,
    into: &mut BTreeMap<Vec<String>, toml::Value>,
) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                path.push(name.clone());
                leaves(value, path, into);
                path.pop();
            }
        }
        toml::Value::Array(list) if list.first().is_some_and(toml::Value::is_table) => {
            leaves(&list[0], path, into);
        }
        other => {
            into.insert(path.clone(), other.clone());
        }
    }
}

/// Three small scenarios that differ in everything that must be said, resolved: where they agree, it is
/// the default.
fn probes() -> Vec<toml::Table> {
    let read = |file: &str| match file {
        "a.gml" => Ok(b"graph [ node [ id 0 label \"701\" ] ]".to_vec()),
        _ => Ok(b"3320|3209|-1\n".to_vec()),
    };
    let probes = [("a", PROBE_INLINE), ("b", PROBE_GML), ("c", PROBE_AS_REL)];
    let loaded = probes.iter().filter_map(|(name, text)| load(text, name, &[], &read).ok());
    loaded.filter_map(|scenario| toml::Table::try_from(to_raw(&scenario)).ok()).collect()
}

const PROBE_INLINE: &str = r#"
duration = "10 min"
[[isp]]
as = 64500
name = "one"
country = "DE"
[[isp]]
as = 64501
country = "DE"
access = false
[[link]]
from = 64500
to = 64501
kind = "customer-provider"
[[content]]
name = "a"
bitrate = "1 Mbps"
[[cdn]]
name = "a"
as = 64501
country = "DE"
capacity = "1 Gbps"
[audience]
peak = 1
phase = [{ name = "a", until = "1 min", level = 0.5 }]
"#;

const PROBE_GML: &str = r#"
duration = "20 min"
[topology]
graph = "a.gml"
[[isp]]
as = 701
[[content]]
name = "b"
bitrate = "2 Mbps"
[[cdn]]
name = "b"
as = 701
country = "US"
capacity = "2 Gbps"
[audience]
peak = 2
phase = [{ name = "b", until = "2 min", level = 1 }]
"#;

const PROBE_AS_REL: &str = r#"
duration = "30 min"
[topology]
graph = "c.txt"
format = "as-rel"
[[isp]]
as = 3209
[[content]]
name = "c"
bitrate = "3 Mbps"
[[cdn]]
name = "c"
as = 3320
country = "DE"
capacity = "3 Gbps"
[audience]
arrivals = "1 /s"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn default(path: &str) -> Option<String> {
        let path: Vec<String> = path.split('.').map(str::to_string).collect();
        default_values().get(&path).map(ToString::to_string)
    }

    #[test]
    fn defaults_are_what_loading_fills_in() {
        assert_eq!(probes().len(), 3);
        assert_eq!(default("player.startup").as_deref(), Some("\"2 s\""));
        assert_eq!(default("isp.metros").as_deref(), Some("4"));
        assert_eq!(default("topology.transit_capacity").as_deref(), Some("\"100 Gbps\""));
        assert_eq!(default("audience.phase.shape").as_deref(), Some("\"linear\""));
        assert_eq!(default("control.objective.unserved").as_deref(), Some("10.0"));
    }

    #[test]
    fn what_depends_on_the_rest_has_no_default() {
        for path in [
            "title",
            "isp.weight",
            "content.duration",
            "control.site_as",
            "topology.format",
            "nat.fixed.open",
            "audience.arrivals",
            "access.downlink",
        ] {
            assert_eq!(default(path), None, "{path}");
        }
    }
}

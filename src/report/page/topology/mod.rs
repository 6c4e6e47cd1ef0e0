//! Who fed whom, drawn for every sampled instant and substream.
//!
//! Each drawing is whole in the page; a script only chooses which is seen. Few viewers are drawn one
//! by one, many by network and distance from the source. Not here: sampling; that is `topology.csv`.

mod canvas;
mod forest;
mod groups;
mod networks;
mod single;
#[cfg(test)]
mod tests;

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words::counted;
use crate::metrics::TopologyRow;
use crate::units::{ContentId, PeerId, SimTime, Substream};
use forest::Forest;
use networks::{LegendEntry, Networks};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many viewers are drawn one by one in one drawing, and in all of them.
const MOST_SINGLE: usize = 200;
const MOST_SINGLE_IN_ALL: usize = 12_000;
/// So many drawings are in a page.
const MOST_FRAMES: usize = 160;

/// All drawings of a run.
#[derive(Debug, Serialize)]
pub(super) struct Drawings {
    instants: Vec<Instant>,
    substreams: Vec<String>,
    frames: Vec<Frame>,
    legend: Vec<LegendEntry>,
    notes: Vec<String>,
    /// Whether every viewer has its own mark.
    single: bool,
}

#[derive(Debug, Serialize)]
struct Instant {
    seconds: f64,
    text: String,
}

#[derive(Debug, Serialize)]
struct Frame {
    instant: usize,
    substream: String,
    caption: String,
    svg: String,
}

/// A substream of a content.
type Tree = (ContentId, Substream);
type Rows<'a> = BTreeMap<(SimTime, Tree), Vec<&'a TopologyRow>>;

/// The drawings of a run; none when nobody looked at its topology.
pub(super) fn drawings(tables: &RunTables, facts: &Facts) -> Option<Drawings> {
    let mut rows: Rows<'_> = BTreeMap::new();
    for row in &tables.topology {
        rows.entry((row.time, (row.content, row.substream))).or_default().push(row);
    }
    let trees = sorted(rows.keys().map(|(_, tree)| *tree));
    let all = sorted(rows.keys().map(|(time, _)| *time));
    let shown = spread(&all, (MOST_FRAMES / trees.len().max(1)).max(1));
    rows.retain(|(time, _), _| shown.contains(time));
    let largest = rows.values().map(Vec::len).max()?;
    let total: usize = rows.values().map(Vec::len).sum();
    let single = largest <= MOST_SINGLE && total <= MOST_SINGLE_IN_ALL;
    let networks = Networks::new(tables, facts);
    let frame = |((time, tree), rows): (&(SimTime, Tree), &Vec<&TopologyRow>)| {
        let forest = Forest::new(rows, |peer| networks.is_node(peer));
        let substream = tree_name(*tree, facts);
        let caption = caption(&forest, &networks, *time, &substream);
        let svg = if single {
            single::draw(&forest, &networks, facts, &caption)
        } else {
            groups::draw(&forest, &networks, &caption)
        };
        let instant = shown.iter().position(|shown| shown == time).unwrap_or_default();
        Frame { instant, substream, caption, svg }
    };
    let peers = rows.values().flatten().flat_map(|row| [row.parent, row.child]);
    Some(Drawings {
        instants: shown.iter().map(Instant::new).collect(),
        frames: rows.iter().map(frame).collect(),
        legend: networks.legend(peers),
        notes: notes((all.len(), shown.len()), (single, largest)),
        substreams: trees.into_iter().map(|tree| tree_name(tree, facts)).collect(),
        single,
    })
}

impl Instant {
    fn new(time: &SimTime) -> Self {
        Self { seconds: time.as_secs_f64(), text: time.to_string() }
    }
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// At most so many of `all`, evenly, with the first and the last.
fn spread(all: &[SimTime], most: usize) -> Vec<SimTime> {
    if all.len() <= most {
        return all.to_vec();
    }
    let steps = most.saturating_sub(1).max(1);
    let mut shown: Vec<SimTime> =
        (0..most).map(|step| all[step * (all.len() - 1) / steps]).collect();
    shown.dedup();
    shown
}

/// What is said of drawings that do not show everything.
fn notes((all, shown): (usize, usize), (single, largest): (bool, usize)) -> Vec<String> {
    let mut notes = Vec::new();
    if !single {
        notes.push(format!(
            "Up to {largest} viewers are in one drawing, too many to tell apart: each mark stands \
             for all viewers of one network that are equally many hops from the source, with their \
             number; its size and the width of the lines grow with them."
        ));
    }
    if shown < all {
        notes.push(format!("{shown} of {all} sampled instants are drawn."));
    }
    notes
}

/// The number of a substream, and of several contents which one's.
fn tree_name((content, substream): Tree, facts: &Facts) -> String {
    match facts.contents.as_slice() {
        [] | [_] => substream.to_string(),
        several => {
            let name = several.get(content.index()).map_or("", String::as_str);
            format!("{substream} of {name}")
        }
    }
}

/// How far a level is from the source.
fn level_name(level: usize) -> String {
    if level == 0 { "source".to_string() } else { counted(level as u64, "hop", "hops") }
}

/// A drawing in words.
fn caption(forest: &Forest<'_>, networks: &Networks, time: SimTime, substream: &str) -> String {
    let edges = forest.edges.iter();
    let (from_nodes, from_viewers): (Vec<_>, Vec<_>) =
        edges.partition(|(_, row)| networks.is_node(row.parent));
    let crossing = from_viewers.iter().filter(|(child, row)| {
        let ends = (networks.network(row.parent), networks.network(**child));
        ends.0 != ends.1
    });
    let dry = forest.order.iter().filter(|peer| forest.is_dry(**peer)).count();
    let viewers = forest.order.iter().filter(|peer: &&PeerId| !networks.is_node(**peer)).count();
    format!(
        "{time}, substream {substream}: {}, {} fed by CDN nodes, at most {}; {} of {} between \
         viewers cross into another network; {dry} without data at the moment.",
        counted(viewers as u64, "viewer", "viewers"),
        from_nodes.len(),
        counted(forest.levels() as u64 - 1, "hop", "hops"),
        crossing.count(),
        counted(from_viewers.len() as u64, "edge", "edges"),
    )
}

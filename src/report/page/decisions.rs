//! Decisions of the coordinator with their reasons, as rows that a script can search.

use super::super::facts::Facts;
use super::super::tables::RunTables;
use super::super::words;
use super::sample::{Share, thin};
use crate::proto::{Decision, Rule, Trigger};
use serde::Serialize;

/// So many rows are in a page.
const MOST: usize = 5_000;
/// So many of them are seen before anything is searched.
const FIRST: usize = 20;

/// The decisions of one run.
#[derive(Debug, Serialize)]
pub(super) struct Decisions {
    share: Share,
    first: Vec<Vec<String>>,
    data: Data,
}

/// What the script searches. Triggers and rules are numbered by their places in the lists.
#[derive(Debug, Serialize)]
struct Data {
    every: u32,
    triggers: Vec<[&'static str; 2]>,
    rules: Vec<[&'static str; 2]>,
    nodes: Vec<String>,
    /// Milliseconds, child, substream, trigger, former and new parent, rule, and the six counts.
    rows: Vec<[Option<u64>; 14]>,
}

/// The decisions of a run; none when no table has any.
pub(super) fn decisions(run: &RunTables, facts: &Facts) -> Option<Decisions> {
    let (shown, share) = thin(&run.decisions, MOST, |row| Some(row.child));
    shown.first()?;
    Some(Decisions {
        share,
        first: shown.iter().take(FIRST).map(|row| cells(row, facts)).collect(),
        data: Data {
            every: share.every,
            triggers: Trigger::ALL.map(|value| [value.name(), words::trigger(value)]).to_vec(),
            rules: Rule::ALL.map(|value| [value.name(), words::rule(value)]).to_vec(),
            nodes: facts.nodes.iter().map(|node| node.name.clone()).collect(),
            rows: shown.into_iter().map(numbers).collect(),
        },
    })
}

fn numbers(row: &Decision) -> [Option<u64>; 14] {
    let peer = |peer: Option<crate::units::PeerId>| peer.map(|peer| u64::from(peer.get()));
    let place = |place: Option<usize>| place.map(|place| place as u64);
    let count = |count: u32| Some(u64::from(count));
    [
        Some(row.time.as_nanos() / 1_000_000),
        peer(Some(row.child)),
        count(u32::from(row.substream.0)),
        place(Trigger::ALL.iter().position(|value| *value == row.trigger)),
        peer(row.old_parent),
        peer(row.new_parent),
        place(Rule::ALL.iter().position(|value| *value == row.rule)),
        count(row.feasible),
        count(row.pruned_uplink),
        count(row.pruned_policy),
        count(row.pruned_nat),
        count(row.pruned_congestion),
        count(row.pruned_history),
        count(row.considered),
    ]
}

/// The cells of a row, as the script makes them too.
fn cells(row: &Decision, facts: &Facts) -> Vec<String> {
    let name = |peer: Option<crate::units::PeerId>| match peer {
        None => "–".to_string(),
        Some(peer) => facts.node(peer).map_or(peer.to_string(), |node| node.name.clone()),
    };
    let counts = [
        row.feasible,
        row.pruned_uplink,
        row.pruned_policy,
        row.pruned_nat,
        row.pruned_congestion,
        row.pruned_history,
        row.considered,
    ];
    [
        words::clock(row.time),
        row.child.to_string(),
        row.substream.to_string(),
        words::trigger(row.trigger).to_string(),
        name(row.old_parent),
        name(row.new_parent),
        words::rule(row.rule).to_string(),
    ]
    .into_iter()
    .chain(counts.map(|count| count.to_string()))
    .collect()
}

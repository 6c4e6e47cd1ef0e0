//! Whole runs, judged by what they leave behind: nothing here looks inside.

mod assignment;
mod bounds;
mod center;
mod channels;
mod clusters;
mod determinism;
mod devices;
mod downloads;
mod enterprises;
mod history;
mod levels;
mod links;
mod million;
mod policies;
mod preemption;
mod quality;
mod reassignment;
mod scarcity;
mod tables;
mod terms;
mod trees;
mod uplinks;
mod waypoints;
mod world;

use grandstand::metrics::PeerRow;
use grandstand::proto::{Decision, Trigger};
use grandstand::scenario::{CoordinatorKind, Scenario, builtin, load};
use grandstand::sim::{Outcome, RunSpec, run};
use grandstand::units::{PeerId, SimTime, Span, Substream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const ALL: [CoordinatorKind; 4] = CoordinatorKind::ALL;

fn scenario(name: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    let text = builtin::text(name).expect("a built-in scenario");
    load(text, name, &overrides, &|file| Err(format!("no file {file}"))).expect("a valid scenario")
}

/// Runs with all invariants checked at every sample.
fn checked(scenario: &Scenario, coordinator: CoordinatorKind) -> Outcome {
    let spec = RunSpec { scenario, coordinator, seed: scenario.seed, until: None, check: true };
    let outcome = run(&spec, &mut |_| true).expect("nobody interrupts");
    assert_eq!(outcome.violations, Vec::<String>::new(), "{}", coordinator.name());
    outcome
}

/// A built-in scenario under the control center.
fn controlled(name: &str, overrides: &[&str]) -> Outcome {
    checked(&scenario(name, overrides), CoordinatorKind::ControlCenter)
}

fn figure(outcome: &Outcome, metric: &str) -> f64 {
    let row = outcome.records.summary.iter().find(|row| row.metric == metric);
    row.and_then(|row| row.value).unwrap_or_else(|| panic!("no {metric}"))
}

fn bound_in(outcome: &Outcome, scope: &str, quantity: &str, part: &str) -> Option<f64> {
    let mut rows = outcome.records.bounds.iter();
    let row = rows.find(|row| row.scope == scope && row.quantity == quantity && row.part == part);
    row.and_then(|row| row.value)
}

fn bound(outcome: &Outcome, quantity: &str, part: &str) -> f64 {
    bound_in(outcome, "run", quantity, part).unwrap_or_else(|| panic!("no {part} of {quantity}"))
}

fn series(outcome: &Outcome, metric: &str) -> Vec<(SimTime, f64)> {
    let rows = outcome.records.series.iter().filter(|row| row.metric == metric);
    rows.map(|row| (row.time, row.value)).collect()
}

/// The mean of a series between two instants in seconds.
fn mean_between(outcome: &Outcome, metric: &str, from: u64, to: u64) -> f64 {
    let within = SimTime::from_secs(from)..SimTime::from_secs(to);
    let rows = series(outcome, metric).into_iter().filter(|(time, _)| within.contains(time));
    let values: Vec<f64> = rows.map(|(_, value)| value).collect();
    assert!(!values.is_empty(), "no {metric} from {from} s to {to} s");
    values.iter().sum::<f64>() / values.len() as f64
}

/// The rows of viewers by who they are; CDN nodes have none.
fn viewers(outcome: &Outcome) -> BTreeMap<PeerId, &PeerRow> {
    outcome.records.peers.iter().map(|row| (row.peer, row)).collect()
}

/// Decisions with this trigger.
fn triggered(outcome: &Outcome, trigger: Trigger) -> impl Iterator<Item = &Decision> {
    outcome.decisions.iter().filter(move |decision| decision.trigger == trigger)
}

/// Who fed whom at each sampled instant.
fn trees(outcome: &Outcome) -> BTreeMap<SimTime, BTreeMap<(PeerId, Substream), PeerId>> {
    let mut trees = BTreeMap::new();
    for row in &outcome.records.topology {
        let tree: &mut BTreeMap<_, _> = trees.entry(row.time).or_default();
        let before = tree.insert((row.child, row.substream), row.parent);
        assert_eq!(before, None, "{:?} has two parents in one substream", row.child);
    }
    trees
}

/// The match with a thousand viewers, under every coordinator, every row kept.
fn small_match() -> &'static [Outcome; 4] {
    static RUNS: OnceLock<[Outcome; 4]> = OnceLock::new();
    RUNS.get_or_init(|| {
        let all = ["output.assignments=\"all\"", "output.transfers=\"all\""];
        let scenario = scenario("live_sport", &[&["audience.peak=1000"], &all[..]].concat());
        ALL.map(|coordinator| checked(&scenario, coordinator))
    })
}

/// The thirty viewers under the control center, looked at every ten seconds.
fn tiny() -> &'static Outcome {
    static RUN: OnceLock<Outcome> = OnceLock::new();
    RUN.get_or_init(|| {
        let instants: Vec<String> = (1..30).map(|ten| format!("\"{ten}0 s\"")).collect();
        controlled("tiny", &[&format!("output.topology_at=[{}]", instants.join(","))])
    })
}

//! One run: the only place where engine, network, coordinators and clients meet.
//!
//! A run is single-threaded and depends on nothing but the scenario, the coordinator and the seed.

mod ahead;
mod ancestry;
mod client;
mod coordinators;
mod downloads;
mod drive;
mod edges;
mod enterprises;
mod event;
mod fabric;
mod faults;
mod feeding;
mod feeds;
mod flows;
mod heartbeat;
mod hosts;
mod invariants;
mod ledger;
mod mail;
mod messages;
mod news;
mod observe;
mod peers;
mod probes;
mod quality;
mod recorder;
mod relays;
mod seats;
mod self_directed;
mod terms;
mod watching;
mod workload;
mod world;

use crate::metrics::RunRecords;
use crate::proto::{Decision, Regrouping};
use crate::scenario::{CoordinatorKind, Scenario};
use crate::units::{Bytes, SimTime, Span};

/// Payload of a packet, the unit of sequence numbers (assumption: fits a 1,500-byte frame).
pub const PACKET: Bytes = Bytes::new(1250);

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct RunSpec<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Who decides.
    pub coordinator: CoordinatorKind,
    /// Of all random streams.
    pub seed: u64,
    /// Ends earlier than the scenario says.
    pub until: Option<Span>,
    /// Look at the invariants at every sample.
    pub check: bool,
}

/// What a run leaves behind.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Everything measured.
    pub records: RunRecords,
    /// The decisions kept.
    pub decisions: Vec<Decision>,
    /// Splits and merges of clusters, in the order of time.
    pub regroupings: Vec<Regrouping>,
    /// Digest of the event stream: equal digests, equal runs.
    pub digest: u64,
    /// Events handled.
    pub events: u64,
    /// Broken invariants in words; empty unless there is a bug.
    pub violations: Vec<String>,
}

/// The watcher wanted the run to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the run was interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// How many sessions the audience of a scenario has with this seed, if every viewer gets in.
#[must_use]
pub fn session_count(scenario: &Scenario, seed: u64) -> usize {
    workload::sessions(scenario, seed).len()
}

/// Runs a scenario under one coordinator. `watch` is called with the simulated time at every sample
/// and at least every 65,536 events; when it returns false, the run stops.
///
/// # Errors
/// When `watch` has stopped it.
pub fn run(
    spec: &RunSpec<'_>,
    watch: &mut dyn FnMut(SimTime) -> bool,
) -> Result<Outcome, Interrupted> {
    world::World::new(spec).run(watch)
}

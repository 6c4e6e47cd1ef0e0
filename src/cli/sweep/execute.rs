//! Running what is missing, and keeping each run as soon as it is done.

use super::super::batch::{self, Pace};
use super::super::exit::Failure;
use super::plan::Plan;
use super::store::Store;
use crate::sim::RunSpec;
use crate::units::Span;

/// How the runs that were begun have ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// How many are done.
    pub(super) done: usize,
    /// The numbers of those that failed, and why.
    pub(super) failed: Vec<(usize, String)>,
}

/// Does these runs.
pub(super) fn execute(
    plan: &Plan,
    store: &Store,
    runs: &[usize],
    until: Option<Span>,
    pace: Pace,
) -> Result<Ended, Failure> {
    let results = batch::each(runs, pace, |run| finish(plan, store, *run, until))?;
    let mut ended = Ended::default();
    for (run, result) in runs.iter().zip(results) {
        match result {
            Ok(()) => ended.done += 1,
            Err(Failure::Bug(why)) => ended.failed.push((*run, why)),
            Err(Failure::Interrupted) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(ended)
}

fn finish(plan: &Plan, store: &Store, run: usize, until: Option<Span>) -> Result<(), Failure> {
    let (id, file) = &plan.runs[run];
    let scenario = plan.scenario(id.point)?;
    let (coordinator, seed) = (id.coordinator, id.seed);
    let spec = RunSpec { scenario: &scenario, coordinator, seed, until, check: false };
    store.keep(file, &batch::simulate(&spec)?.records.summary)
}

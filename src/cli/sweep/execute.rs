//! Running what is missing, on as many cores as allowed. A run that fails stops no other.

use super::super::exit::Failure;
use super::super::guard::guarded;
use super::super::progress::{self, Count};
use super::plan::Plan;
use super::store::Store;
use crate::sim::{self, RunSpec};
use crate::units::Span;
use rayon::prelude::*;

/// How the runs that were begun have ended.
#[derive(Debug, Default)]
pub(super) struct Ended {
    /// How many are done.
    pub(super) done: usize,
    /// The numbers of those that failed, and why.
    pub(super) failed: Vec<(usize, String)>,
}

/// Does these runs, and keeps each as soon as it is done.
pub(super) fn execute(
    plan: &Plan,
    store: &Store,
    runs: &[usize],
    until: Option<Span>,
    (jobs, quiet): (u16, bool),
) -> Result<Ended, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build();
    let pool = pool.map_err(Failure::input)?;
    let count = Count::new(quiet, runs.len());
    let one = |run: &usize| {
        let result = guarded(|| finish(plan, store, *run, until));
        let result = result.unwrap_or_else(|panic| Err(Failure::Bug(panic)));
        count.one_more();
        (*run, result)
    };
    // One at a time from the front, so that what is done after an interruption is the beginning.
    let results: Vec<_> = pool.install(|| runs.par_iter().with_max_len(1).map(one).collect());
    let mut ended = Ended::default();
    for (run, result) in results {
        match result {
            Ok(()) => ended.done += 1,
            Err(Failure::Bug(why)) => ended.failed.push((run, why)),
            Err(Failure::Interrupted) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(ended)
}

fn finish(plan: &Plan, store: &Store, run: usize, until: Option<Span>) -> Result<(), Failure> {
    if progress::interrupted() {
        return Err(Failure::Interrupted);
    }
    let (id, file) = &plan.runs[run];
    let scenario = plan.scenario(id.point)?;
    let spec = RunSpec {
        scenario: &scenario,
        coordinator: id.coordinator,
        seed: id.seed,
        until,
        check: false,
    };
    let outcome = sim::run(&spec, &mut |_| !progress::interrupted());
    let outcome = outcome.map_err(|_| Failure::Interrupted)?;
    match outcome.violations.first() {
        Some(broken) => Err(Failure::Bug(broken.clone())),
        None => store.keep(file, &outcome.records.summary),
    }
}

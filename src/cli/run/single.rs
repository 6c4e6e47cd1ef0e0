//! One run under one coordinator: simulated, checked, and prepared as a folder.

use super::super::exit::Failure;
use super::super::guard::guarded;
use super::super::output::{self, Prepared};
use super::super::progress::{self, Bar, Bars};
use super::super::timing::Stopwatch;
use super::{Job, files};
use crate::report::Manifest;
use crate::report::charts::ChartRun;
use crate::scenario::CoordinatorKind;
use crate::sim::{self, Outcome, RunSpec};

/// A run whose results are complete.
#[derive(Debug)]
pub(super) struct Finished {
    /// Its folder, not yet in its place.
    pub(super) folder: Prepared,
    /// What it was.
    pub(super) manifest: Manifest,
    /// What tables and charts need of it.
    pub(super) charted: ChartRun,
    /// What was wrong with it, ready to be shown; empty when nothing was.
    pub(super) bugs: String,
}

/// Runs and prepares the folder of results; a panic is a bug of this run only.
pub(super) fn finish(
    job: &Job<'_>,
    coordinator: CoordinatorKind,
    bars: &Bars,
) -> Result<Finished, Failure> {
    let bar = bars.add(coordinator.name(), job.length());
    let run = guarded(|| simulate(job, coordinator, &bar));
    run.unwrap_or_else(|panic| Err(Failure::Bug(job.report(coordinator, &[panic]))))
}

fn simulate(job: &Job<'_>, coordinator: CoordinatorKind, bar: &Bar) -> Result<Finished, Failure> {
    let stopwatch = Stopwatch::start();
    let outcome = once(job, coordinator, bar)?;
    let timing = stopwatch.csv(&outcome);
    let mut wrong = outcome.violations.clone();
    if job.arguments.check {
        bar.again();
        wrong.extend(difference(&outcome, &once(job, coordinator, bar)?));
    }
    let manifest = files::manifest(job, coordinator, &outcome);
    let charted = ChartRun::new(coordinator.name(), &outcome.records);
    let mut content = files::of_run(&manifest, &outcome, &charted, job.arguments.graphml)?;
    content.push(("timing.csv".to_string(), timing));
    let folder = output::prepare(&job.place(coordinator), &content)?;
    let bugs = if wrong.is_empty() { String::new() } else { job.report(coordinator, &wrong) };
    Ok(Finished { folder, manifest, charted, bugs })
}

fn once(job: &Job<'_>, coordinator: CoordinatorKind, bar: &Bar) -> Result<Outcome, Failure> {
    // To build a world takes a moment: none is begun in vain.
    if progress::interrupted() {
        return Err(Failure::Interrupted);
    }
    let spec = RunSpec {
        scenario: &job.scenario,
        coordinator,
        seed: job.scenario.seed,
        until: job.arguments.choices.until,
        check: job.arguments.check,
    };
    sim::run(&spec, &mut |time| bar.reached(time)).map_err(|_| Failure::Interrupted)
}

/// How two runs that should be equal are not.
fn difference(first: &Outcome, second: &Outcome) -> Option<String> {
    (first.digest != second.digest).then(|| {
        let digests = (first.digest, second.digest);
        format!("two runs differ: event digests {:016x} and {:016x}", digests.0, digests.1)
    })
}

//! `grandstand check`: runs against what is expected of them, and against a baseline.

mod baseline;

use super::args::CheckArguments;
use super::exit::{Failure, say};
use super::repeat::Repeat;
use super::{batch, load, output, progress};
use crate::check::{Judged, RunFigures, judge};
use crate::metrics::{CheckedScenario, metric_names};
use crate::report::checked::{check_failures, check_junit, check_markdown, check_text};
use crate::scenario::{CoordinatorKind, Scenario};
use crate::sim::RunSpec;
use baseline::Baseline;

/// A run of a scenario.
#[derive(Clone, Copy, Debug)]
struct Job {
    scenario: usize,
    coordinator: CoordinatorKind,
    seed: u64,
}

/// Runs, judges, writes and tells; whatever does not hold is a failure.
pub(super) fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    progress::listen();
    known_metrics(&arguments.metrics)?;
    let baseline = arguments.baseline.as_deref().map(Baseline::read).transpose()?;
    let scenarios = scenarios(arguments)?;
    let runs = all_runs(arguments, &scenarios)?;
    let mut checked = Vec::new();
    for (scenario, runs) in scenarios.iter().zip(&runs) {
        let mut one = judged(scenario, runs);
        if let Some(baseline) = &baseline {
            one.compared = Some(baseline.compare(arguments, scenario, runs)?);
        }
        checked.push(one);
    }
    write(arguments, &checked)?;
    if let Some(path) = &arguments.save_baseline {
        output::file(path, &baseline::bytes(arguments, &scenarios, &runs))?;
    }
    let failures = check_failures(&checked);
    if failures.is_empty() { Ok(()) } else { Err(Failure::Failed(failures)) }
}

/// Every figure asked for by name must be one that runs have.
fn known_metrics(wanted: &[String]) -> Result<(), Failure> {
    let unknown = wanted.iter().find(|name| crate::metrics::unit(name).is_none());
    unknown.map_or(Ok(()), |name| {
        let names: Vec<String> = metric_names().collect();
        let hint = load::nearest(name, names.iter().map(String::as_str));
        Err(Failure::input(format_args!("--metric {name}: runs have no such figure{hint}")))
    })
}

/// The scenarios with the seeds and coordinators of the command line; each once, because baselines and
/// reports know them by their names.
fn scenarios(arguments: &CheckArguments) -> Result<Vec<Scenario>, Failure> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for name in &arguments.scenarios {
        let mut scenario = load::scenario(name, &arguments.choices.overrides)?;
        arguments.choices.apply(&arguments.seeds, &mut scenario);
        if scenarios.iter().any(|known| known.name == scenario.name) {
            let message = format!("{name}: a scenario named {} is there already", scenario.name);
            return Err(Failure::input(message));
        }
        scenarios.push(scenario);
    }
    Ok(scenarios)
}

/// The figures of every run, scenario by scenario.
fn all_runs(
    arguments: &CheckArguments,
    scenarios: &[Scenario],
) -> Result<Vec<Vec<RunFigures>>, Failure> {
    let mut jobs = Vec::new();
    for (number, scenario) in scenarios.iter().enumerate() {
        for &coordinator in &scenario.coordinators {
            jobs.extend(scenario.seeds().map(|seed| Job { scenario: number, coordinator, seed }));
        }
    }
    let one = |job: &Job| run(arguments, &scenarios[job.scenario], *job);
    let results = batch::each(&jobs, arguments.choices.pace(), one)?;
    let mut runs = vec![Vec::new(); scenarios.len()];
    let mut bugs = String::new();
    for (job, result) in jobs.iter().zip(results) {
        match result {
            Ok(figures) => runs[job.scenario].push(figures),
            Err(Failure::Bug(why)) => bugs.push_str(&bug(arguments, *job, &why)),
            Err(other) => return Err(other),
        }
    }
    if bugs.is_empty() { Ok(runs) } else { Err(Failure::Bug(bugs)) }
}

fn run(arguments: &CheckArguments, scenario: &Scenario, job: Job) -> Result<RunFigures, Failure> {
    let Job { coordinator, seed, .. } = job;
    let until = arguments.choices.until;
    let spec = RunSpec { scenario, coordinator, seed, until, check: false };
    let records = batch::simulate(&spec)?.records;
    Ok(RunFigures { coordinator, seed, summary: records.summary, groups: records.groups })
}

fn bug(arguments: &CheckArguments, job: Job, why: &str) -> String {
    let again = Repeat {
        scenario: &arguments.scenarios[job.scenario],
        coordinator: job.coordinator,
        seed: job.seed,
        overrides: &arguments.choices.overrides,
        until: arguments.choices.until,
    };
    again.bug(why)
}

fn judged(scenario: &Scenario, runs: &[RunFigures]) -> CheckedScenario {
    let was_run = |kind: CoordinatorKind| scenario.coordinators.contains(&kind);
    let is_idle =
        |kinds: &[CoordinatorKind]| !kinds.is_empty() && !kinds.iter().any(|kind| was_run(*kind));
    let idle = scenario.expectations.iter().filter(|expected| is_idle(&expected.coordinators));
    CheckedScenario {
        scenario: scenario.name.clone(),
        seeds: scenario.seeds().collect(),
        expectations: judge(&scenario.expectations, runs).iter().map(Judged::row).collect(),
        skipped: idle.map(|it| format!("{} {}", it.subject(), it.limits())).collect(),
        compared: None,
    }
}

fn write(arguments: &CheckArguments, checked: &[CheckedScenario]) -> Result<(), Failure> {
    if let Some(path) = &arguments.junit {
        output::put(path, &check_junit(checked))?;
    }
    if let Some(path) = &arguments.markdown {
        output::put(path, check_markdown(checked).as_bytes())?;
    }
    let files = [&arguments.junit, &arguments.markdown];
    let is_taken = files.iter().any(|file| file.as_deref().is_some_and(output::is_standard_output));
    if arguments.choices.quiet || is_taken { Ok(()) } else { say(&check_text(checked)) }
}

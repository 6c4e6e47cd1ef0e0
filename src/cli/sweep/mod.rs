//! `grandstand sweep` and `grandstand merge`: many runs of one scenario, kept one by one.

mod execute;
mod plan;
mod store;
mod tables;

use super::args::{MergeArguments, SweepArguments};
use super::exit::{Failure, say, tell};
use super::progress;
use super::repeat::Repeat;
use execute::Ended;
use plan::Plan;
use store::{RUNS, Store};

/// How many things that failed or are missing are told.
const MOST_SHOWN: usize = 10;

/// Runs what is missing, and writes the tables when nothing is.
pub(super) fn sweep(arguments: &SweepArguments) -> Result<(), Failure> {
    progress::listen();
    let plan = Plan::new(arguments)?;
    let store = Store::new(plan.place(arguments))?;
    if arguments.list {
        return say(&tables::list(&plan, &store));
    }
    let mut runs =
        if arguments.force { (0..plan.runs.len()).collect() } else { plan.missing(&store) };
    if let Some(shard) = arguments.shard {
        runs.retain(|run| shard.has(*run));
    }
    if !arguments.choices.quiet {
        tell(&announcement(&plan, &store, runs.len()));
    }
    if arguments.dry_run {
        return Ok(());
    }
    store.begin(&tables::of_plan(&plan))?;
    let ended =
        execute::execute(&plan, &store, &runs, arguments.choices.until, arguments.choices.pace())?;
    if progress::interrupted() {
        return Err(stopped(&store, &ended, runs.len()));
    }
    conclude(&plan, &store, arguments, &ended)
}

/// What there is to do.
fn announcement(plan: &Plan, store: &Store, runs: usize) -> String {
    let study = &plan.study;
    format!(
        "{}: {} of {} runs to do ({} points, {} coordinators, {} seeds) in {}\n",
        plan.base.name,
        runs,
        plan.runs.len(),
        study.points.len(),
        study.coordinators.len(),
        study.seeds.len(),
        store.folder().display()
    )
}

fn stopped(store: &Store, ended: &Ended, runs: usize) -> Failure {
    let (done, folder) = (ended.done, store.folder().display());
    Failure::Stopped(format!(
        "interrupted: {done} of {runs} runs are kept in {folder}; the same command does the rest\n"
    ))
}

/// Writes the tables of what is complete, and tells what failed.
fn conclude(
    plan: &Plan,
    store: &Store,
    arguments: &SweepArguments,
    ended: &Ended,
) -> Result<(), Failure> {
    let missing = plan.missing(store).len();
    if missing == 0 {
        let written = tables::write(store, &tables::of_plan(plan))?;
        if !arguments.choices.quiet {
            say(&written)?;
        }
    } else if ended.failed.is_empty() && !arguments.choices.quiet {
        let folder = store.folder().display();
        tell(&format!("{missing} runs belong to other shards: grandstand merge {folder}\n"));
    }
    if ended.failed.is_empty() { Ok(()) } else { Err(failures(plan, arguments, ended)) }
}

/// What failed, each with the command that shows it again.
fn failures(plan: &Plan, arguments: &SweepArguments, ended: &Ended) -> Failure {
    let mut text = String::new();
    for (run, why) in ended.failed.iter().take(MOST_SHOWN) {
        let (id, _) = &plan.runs[*run];
        let overrides =
            [arguments.choices.overrides.as_slice(), &plan.study.overrides(id.point)].concat();
        let again = Repeat {
            scenario: &arguments.scenario,
            coordinator: id.coordinator,
            seed: id.seed,
            overrides: &overrides,
            until: arguments.choices.until,
        };
        let point = plan.study.describe(id.point);
        text.push_str(&again.bug(&format!("point {} ({point}): {why}", id.point)));
    }
    if ended.failed.len() > MOST_SHOWN {
        text.push_str(&format!("and {} more\n", ended.failed.len() - MOST_SHOWN));
    }
    text.push_str(&format!("{} runs failed; {} are kept\n", ended.failed.len(), ended.done));
    Failure::Bug(text)
}

/// Puts the shards of a sweep together.
pub(super) fn merge(arguments: &MergeArguments) -> Result<(), Failure> {
    let stores: Vec<Store> =
        arguments.dirs.iter().map(|dir| Store::begun(dir)).collect::<Result<_, _>>()?;
    let runs = stores[0].read(RUNS)?;
    for store in &stores[1..] {
        if store.read(RUNS)? != runs {
            let (first, other) = (stores[0].folder().display(), store.folder().display());
            return Err(Failure::input(format_args!(
                "{other}: not the same sweep as {first}: their {RUNS} differ (another scenario, \
                 axis, seed or version)"
            )));
        }
    }
    let out = arguments.out.clone().unwrap_or_else(|| arguments.dirs[0].clone());
    let out = Store::new(out)?;
    out.begin(&runs)?;
    let rows = tables::read_runs(&out, &runs)?;
    let mut missing = Vec::new();
    for row in &rows.runs {
        match stores.iter().find(|store| store.has(&row.file)) {
            Some(store) if !out.has(&row.file) => {
                out.keep(&row.file, &store.figures(&row.file)?)?
            }
            Some(_) => {}
            None => missing.push(format!("  {}\n", row.file)),
        }
    }
    if !missing.is_empty() {
        let count = missing.len();
        missing.truncate(MOST_SHOWN);
        let names: String = missing.concat();
        let text = format!("error: {count} of {} runs are missing:\n{names}", rows.runs.len());
        return Err(Failure::Input(text));
    }
    say(&tables::write(&out, &runs)?)
}

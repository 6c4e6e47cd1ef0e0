//! `grandstand plan`: the smallest value of a knob that meets targets, along an axis.

mod axis;
mod place;
mod results;

use super::args::PlanArguments;
use super::exit::{Failure, say, tell};
use super::repeat::Repeat;
use super::{batch, load, output, progress};
use crate::check::RunFigures;
use crate::plan::Knob;
use crate::scenario::{CoordinatorKind, Expectation, Over, Scenario};
use crate::sim::RunSpec;
use axis::PlanAxis;
use place::{Place, Run};
use std::path::PathBuf;

/// All that is the same at every place.
#[derive(Debug)]
struct Question<'a> {
    arguments: &'a PlanArguments,
    base: Scenario,
    knob: Knob,
    axis: PlanAxis,
    targets: Vec<Expectation>,
    coordinator: CoordinatorKind,
    seeds: Vec<u64>,
}

/// Searches at every place of the axis at once, and writes and tells what was found.
pub(super) fn plan(arguments: &PlanArguments) -> Result<(), Failure> {
    progress::listen();
    let (question, mut places) = ask(arguments)?;
    let folder = question.folder();
    output::check(&folder)?;
    loop {
        let trials: Vec<(usize, f64)> = wanted(&places);
        if trials.is_empty() {
            break;
        }
        let results = round(&question, &places, &trials)?;
        for ((place, value), runs) in trials.iter().zip(results) {
            places[*place].record(*value, runs, &question.targets);
        }
    }
    let files = results::files(&question, &places)?;
    let prepared = output::prepare(&folder, &files)?;
    let written = format!("\nwritten:\n{}", prepared.line());
    prepared.commit()?;
    tell(&results::warnings(&question, &places));
    if arguments.choices.quiet {
        return Ok(());
    }
    say(&(results::text(&question, &places) + &written))
}

/// What is asked, and where; every place is loaded, so that nothing is run when one is wrong.
fn ask(arguments: &PlanArguments) -> Result<(Question<'_>, Vec<Place>), Failure> {
    let choices = &arguments.choices;
    let refused = |option: &str, text: &str, why: &str| {
        Failure::input(format_args!("{option} {text}: expected {why}"))
    };
    let knob = Knob::parse(&arguments.knob)
        .map_err(|error| Failure::input(format_args!("--knob {}: {error}", arguments.knob)))?;
    let axis = PlanAxis::parse(arguments.axis.as_deref(), arguments.steps)?;
    let over = if arguments.mean { Over::Mean } else { Over::EverySeed };
    let target = |text: &String| {
        Expectation::parse(text, over).map_err(|why| refused("--target", text, &why))
    };
    let targets = arguments.targets.iter().map(target).collect::<Result<_, _>>()?;
    let source = load::source(&arguments.scenario)?;
    let mut base = load::from_source(&source, &choices.overrides)?;
    // Without a word of the command line, the scenario's first one.
    base.coordinators.truncate(1);
    choices.apply(&arguments.seeds, &mut base);
    let [coordinator] = base.coordinators[..] else {
        let message = "--coordinator: expected one; a plan is made for one coordinator";
        return Err(Failure::input(message));
    };
    let places = axis.places().into_iter();
    let place = |place| Place::new(&source, &choices.overrides, place, &knob, arguments.precision);
    let places = places.map(place).collect::<Result<_, _>>()?;
    let seeds = base.seeds().collect();
    let question = Question { arguments, base, knob, axis, targets, coordinator, seeds };
    Ok((question, places))
}

impl Question<'_> {
    fn folder(&self) -> PathBuf {
        let default = || PathBuf::from("results").join(&self.base.name).join("plan");
        self.arguments.out.clone().unwrap_or_else(default)
    }
}

/// Which value to try next at which place; none where the search has ended.
fn wanted(places: &[Place]) -> Vec<(usize, f64)> {
    let next = |(number, place): (usize, &Place)| place.next().map(|value| (number, value));
    places.iter().enumerate().filter_map(next).collect()
}

/// The runs of these trials with all seeds.
fn round(
    question: &Question<'_>,
    places: &[Place],
    trials: &[(usize, f64)],
) -> Result<Vec<Vec<Run>>, Failure> {
    let with_seeds = |trial: &(usize, f64)| {
        let (place, value) = *trial;
        question.seeds.iter().map(move |seed| (place, value, *seed))
    };
    let jobs: Vec<(usize, f64, u64)> = trials.iter().flat_map(with_seeds).collect();
    let one = |(place, value, seed): &(usize, f64, u64)| {
        let place = &places[*place];
        run(question, place, *value, *seed)
    };
    let results = batch::each(&jobs, question.arguments.choices.pace(), one)?;
    let runs = results.into_iter().collect::<Result<Vec<Run>, Failure>>()?;
    Ok(runs.chunks(question.seeds.len()).map(<[Run]>::to_vec).collect())
}

fn run(question: &Question<'_>, place: &Place, value: f64, seed: u64) -> Result<Run, Failure> {
    let overrides = place.overrides(&question.knob, value);
    let scenario = place.scenario(&overrides)?;
    let (coordinator, until) = (question.coordinator, question.arguments.choices.until);
    let spec = RunSpec { scenario: &scenario, coordinator, seed, until, check: false };
    let outcome = batch::simulate(&spec).map_err(|failure| match failure {
        Failure::Bug(why) => {
            let scenario = &question.arguments.scenario;
            let again = Repeat { scenario, coordinator, seed, overrides: &overrides, until };
            Failure::Bug(again.bug(&why))
        }
        other => other,
    })?;
    let rates = outcome.records.series.iter().filter(|row| row.metric == "cdn_rate_bound_bps");
    let bound_bps = rates.map(|row| row.value).fold(0.0, f64::max);
    let (summary, groups) = (outcome.records.summary, outcome.records.groups);
    Ok(Run { figures: RunFigures { coordinator, seed, summary, groups }, bound_bps })
}

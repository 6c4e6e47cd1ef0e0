//! `grandstand run`: a scenario under one or more coordinators, the same viewers for each.

pub(super) mod compare;
mod files;
mod single;

use super::args::RunArguments;
use super::exit::{Failure, say, tell};
use super::load;
use super::output::{self, Prepared};
use super::progress::{self, Bars};
use super::repeat::Repeat;
use crate::scenario::{CoordinatorKind, Scenario};
use crate::units::{SimTime, Span};
use rayon::prelude::*;
use single::Finished;
use std::path::PathBuf;

/// What a run that was checked and is fine says.
const CHECKED: &str = "checked: every invariant held, and two runs had the same events\n";

/// What a run says that was asked for drawings of a topology that nobody looked at.
const NO_GRAPHML: &str = "note: no GraphML was written: `output.topology_at` names no instant of this run, as in\n      \
                          --set 'output.topology_at=[\"10 min\"]'\n";

/// How many things that are wrong with a run are told.
const MOST_SHOWN: usize = 10;

/// All that the runs of one command have in common.
#[derive(Debug)]
struct Job<'a> {
    arguments: &'a RunArguments,
    scenario: Scenario,
    coordinators: Vec<CoordinatorKind>,
}

/// Runs, writes and tells.
pub(super) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    progress::listen();
    let job = Job::new(arguments)?;
    for place in job.places() {
        output::check(&place)?;
    }
    let finished = job.all()?;
    if progress::interrupted() {
        return Err(Failure::Interrupted);
    }
    job.deliver(finished)
}

impl<'a> Job<'a> {
    fn new(arguments: &'a RunArguments) -> Result<Self, Failure> {
        let mut scenario = load::scenario(&arguments.scenario, &arguments.choices.overrides)?;
        scenario.seed = arguments.choices.seed.unwrap_or(scenario.seed);
        let coordinators = arguments.choices.coordinators(&scenario.coordinators);
        Ok(Self { arguments, scenario, coordinators })
    }

    /// The folder of one coordinator's results.
    fn place(&self, coordinator: CoordinatorKind) -> PathBuf {
        match &self.arguments.out {
            Some(folder) if self.coordinators.len() == 1 => folder.clone(),
            _ => self.place_of(coordinator.name()),
        }
    }

    fn comparison_place(&self) -> PathBuf {
        self.place_of("comparison")
    }

    fn place_of(&self, name: &str) -> PathBuf {
        let default = || PathBuf::from("results").join(&self.scenario.name);
        let folder = self.arguments.out.clone().unwrap_or_else(default);
        folder.join(format!("{name}-seed{}", self.scenario.seed))
    }

    fn places(&self) -> Vec<PathBuf> {
        let runs = self.coordinators.iter().map(|coordinator| self.place(*coordinator));
        let comparison = (self.coordinators.len() > 1).then(|| self.comparison_place());
        runs.chain(comparison).collect()
    }

    /// Every coordinator's run, on as many cores as allowed.
    fn all(&self) -> Result<Vec<Result<Finished, Failure>>, Failure> {
        let names = self.coordinators.iter().map(|coordinator| coordinator.name().len());
        let bars = Bars::new(self.arguments.choices.quiet, names.max().unwrap_or(0));
        let jobs = usize::from(self.arguments.choices.jobs.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
        let pool = pool.map_err(Failure::input)?;
        let one = |coordinator: &CoordinatorKind| single::finish(self, *coordinator, &bars);
        Ok(pool.install(|| self.coordinators.par_iter().map(one).collect()))
    }

    /// Puts what is complete into its place, then says what came out and what went wrong.
    fn deliver(&self, finished: Vec<Result<Finished, Failure>>) -> Result<(), Failure> {
        let (mut bugs, mut complete) = (String::new(), Vec::new());
        for result in finished {
            match result {
                Ok(finished) => {
                    bugs.push_str(&finished.bugs);
                    complete.push(finished);
                }
                Err(Failure::Bug(text)) => bugs.push_str(&text),
                Err(other) => return Err(other),
            }
        }
        let compared = compare::prepare(self, &complete)?;
        self.summarise(&complete)?;
        let folders: Vec<Prepared> =
            complete.into_iter().map(|finished| finished.folder).chain(compared).collect();
        self.place_all(folders)?;
        if self.arguments.graphml && !self.samples_the_topology() {
            tell(NO_GRAPHML);
        }
        if !bugs.is_empty() {
            return Err(Failure::Bug(bugs));
        }
        if self.arguments.check && !self.arguments.choices.quiet {
            tell(CHECKED);
        }
        Ok(())
    }

    /// Whether the run comes to an instant at which the scenario wants to see who feeds whom.
    fn samples_the_topology(&self) -> bool {
        let end = SimTime::ZERO + self.length();
        self.scenario.output.topology_at.iter().any(|at| *at <= end)
    }

    fn summarise(&self, complete: &[Finished]) -> Result<(), Failure> {
        if self.arguments.choices.quiet || complete.is_empty() {
            return Ok(());
        }
        let scenario = &self.scenario;
        let head = format!("{}: {} (seed {})\n\n", scenario.name, scenario.title, scenario.seed);
        say(&(head + &compare::table(complete).render(compare::width())))
    }

    fn place_all(&self, folders: Vec<Prepared>) -> Result<(), Failure> {
        let mut text = "\nwritten:\n".to_string();
        for folder in folders {
            text.push_str(&folder.line());
            folder.commit()?;
        }
        if self.arguments.choices.quiet { Ok(()) } else { say(&text) }
    }

    /// The simulated time that a run covers.
    fn length(&self) -> Span {
        self.arguments
            .choices
            .until
            .map_or(self.scenario.duration, |until| until.min(self.scenario.duration))
    }

    /// A bug in words, with what it takes to see it again.
    fn report(&self, coordinator: CoordinatorKind, wrong: &[String]) -> String {
        let (scenario, seed) = (&self.scenario.name, self.scenario.seed);
        let mut text = format!("bug: {scenario} under {}, seed {seed}:\n", coordinator.name());
        for what in wrong.iter().take(MOST_SHOWN) {
            text.push_str(&format!("  {what}\n"));
        }
        if wrong.len() > MOST_SHOWN {
            text.push_str(&format!("  and {} more\n", wrong.len() - MOST_SHOWN));
        }
        let again = Repeat {
            scenario: &self.arguments.scenario,
            coordinator,
            seed,
            overrides: &self.arguments.choices.overrides,
            until: self.arguments.choices.until,
        };
        text + &format!("to see it again: {again}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Arguments, Command};
    use clap::Parser;

    fn job_of(line: &[&str], check: impl FnOnce(Job<'_>)) {
        let words = ["grandstand", "run", "tiny"].iter().chain(line);
        let Some(Command::Run(arguments)) = Arguments::try_parse_from(words).unwrap().command
        else {
            unreachable!("the line says run");
        };
        check(Job::new(&arguments).unwrap());
    }

    #[test]
    fn a_bug_is_told_with_the_command_that_replays_it() {
        let line = ["--seed", "7", "--set", "cdn[0].name=it's", "--until", "90 s"];
        job_of(&line, |job| {
            let wrong: Vec<String> = (0..12).map(|n| format!("wrong {n}")).collect();
            let text = job.report(CoordinatorKind::CdnOnly, &wrong);
            assert!(text.starts_with("bug: tiny under cdn-only, seed 7:\n  wrong 0\n"), "{text}");
            assert!(text.contains("  wrong 9\n  and 2 more\n"), "{text}");
            let command = "grandstand run tiny --coordinator cdn-only --seed 7 \
                --set 'cdn[0].name=it'\\''s' --until '90 s' --check\n";
            assert!(text.ends_with(command), "{text}");
        });
    }

    #[test]
    fn coordinators_run_once_each_in_the_order_of_tables() {
        let line = ["--coordinator", "cdn-only", "--coordinator", "control-center"];
        job_of(&[&line[..], &line[..2]].concat(), |job| {
            let expected = [CoordinatorKind::ControlCenter, CoordinatorKind::CdnOnly];
            assert_eq!(job.coordinators, expected);
            assert_eq!(job.place(expected[1]), PathBuf::from("results/tiny/cdn-only-seed1"));
        });
        job_of(&["--coordinator", "cdn-only", "--out", "first"], |job| {
            assert_eq!(job.places(), [PathBuf::from("first")]);
        });
    }
}

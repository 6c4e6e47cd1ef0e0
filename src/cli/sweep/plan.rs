//! Which runs a sweep has and which of them are done, before anything is run.

use super::super::args::SweepArguments;
use super::super::exit::Failure;
use super::super::load::{self, Source};
use super::store::Store;
use crate::scenario::{Axis, Scenario};
use crate::sweep::{RunId, Study, file_name};
use std::path::PathBuf;

/// How many points with errors are told.
const MOST_SHOWN: usize = 3;

/// A sweep that can be run.
#[derive(Debug)]
pub(super) struct Plan {
    source: Source,
    /// What the command line changes, for all points.
    overrides: Vec<String>,
    /// How far each run goes, as the command line says it; empty when to its end.
    pub(super) until: String,
    /// The scenario without what varies.
    pub(super) base: Scenario,
    pub(super) study: Study,
    /// All runs in order, with the names of their files.
    pub(super) runs: Vec<(RunId, String)>,
}

impl Plan {
    /// Loads every point, so that nothing is run when one of them is wrong.
    pub(super) fn new(arguments: &SweepArguments) -> Result<Self, Failure> {
        let source = load::source(&arguments.scenario)?;
        let mut base = load::from_source(&source, &arguments.choices.overrides)?;
        arguments.choices.apply(&arguments.seeds, &mut base);
        for text in &arguments.vary {
            let axis = axis(text)?;
            base.sweep.axes.retain(|known| known.key != axis.key);
            base.sweep.axes.push(axis);
        }
        let until = arguments.choices.until.map(|until| until.to_string()).unwrap_or_default();
        let study = Study::new(&base);
        let overrides = arguments.choices.overrides.clone();
        let mut plan = Self { source, overrides, until, base, study, runs: Vec::new() };
        plan.runs = plan.names()?;
        Ok(plan)
    }

    /// The folder of the results.
    pub(super) fn place(&self, arguments: &SweepArguments) -> PathBuf {
        let default = || PathBuf::from("results").join(&self.base.name).join("sweep");
        arguments.out.clone().unwrap_or_else(default)
    }

    /// The scenario at a point.
    pub(super) fn scenario(&self, point: usize) -> Result<Scenario, Failure> {
        let overrides = [self.overrides.as_slice(), &self.study.overrides(point)].concat();
        load::from_source(&self.source, &overrides)
    }

    /// The numbers of the runs whose files are not there.
    pub(super) fn missing(&self, store: &Store) -> Vec<usize> {
        (0..self.runs.len()).filter(|run| !store.has(&self.runs[*run].1)).collect()
    }

    fn names(&self) -> Result<Vec<(RunId, String)>, Failure> {
        let program = program();
        let (mut names, mut refused) = (Vec::new(), Vec::new());
        let runs = self.study.runs();
        for point in 0..self.study.points.len() {
            match self.scenario(point) {
                Ok(scenario) => {
                    let of_point = runs.iter().filter(|run| run.point == point);
                    let named =
                        |run: &RunId| (*run, file_name(&scenario, *run, &self.until, &program));
                    names.extend(of_point.map(named));
                }
                Err(Failure::Input(text)) => refused.push((point, text)),
                Err(other) => return Err(other),
            }
        }
        if refused.is_empty() { Ok(names) } else { Err(self.refusal(&refused)) }
    }

    fn refusal(&self, refused: &[(usize, String)]) -> Failure {
        let shown = refused.iter().take(MOST_SHOWN).map(|(point, text)| {
            format!("point {point} ({}):\n{}\n", self.study.describe(*point), text.trim_end())
        });
        let mut text: String = shown.collect();
        if refused.len() > MOST_SHOWN {
            text.push_str(&format!("and {} more points\n", refused.len() - MOST_SHOWN));
        }
        text.push_str("error: nothing was run\n");
        Failure::Input(text)
    }
}

/// Version and commit.
fn program() -> String {
    let commit = option_env!("GRANDSTAND_COMMIT").unwrap_or_default();
    format!("{} {commit}", env!("CARGO_PKG_VERSION"))
}

/// An axis from the command line.
fn axis(text: &str) -> Result<Axis, Failure> {
    let refused = || {
        let expected = "expected a path, `=` and values with commas, as in audience.peak=1000,2000";
        Failure::input(format_args!("--vary {text}: {expected}"))
    };
    let (key, values) = text.split_once('=').ok_or_else(refused)?;
    let values: Vec<String> = values.split(',').map(|value| value.trim().to_string()).collect();
    if key.trim().is_empty() || values.iter().any(String::is_empty) {
        return Err(refused());
    }
    Ok(Axis { key: key.trim().to_string(), values, with: None })
}

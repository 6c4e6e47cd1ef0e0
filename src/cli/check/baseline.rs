//! A baseline: the figures of earlier runs in one file, with the scenario as the swept key.

use super::super::args::CheckArguments;
use super::super::exit::{Failure, tell};
use super::super::load;
use crate::check::{RunFigures, compare};
use crate::metrics::{ComparisonRow, Direction, PointRow, Points, direction};
use crate::report::csv::{points_csv, points_from_csv};
use crate::report::is_headline;
use crate::scenario::Scenario;
use std::path::{Path, PathBuf};

/// The key whose values are the names of scenarios.
const KEY: &str = "scenario";

/// Figures of earlier runs.
#[derive(Debug)]
pub(super) struct Baseline {
    path: PathBuf,
    points: Points,
}

impl Baseline {
    /// The baseline in a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let points = points_from_csv(&name, &load::bytes(path)?).map_err(Failure::input)?;
        if points.axes != [KEY] {
            return Err(Failure::input(format_args!(
                "{name}: not a baseline: expected the columns of a file that \
                 `grandstand check --save-baseline` wrote, with `{KEY}` among them"
            )));
        }
        Ok(Self { path: path.to_path_buf(), points })
    }

    /// These runs of a scenario against its own in the baseline.
    pub(super) fn compare(
        &self,
        arguments: &CheckArguments,
        scenario: &Scenario,
        runs: &[RunFigures],
    ) -> Result<Vec<ComparisonRow>, Failure> {
        let before = self.of(scenario);
        let now = points(arguments, 0, scenario, runs);
        let compared = compare(&before, &now, Some(arguments.tolerance));
        let compared = compared.map_err(|error| self.refused(&error.to_string()))?;
        if compared.rows.is_empty() {
            let name = &scenario.name;
            return Err(self.refused(&format!(
                "nothing of {name} to compare with: no run has the same coordinator and seed; \
                 `--save-baseline` writes a new one"
            )));
        }
        self.note_missing(scenario, runs);
        Ok(compared.rows)
    }

    fn of(&self, scenario: &Scenario) -> Points {
        let rows = self.points.rows.iter().filter(|row| row.values == [scenario.name.as_str()]);
        Points { axes: self.points.axes.clone(), rows: rows.cloned().collect() }
    }

    /// Says which runs have nothing to be compared with.
    fn note_missing(&self, scenario: &Scenario, runs: &[RunFigures]) {
        let before = self.of(scenario);
        let is_there = |run: &RunFigures| {
            let mut rows = before.rows.iter();
            rows.any(|row| row.seed == run.seed && row.coordinator == run.coordinator.name())
        };
        let missing = runs.iter().filter(|run| !is_there(run)).count();
        if missing > 0 {
            let (path, name) = (self.path.display(), &scenario.name);
            tell(&format!("note: {path} lacks {missing} of {} runs of {name}\n", runs.len()));
        }
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::input(format_args!("{}: {why}", self.path.display()))
    }
}

/// Whether a figure is compared: all that were asked for, or else headlines and what is expected of
/// the scenario. The more figures are compared, the more of them differ by chance.
fn wanted(arguments: &CheckArguments, scenario: &Scenario, metric: &str) -> bool {
    if !arguments.metrics.is_empty() {
        return arguments.metrics.iter().any(|name| name == metric);
    }
    let is_expected = scenario.expectations.iter().any(|expected| expected.metric == metric);
    let has_good_way = direction(metric).is_some_and(|way| way != Direction::Neither);
    has_good_way && (is_headline(metric) || is_expected)
}

/// The figures that are compared.
fn points(
    arguments: &CheckArguments,
    number: u32,
    scenario: &Scenario,
    runs: &[RunFigures],
) -> Points {
    let names = [scenario.name.clone()];
    let rows = runs.iter().flat_map(|run| {
        let figures = run.summary.iter();
        let compared = figures.filter(|figure| wanted(arguments, scenario, &figure.metric));
        let coordinator = run.coordinator.name();
        compared
            .map(|figure| PointRow::new((number, &names), coordinator, run.seed, figure.clone()))
    });
    Points { axes: vec![KEY.to_string()], rows: rows.collect() }
}

/// The file of these runs.
pub(super) fn bytes(
    arguments: &CheckArguments,
    scenarios: &[Scenario],
    runs: &[Vec<RunFigures>],
) -> Vec<u8> {
    let mut all = Points { axes: vec![KEY.to_string()], rows: Vec::new() };
    for (number, (scenario, runs)) in (0..).zip(scenarios.iter().zip(runs)) {
        all.rows.extend(points(arguments, number, scenario, runs).rows);
    }
    points_csv(&all)
}

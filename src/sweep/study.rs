//! Which runs a sweep has, in which order, and what they are called.

use super::grid;
use crate::scenario::{CoordinatorKind, Scenario, Sweep};
use std::fmt::{self, Write};

/// All runs of a sweep.
#[derive(Clone, Debug)]
pub struct Study {
    /// The keys that vary, in the order of the columns.
    pub axes: Vec<String>,
    /// Their values, one list a point.
    pub points: Vec<Vec<String>>,
    /// Each point is run under each of these.
    pub coordinators: Vec<CoordinatorKind>,
    /// And with each of these seeds: the same in all points, so that these meet the same viewers.
    pub seeds: Vec<u64>,
}

/// One run of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunId {
    /// Number of the point, from 0.
    pub point: usize,
    /// Who decides.
    pub coordinator: CoordinatorKind,
    /// The seed.
    pub seed: u64,
}

impl Study {
    /// The sweep that a scenario asks for.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let axes = &scenario.sweep.axes;
        Self {
            axes: axes.iter().map(|axis| axis.key.clone()).collect(),
            points: grid::points(axes),
            coordinators: scenario.coordinators.clone(),
            seeds: scenario.seeds().collect(),
        }
    }

    /// Every run: points in their order, within them coordinators, within these seeds.
    #[must_use]
    pub fn runs(&self) -> Vec<RunId> {
        let mut runs = Vec::new();
        for point in 0..self.points.len() {
            for &coordinator in &self.coordinators {
                runs.extend(self.seeds.iter().map(|&seed| RunId { point, coordinator, seed }));
            }
        }
        runs
    }

    /// What makes a point of the scenario, each `path=value`.
    #[must_use]
    pub fn overrides(&self, point: usize) -> Vec<String> {
        let pairs = self.axes.iter().zip(&self.points[point]);
        pairs.map(|(key, value)| format!("{key}={value}")).collect()
    }

    /// A point in words.
    #[must_use]
    pub fn describe(&self, point: usize) -> String {
        match self.overrides(point).as_slice() {
            [] => "the scenario as it is".to_string(),
            changes => changes.join(", "),
        }
    }
}

/// The name of the file of a run's figures. It has a hash of all that the figures depend on, which are
/// the scenario at this point with the files that it names but without what else is swept, how far it
/// is run, and the `program` (version and commit): a run that is called the same need not be run again.
#[must_use]
pub fn file_name(scenario: &Scenario, run: RunId, until: &str, program: &str) -> String {
    let plain = Scenario {
        sweep: Sweep::default(),
        expectations: Vec::new(),
        overrides: Vec::new(),
        seed: run.seed,
        coordinators: vec![run.coordinator],
        ..scenario.clone()
    };
    let mut digest = Digest(blake3::Hasher::new());
    // A hasher takes all that it gets.
    _ = write!(digest, "{program}\n{until}\n{plain:?}");
    let hash = digest.0.finalize().to_hex();
    format!("{}-seed{}-{}.csv", run.coordinator.name(), run.seed, &hash[..16])
}

/// Hashes what is written to it.
struct Digest(blake3::Hasher);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{builtin, load};

    fn tiny(overrides: &[&str]) -> Scenario {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let text = builtin::text("tiny").unwrap();
        load(text, "tiny", &overrides, &|_| Err("no file".to_string())).unwrap()
    }

    const RUN: RunId = RunId { point: 0, coordinator: CoordinatorKind::CdnOnly, seed: 3 };

    #[test]
    fn runs_go_by_point_coordinator_and_seed() {
        let study = Study::new(&tiny(&["sweep.seeds=2", "seed=7", "coordinators=[\"cdn-only\"]"]));
        assert_eq!(study.points, [Vec::<String>::new()]);
        let seeds: Vec<u64> = study.runs().iter().map(|run| run.seed).collect();
        assert_eq!(seeds, [7, 8]);
        assert_eq!(study.describe(0), "the scenario as it is");
    }

    #[test]
    fn a_name_tells_apart_what_gives_other_figures_and_nothing_else() {
        let name = |overrides: &[&str], until: &str| file_name(&tiny(overrides), RUN, until, "1");
        let plain = name(&[], "");
        assert!(plain.starts_with("cdn-only-seed3-"), "{plain}");
        assert_eq!(plain, name(&["sweep.seeds=9", "seed=5"], ""));
        assert_ne!(plain, name(&["audience.peak=20"], ""));
        assert_ne!(plain, name(&[], "90 s"));
        assert_ne!(plain, file_name(&tiny(&[]), RUN, "", "2"));
        assert_ne!(plain, file_name(&tiny(&[]), RunId { seed: 4, ..RUN }, "", "1"));
    }
}

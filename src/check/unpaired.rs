//! What only one of two sides has, so that nothing is left out in silence.

use super::runs::{Run, Runs, owned};
use std::collections::BTreeMap;
use std::fmt;

/// One of the two sides of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What is compared with.
    A,
    /// What is judged.
    B,
}

/// Runs, or one figure of runs, that only one side has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaired {
    /// The side that has it.
    pub side: Side,
    /// Swept keys with their values, by key.
    pub values: Vec<(String, String)>,
    /// The coordinator's name.
    pub coordinator: String,
    /// The figure that the other side has no value of; absent when it has nothing of these runs.
    pub metric: Option<String>,
    /// The seeds of the runs, ascending.
    pub seeds: Vec<u64>,
}

impl fmt::Display for Unpaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only in {:?}: ", self.side)?;
        if let Some(metric) = &self.metric {
            write!(f, "`{metric}` of ")?;
        }
        write!(f, "{}", self.coordinator)?;
        self.values.iter().try_for_each(|(key, value)| write!(f, ", {key} = {value}"))?;
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        write!(f, ", seed{} {}", if seeds.len() == 1 { "" } else { "s" }, seeds.join(", "))
    }
}

/// Without its seed: side, swept keys, coordinator, and the figure or all of them.
type Missing<'a> = (Side, Vec<(&'a str, &'a str)>, &'a str, Option<&'a str>);

pub(super) fn unpaired(a: &Runs<'_>, b: &Runs<'_>) -> Vec<Unpaired> {
    let mut missing: BTreeMap<Missing<'_>, Vec<u64>> = BTreeMap::new();
    for (side, own, other) in [(Side::A, a, b), (Side::B, b, a)] {
        for (run, metric) in missing_in(own, other) {
            let (values, coordinator, seed) = run.clone();
            missing.entry((side, values, coordinator, metric)).or_default().push(seed);
        }
    }
    let told = missing.into_iter().map(|((side, values, coordinator, metric), seeds)| Unpaired {
        side,
        values: owned(&values),
        coordinator: coordinator.to_string(),
        metric: metric.map(str::to_string),
        seeds,
    });
    told.collect()
}

/// Runs that `other` does not have, and figures with a value that it has none of.
fn missing_in<'r, 'a>(
    own: &'r Runs<'a>,
    other: &'r Runs<'a>,
) -> Vec<(&'r Run<'a>, Option<&'a str>)> {
    let mut found = Vec::new();
    for (run, figures) in own {
        let Some(others) = other.get(run) else {
            found.push((run, None));
            continue;
        };
        let has_value = |name: &str| others.get(name).is_some_and(|row| row.value.is_some());
        let valued = figures.iter().filter(|(name, row)| row.value.is_some() && !has_value(name));
        found.extend(valued.map(|(name, _)| (run, Some(*name))));
    }
    found
}

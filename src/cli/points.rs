//! Runs that are there already, as one table of figures: for comparisons and checks.

use super::exit::Failure;
use super::load;
use super::run::compare::JOINT;
use crate::metrics::{PointRow, Points};
use crate::report::Manifest;
use crate::report::csv::{points_from_csv, summary_from_csv};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const POINTS: &str = "points.csv";
const MANIFEST: &str = "manifest.toml";
const EXPECTED: &str =
    "expected the folder of a run, a folder of such folders, the folder of a sweep or a points.csv";

/// What is told of two sides that differ, in place of a missing value.
const ABSENT: &str = "nothing";
/// How many settings that differ are told.
const MOST_TOLD: usize = 4;

/// Every setting of a scenario by its path, as text.
type Settings = BTreeMap<String, String>;

/// Figures of runs, and what is known of the scenario behind them.
#[derive(Debug)]
pub(super) struct Stored {
    /// The figures.
    pub(super) points: Points,
    /// The scenario of the first run; none where a table alone is there.
    settings: Option<Settings>,
    /// How a later run's scenario differs from that of the first; empty when none does.
    pub(super) mixed: String,
}

/// The figures of the run or runs at this place.
pub(super) fn read(place: &Path) -> Result<Stored, Failure> {
    let refused =
        |why: &str| Err(Failure::input(format_args!("{}: {why}: {EXPECTED}", place.display())));
    if !place.exists() {
        return refused("no such file or folder");
    }
    if place.is_file() {
        return table(place);
    }
    if place.join(POINTS).exists() {
        return table(&place.join(POINTS));
    }
    if place.join(MANIFEST).exists() {
        return match load::manifest(place)? {
            joint if joint.coordinator.contains(JOINT) => {
                refused("this folder compares several runs")
            }
            manifest => runs(vec![(place.to_path_buf(), manifest)]),
        };
    }
    let found = runs_below(place)?;
    if found.is_empty() { refused("no run is in this folder") } else { runs(found) }
}

fn table(path: &Path) -> Result<Stored, Failure> {
    let points = points_from_csv(&path.display().to_string(), &load::bytes(path)?);
    let points = points.map_err(Failure::input)?;
    Ok(Stored { points, settings: None, mixed: String::new() })
}

/// The folders of runs in a folder, by name; comparisons are passed over.
fn runs_below(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, Failure> {
    let failed = |error| Failure::input(format_args!("{}: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let places: std::io::Result<Vec<PathBuf>> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut places = places.map_err(failed)?;
    places.retain(|place| place.join(MANIFEST).exists());
    places.sort();
    let mut found = Vec::new();
    for place in places {
        let manifest = load::manifest(&place)?;
        if !manifest.coordinator.contains(JOINT) {
            found.push((place, manifest));
        }
    }
    Ok(found)
}

fn runs(found: Vec<(PathBuf, Manifest)>) -> Result<Stored, Failure> {
    let (mut points, mut first, mut mixed) = (Points::default(), None, String::new());
    for (place, manifest) in found {
        let path = place.join("summary.csv");
        let summary = summary_from_csv(&path.display().to_string(), &load::bytes(&path)?);
        let figures = summary.map_err(Failure::input)?.into_iter();
        let (coordinator, seed) = (&manifest.coordinator, manifest.seed);
        points.rows.extend(figures.map(|row| PointRow::new((0, &[]), coordinator, seed, row)));
        let own = settings(&manifest);
        let first = first.get_or_insert_with(|| own.clone());
        if mixed.is_empty() {
            mixed = differing(first, &own);
        }
    }
    Ok(Stored { points, settings: first, mixed })
}

/// All that may make two runs incomparable: the scenario but for seed and coordinators, the end, the
/// program.
fn settings(manifest: &Manifest) -> Settings {
    let mut scenario: toml::Table = manifest.scenario.parse().unwrap_or_default();
    scenario.remove("seed");
    scenario.remove("coordinators");
    let mut settings = Settings::new();
    flatten("", &toml::Value::Table(scenario), &mut settings);
    settings.insert("scenario".to_string(), manifest.name.clone());
    settings.insert("program version".to_string(), manifest.version.clone());
    if let Some(until) = &manifest.until {
        settings.insert("--until".to_string(), until.clone());
    }
    settings
}

fn flatten(path: &str, value: &toml::Value, settings: &mut Settings) {
    let below = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
    match value {
        toml::Value::Table(table) => {
            table.iter().for_each(|(key, value)| flatten(&below(key), value, settings));
        }
        toml::Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                flatten(&element(path, place, value), value, settings);
            }
        }
        toml::Value::String(text) => _ = settings.insert(path.to_string(), text.clone()),
        other => _ = settings.insert(path.to_string(), other.to_string()),
    }
}

/// The path of one of several, as `--set` takes it: by its name where it has one.
fn element(path: &str, place: usize, value: &toml::Value) -> String {
    let name = value.get("name").and_then(toml::Value::as_str);
    name.map_or_else(|| format!("{path}[{place}]"), |name| format!("{path}.{name}"))
}

/// How the scenario behind `b` differs from that behind `a`; empty when it does not, or when one of
/// them is not known.
pub(super) fn difference(a: &Stored, b: &Stored) -> String {
    let both = a.settings.as_ref().zip(b.settings.as_ref());
    both.map_or(String::new(), |(a, b)| differing(a, b))
}

fn differing(a: &Settings, b: &Settings) -> String {
    let added = b.keys().filter(|key| !a.contains_key(*key));
    let keys: Vec<&String> =
        a.keys().chain(added).filter(|key| a.get(*key) != b.get(*key)).collect();
    let value =
        |side: &Settings, key: &str| side.get(key).map_or(ABSENT, String::as_str).to_string();
    let told = keys
        .iter()
        .take(MOST_TOLD)
        .map(|key| format!("{key} ({} and {})", value(a, key), value(b, key)));
    let mut told: Vec<String> = told.collect();
    if keys.len() > MOST_TOLD {
        told.push(format!("{} more", keys.len() - MOST_TOLD));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(scenario: &str, seed: u64) -> Settings {
        settings(&Manifest { scenario: scenario.into(), seed, ..Manifest::default() })
    }

    #[test]
    fn seed_and_coordinators_do_not_make_another_scenario() {
        let a = known("seed = 1\ncoordinators = [\"cdn-only\"]\n[audience]\npeak = 30\n", 1);
        let b = known("seed = 2\ncoordinators = []\n[audience]\npeak = 30\n", 2);
        assert_eq!(differing(&a, &b), "");
    }

    #[test]
    fn settings_that_differ_are_named_with_both_values() {
        let a = known("[[access]]\nname = \"dsl\"\nuplink = \"2 Mbps\"\nx = [1]\n", 1);
        let b = known("[[access]]\nname = \"dsl\"\nuplink = \"1 Mbps\"\n", 1);
        let told = "access.dsl.uplink (2 Mbps and 1 Mbps), access.dsl.x[0] (1 and nothing)";
        assert_eq!(differing(&a, &b), told);
        let many = known("a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n", 1);
        assert!(differing(&Settings::new(), &many).ends_with(", 4 more"));
    }
}

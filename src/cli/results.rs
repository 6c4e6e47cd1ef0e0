//! Result folders read back, for whoever tells about them.

use super::exit::Failure;
use super::load;
use super::run::compare::JOINT;
use crate::report::csv::{
    CsvError, assignments_from_csv, bounds_from_csv, distributions_from_csv, events_from_csv,
    isps_from_csv, peers_from_csv, summary_from_csv, timeseries_from_csv, topology_from_csv,
    transfers_from_csv,
};
use crate::report::{Manifest, RunTables};
use std::path::{Path, PathBuf};

/// The manifest of a result folder; where there is none, the results in it are named.
pub(super) fn manifest(folder: &Path) -> Result<Manifest, Failure> {
    let inside = if folder.join(load::MANIFEST).exists() { Vec::new() } else { inside(folder) };
    if inside.is_empty() {
        return load::manifest(folder);
    }
    Err(Failure::input(format_args!(
        "{}: not a result folder, but one of result folders: name one of {}",
        folder.display(),
        inside.join(", ")
    )))
}

/// The names of the result folders in a folder, in order.
fn inside(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let results = entries.filter(|entry| entry.path().join(load::MANIFEST).exists());
    let mut names: Vec<String> =
        results.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The folders with the tables of a result: this one, or the runs beside it that it compares.
pub(super) fn places(folder: &Path, manifest: &Manifest) -> Result<Vec<PathBuf>, Failure> {
    if !manifest.coordinator.contains(JOINT) {
        return Ok(vec![folder.to_path_buf()]);
    }
    let names = manifest.coordinator.split(JOINT).zip(manifest.event_digest.split(JOINT));
    let place = |(name, digest): (&str, &str)| {
        let place = folder.join("..").join(format!("{name}-seed{}", manifest.seed));
        if load::manifest(&place)?.event_digest == digest {
            return Ok(place);
        }
        Err(Failure::input(format_args!(
            "{}: another run than the one that {} compares",
            place.display(),
            folder.display()
        )))
    };
    names.map(place).collect()
}

/// The tables of a run. Only the manifest and the summary must be there.
pub(super) fn tables(folder: &Path) -> Result<RunTables, Failure> {
    let summary = folder.join("summary.csv");
    Ok(RunTables {
        manifest: load::manifest(folder)?,
        summary: table(&summary, summary_from_csv)?,
        series: optional(folder, "timeseries.csv", timeseries_from_csv)?,
        distributions: optional(folder, "distributions.csv", distributions_from_csv)?,
        bounds: optional(folder, "bounds.csv", bounds_from_csv)?,
        isps: optional(folder, "isps.csv", isps_from_csv)?,
        peers: optional(folder, "peers.csv", peers_from_csv)?,
        events: optional(folder, "events.csv", events_from_csv)?,
        decisions: optional(folder, "assignments.csv", assignments_from_csv)?,
        transfers: optional(folder, "transfers.csv", transfers_from_csv)?,
        topology: optional(folder, "topology.csv", topology_from_csv)?,
    })
}

type Parse<T> = fn(&str, &[u8]) -> Result<Vec<T>, CsvError>;

fn optional<T>(folder: &Path, name: &str, parse: Parse<T>) -> Result<Vec<T>, Failure> {
    let path = folder.join(name);
    if path.exists() { table(&path, parse) } else { Ok(Vec::new()) }
}

/// The rows of a table that must be there.
pub(super) fn table<T>(path: &Path, parse: Parse<T>) -> Result<Vec<T>, Failure> {
    parse(&path.display().to_string(), &load::bytes(path)?).map_err(Failure::input)
}

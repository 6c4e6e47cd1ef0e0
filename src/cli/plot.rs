//! `grandstand plot`: the charts of a result folder again, from its tables.

use super::args::PlotArguments;
use super::exit::{Failure, tell};
use super::output::{self, Files};
use super::run::compare::JOINT;
use super::{charts, load};
use crate::report::Manifest;
use crate::report::charts::ChartRun;
use crate::report::csv::{
    bounds_from_csv, distributions_from_csv, isps_from_csv, summary_from_csv, timeseries_from_csv,
};
use std::path::{Path, PathBuf};

/// Draws over the charts that are there.
pub(super) fn plot(arguments: &PlotArguments) -> Result<(), Failure> {
    let folder = &arguments.dir;
    let manifest = load::manifest(folder)?;
    let runs: Result<Vec<ChartRun>, Failure> =
        places(folder, &manifest)?.iter().map(|place| read(place)).collect();
    let files: Files = charts::files(&runs?, &charts::options(&manifest))?;
    output::replace_charts(folder, &files)?;
    tell(&format!("drew {} files in {}\n", files.len(), folder.join(output::CHARTS).display()));
    Ok(())
}

/// The folders with the tables: this one, or the runs beside it that it compares.
fn places(folder: &Path, manifest: &Manifest) -> Result<Vec<PathBuf>, Failure> {
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

fn read(folder: &Path) -> Result<ChartRun, Failure> {
    let coordinator = load::manifest(folder)?.coordinator;
    Ok(ChartRun {
        coordinator,
        series: table(folder, "timeseries.csv", timeseries_from_csv)?,
        bands: Vec::new(),
        distributions: table(folder, "distributions.csv", distributions_from_csv)?,
        isps: table(folder, "isps.csv", isps_from_csv)?,
        bounds: table(folder, "bounds.csv", bounds_from_csv)?,
        summary: table(folder, "summary.csv", summary_from_csv)?,
    })
}

fn table<T, E: std::fmt::Display>(
    folder: &Path,
    name: &str,
    parse: fn(&str, &[u8]) -> Result<T, E>,
) -> Result<T, Failure> {
    let path = folder.join(name);
    parse(&path.display().to_string(), &load::bytes(&path)?).map_err(Failure::input)
}

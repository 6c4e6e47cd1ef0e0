//! `grandstand plot`: the charts of a result folder again, from its tables.

use super::args::PlotArguments;
use super::exit::{Failure, tell};
use super::output::{self, Files};
use super::results::{self, table};
use super::{charts, load};
use crate::report::charts::ChartRun;
use crate::report::csv::{
    bounds_from_csv, distributions_from_csv, isps_from_csv, summary_from_csv, timeseries_from_csv,
};
use std::path::Path;

/// Draws over the charts that are there.
pub(super) fn plot(arguments: &PlotArguments) -> Result<(), Failure> {
    let folder = &arguments.dir;
    let manifest = results::manifest(folder)?;
    let runs: Result<Vec<ChartRun>, Failure> =
        results::places(folder, &manifest)?.iter().map(|place| read(place)).collect();
    let files: Files = charts::files(&runs?, &charts::options(&manifest))?;
    output::replace_charts(folder, &files)?;
    tell(&format!("drew {} files in {}\n", files.len(), folder.join(output::CHARTS).display()));
    Ok(())
}

fn read(folder: &Path) -> Result<ChartRun, Failure> {
    let coordinator = load::manifest(folder)?.coordinator;
    Ok(ChartRun {
        coordinator,
        series: table(&folder.join("timeseries.csv"), timeseries_from_csv)?,
        bands: Vec::new(),
        distributions: table(&folder.join("distributions.csv"), distributions_from_csv)?,
        isps: table(&folder.join("isps.csv"), isps_from_csv)?,
        bounds: table(&folder.join("bounds.csv"), bounds_from_csv)?,
        summary: table(&folder.join("summary.csv"), summary_from_csv)?,
    })
}

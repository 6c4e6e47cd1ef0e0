//! Charts as they stand in a page. Not here: drawing them.

use super::super::charts::{Chart, ChartError, ChartOptions, ChartRun, Format};
use super::super::tables::RunTables;
use super::escape::escaped;
use serde::Serialize;

/// A chart in the page.
#[derive(Debug, Serialize)]
pub(super) struct PageChart {
    name: &'static str,
    caption: &'static str,
    svg: String,
}

/// All charts of these runs together.
pub(super) fn charts(
    runs: &[RunTables],
    options: &ChartOptions,
) -> Result<Vec<PageChart>, ChartError> {
    let charted: Vec<ChartRun> = runs.iter().map(RunTables::charted).collect();
    let chart = |chart: Chart| {
        let bytes = chart.render(&charted, options, Format::Svg)?;
        let svg = String::from_utf8_lossy(&bytes).into_owned();
        Ok(PageChart { name: chart.name(), caption: caption(chart), svg: labelled(&svg, chart) })
    };
    Chart::of(&charted).map(chart).collect()
}

/// The drawing with a name for those who do not see it.
fn labelled(svg: &str, chart: Chart) -> String {
    let label = format!("<svg role=\"img\" aria-label=\"{}\" ", escaped(caption(chart)));
    svg.replacen("<svg ", &label, 1)
}

const fn caption(chart: Chart) -> &'static str {
    match chart {
        Chart::AudienceCdnRate => "Viewers, and the rate that the CDN sends, over time",
        Chart::ContinuityStalls => "Continuity, and viewers whose picture stands still, over time",
        Chart::StartupDelay => "How long viewers waited for the first picture",
        Chart::Lag => "How far viewers were behind the live edge",
        Chart::Locality => "Where the bytes came from: the own network, peering, transit",
        Chart::TreeDepth => "How many hops viewers were from the source",
        Chart::TimeToRepair => "From a failure to data from another parent",
        Chart::OffloadWaterfall => "From the bound on peer offload to what was achieved",
        Chart::DownloadTime => "How long it took until all of a file was there",
    }
}

//! What people look at: charts as SVG and PNG.
//!
//! A chart is first described as plain data (a `Figure`) and then drawn by one function over either
//! backend, so both show the same. The font is carried, colours are distinguishable by colour-blind
//! readers, and lines differ in dash and marker too. Not here: how a figure is computed.

mod audience;
mod axis;
mod bars;
mod canvas;
mod depth;
mod differences;
mod draw;
mod ecdf;
mod figure;
mod growth;
mod layout;
mod png;
mod render;
mod series;
mod style;
#[cfg(test)]
mod tests;
mod trend;

pub use differences::differences;
pub use growth::{GrowthRow, growth};
pub use render::{ChartError, Format};
pub use trend::{Trend, TrendLine, TrendPanel, TrendPoint, TrendScale, trend};

use crate::metrics::{BoundRow, DistributionRow, IspRow, RunRecords, SeriesRow, SummaryRow};
use crate::units::{ContentId, SimTime, Span};
use figure::Figure;

/// What the charts of one coordinator are drawn from.
#[derive(Clone, Debug, Default)]
pub struct ChartRun {
    /// The coordinator's name.
    pub coordinator: String,
    /// Samples over time; with several seeds, their means.
    pub series: Vec<SeriesRow>,
    /// The spread of the same samples over several seeds; empty with one.
    pub bands: Vec<BandRow>,
    /// Quantiles.
    pub distributions: Vec<DistributionRow>,
    /// Access ISPs.
    pub isps: Vec<IspRow>,
    /// Bounds and what was lost to what.
    pub bounds: Vec<BoundRow>,
    /// Figures.
    pub summary: Vec<SummaryRow>,
}

/// Between what a sample lies over several seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct BandRow {
    /// When.
    pub time: SimTime,
    /// Of which content; none for a sample of the whole of several.
    pub content: Option<ContentId>,
    /// Of what.
    pub metric: String,
    /// The least, or the lower end of an interval.
    pub low: f64,
    /// The largest, or the upper end.
    pub high: f64,
}

/// What the charts of one comparison have in common.
#[derive(Clone, Debug, Default)]
pub struct ChartOptions {
    /// The scenario's name.
    pub scenario: String,
    /// The seed, or the range of seeds, as text.
    pub seed: String,
    /// Names of the faults in the order in which they begin.
    pub fault_names: Vec<String>,
    /// The interval of the clients' heartbeats, when a chart should show it.
    pub heartbeat: Option<Span>,
}

/// A kind of chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chart {
    /// Viewers, and the rate that the CDN sends, over time.
    AudienceCdnRate,
    /// Continuity, and viewers whose playback stands still, over time.
    ContinuityStalls,
    /// Distribution of the time from joining to the first picture.
    StartupDelay,
    /// Distribution of the distance from the live edge.
    Lag,
    /// Where the bytes came from: inside the ISP, by peering, by transit.
    Locality,
    /// How far viewers are from the source.
    TreeDepth,
    /// Distribution of the time from a failure to data from another parent.
    TimeToRepair,
    /// From the bound on offload to what was achieved, for one coordinator.
    OffloadWaterfall,
    /// Distribution of the time from joining until all of a file was there.
    DownloadTime,
}

impl Chart {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::AudienceCdnRate,
        Self::ContinuityStalls,
        Self::StartupDelay,
        Self::Lag,
        Self::Locality,
        Self::TreeDepth,
        Self::TimeToRepair,
        Self::OffloadWaterfall,
        Self::DownloadTime,
    ];

    /// Those that are drawn of these runs: the time of downloads only where there were any.
    pub fn of(runs: &[ChartRun]) -> impl Iterator<Item = Self> {
        let mut rows = runs.iter().flat_map(|run| &run.distributions);
        let downloads = rows.any(|row| row.metric == "download_time");
        Self::ALL.into_iter().filter(move |chart| downloads || *chart != Self::DownloadTime)
    }

    /// The name, which is also the name of its file without the ending.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AudienceCdnRate => "audience_cdn_rate",
            Self::ContinuityStalls => "continuity_stalls",
            Self::StartupDelay => "startup_delay",
            Self::Lag => "lag",
            Self::Locality => "locality",
            Self::TreeDepth => "tree_depth",
            Self::TimeToRepair => "time_to_repair",
            Self::OffloadWaterfall => "offload_waterfall",
            Self::DownloadTime => "download_time",
        }
    }

    /// The chart of these runs, one coordinator each, as the bytes of a file. Where the runs have no
    /// data for it, it says so. A waterfall is drawn for the last run that has one.
    ///
    /// # Errors
    /// When the backend cannot draw.
    pub fn render(
        self,
        runs: &[ChartRun],
        options: &ChartOptions,
        format: Format,
    ) -> Result<Vec<u8>, ChartError> {
        render::render(&self.figure(runs, options), format)
    }

    fn figure(self, runs: &[ChartRun], options: &ChartOptions) -> Figure {
        let mut figure = match self {
            Self::AudienceCdnRate => audience::cdn_rate(runs, options),
            Self::ContinuityStalls => audience::continuity_stalls(runs, options),
            Self::StartupDelay => ecdf::startup_delay(runs),
            Self::Lag => ecdf::lag(runs),
            Self::Locality => bars::locality(runs),
            Self::TreeDepth => depth::tree_depth(runs),
            Self::TimeToRepair => ecdf::time_to_repair(runs, options.heartbeat),
            Self::OffloadWaterfall => bars::offload_waterfall(runs),
            Self::DownloadTime => ecdf::download_time(runs),
        };
        let captions = [std::mem::take(&mut figure.caption), caption(options)];
        let captions = captions.into_iter().filter(|caption| !caption.is_empty());
        figure.caption = captions.collect::<Vec<_>>().join("; ");
        figure
    }
}

fn caption(options: &ChartOptions) -> String {
    let part = |name: &str, value: &str| (!value.is_empty()).then(|| format!("{name} {value}"));
    let parts = [part("scenario", &options.scenario), part("seed", &options.seed)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl ChartRun {
    /// What the charts need of a run under the coordinator of this name.
    #[must_use]
    pub fn new(coordinator: &str, records: &RunRecords) -> Self {
        Self {
            coordinator: coordinator.to_string(),
            series: records.series.clone(),
            bands: Vec::new(),
            distributions: records.distributions.clone(),
            isps: records.isps.clone(),
            bounds: records.bounds.clone(),
            summary: records.summary.clone(),
        }
    }
}

//! The tables of one run as they were read back. Not here: reading files.

use super::Manifest;
use super::charts::ChartRun;
use crate::metrics::{
    BoundRow, DistributionRow, EventRow, IspRow, PeerRow, SeriesRow, SummaryRow, TopologyRow,
    TransferRow,
};
use crate::proto::Decision;

/// One run, for whoever tells about it. A table that is not there is empty.
#[derive(Clone, Debug, Default)]
pub struct RunTables {
    /// What the run was.
    pub manifest: Manifest,
    /// Its figures.
    pub summary: Vec<SummaryRow>,
    /// Samples over time.
    pub series: Vec<SeriesRow>,
    /// Quantiles.
    pub distributions: Vec<DistributionRow>,
    /// Bounds and what was lost to what.
    pub bounds: Vec<BoundRow>,
    /// Access ISPs.
    pub isps: Vec<IspRow>,
    /// Sessions.
    pub peers: Vec<PeerRow>,
    /// What went wrong.
    pub events: Vec<EventRow>,
    /// Decisions of the coordinator.
    pub decisions: Vec<Decision>,
    /// Finished transfers.
    pub transfers: Vec<TransferRow>,
    /// Who fed whom at the sampled instants.
    pub topology: Vec<TopologyRow>,
}

impl RunTables {
    /// What the charts need.
    #[must_use]
    pub fn charted(&self) -> ChartRun {
        ChartRun {
            coordinator: self.manifest.coordinator.clone(),
            series: self.series.clone(),
            bands: Vec::new(),
            distributions: self.distributions.clone(),
            isps: self.isps.clone(),
            bounds: self.bounds.clone(),
            summary: self.summary.clone(),
        }
    }
}

//! What is recorded, with its unit; quantiles; theoretical bounds. Not here: how it is written.

pub mod bounds;
pub mod closed_forms;
mod histogram;
mod interval;
mod records;

pub use histogram::Distribution;
pub use interval::{Interval, mean_interval};
pub use records::{
    BoundRow, DistributionRow, IspRow, LinkRow, Name, PeerRow, RunRecords, SeriesRow, SummaryRow,
    TopologyRow, TransferRow,
};

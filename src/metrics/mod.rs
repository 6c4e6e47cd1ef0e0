//! What is recorded, with its unit; quantiles; theoretical bounds. Not here: how it is written.

pub mod bounds;
pub mod closed_forms;
mod comparison;
mod direction;
mod events;
mod histogram;
mod interval;
mod points;
mod records;

pub use comparison::{ComparisonRow, Verdict};
pub use direction::{Direction, direction};
pub use events::{EventKind, EventRow};
pub use histogram::Distribution;
pub use interval::{Interval, interval, mean};
pub use points::{PointRow, Points};
pub use records::{
    BoundRow, DistributionRow, IspRow, LinkRow, Name, PeerRow, RunRecords, SeriesRow, SummaryRow,
    TopologyRow, TransferRow,
};

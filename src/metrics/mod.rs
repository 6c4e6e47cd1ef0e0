//! What is recorded, with its unit; quantiles; theoretical bounds. Not here: how it is written.

pub mod bounds;
mod catalogue;
mod checked;
pub mod closed_forms;
mod comparison;
mod events;
mod histogram;
mod interval;
mod points;
mod records;

pub use catalogue::{Direction, direction, is_of_groups, metric_names, unit};
pub use checked::{CheckedScenario, ExpectationRow};
pub use comparison::{ComparisonRow, Verdict};
pub use events::{EventKind, EventRow};
pub use histogram::Distribution;
pub use interval::{Interval, interval, mean};
pub use points::{PointRow, Points};
pub use records::{
    BoundRow, DistributionRow, GroupBy, GroupRow, IspRow, LinkRow, Name, PeerRow, RunRecords,
    SeriesRow, SummaryRow, TopologyRow, TransferRow,
};

//! Rows to CSV tables and back: one header, one row a record, an empty cell where a value is absent.
//!
//! Times are seconds with the exact decimals of their nanoseconds, rates bits per second, sizes
//! bytes, all said by the last word of a column's name. Numbers are printed in their shortest form
//! that reads back to the same value.

mod axes;
mod cell;
mod clusters;
mod comparison;
mod error;
mod events;
mod figures;
mod network;
mod plan;
mod points;
mod read;
mod sessions;
mod swept;
mod write;

pub use clusters::clusters_csv;
pub use comparison::comparison_csv;
pub use error::CsvError;
pub use events::{events_csv, events_from_csv};
pub use figures::{
    bounds_csv, bounds_from_csv, distributions_csv, distributions_from_csv, groups_csv,
    summary_csv, summary_from_csv, timeseries_csv, timeseries_from_csv,
};
pub use network::{isps_csv, isps_from_csv, links_csv, topology_csv, topology_from_csv};
pub use plan::{PlanRow, TrialRow, plan_csv, trials_csv};
pub use points::{points_csv, points_from_csv};
pub use sessions::{
    assignments_csv, assignments_from_csv, peers_csv, peers_from_csv, transfers_csv,
    transfers_from_csv,
};
pub use swept::{SweptRun, SweptRuns, aggregate_csv, runs_csv, runs_from_csv};

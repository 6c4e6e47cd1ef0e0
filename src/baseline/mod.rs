//! What the control center is compared with: CDN only, and trackers; the same boundary.

mod cdn_only;
mod config;
mod last_heard;
mod tracker;

pub use cdn_only::CdnOnly;
pub use config::{Admission, CdnOnlyConfig, Locality, TrackerConfig};
pub use tracker::Tracker;

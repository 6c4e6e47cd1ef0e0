//! Records to bytes: tables, a manifest, the terminal's comparison, charts.
//!
//! Everything here is a pure function of its rows, so the same run gives the same bytes. Not here:
//! files; the caller decides where the bytes go.

pub mod aggregate;
pub mod charts;
pub mod checked;
pub mod csv;
mod facts;
mod graphml;
mod manifest;
pub mod page;
mod story;
mod table;
mod tables;
mod trends;
mod words;

pub use facts::{Facts, Node};
pub use graphml::topology_graphml;
pub use manifest::{Manifest, ManifestError, manifest_from_toml, manifest_toml};
pub use story::{Story, StoryError, story};
pub use table::{Column, Table, is_headline};
pub use tables::RunTables;
pub use trends::trends;

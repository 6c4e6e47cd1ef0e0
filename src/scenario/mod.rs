//! A scenario: everything that a run depends on, validated, without an `Option` for a default.
//!
//! Raw text is parsed into a mirror of the file, and that is consumed into these types. Not here:
//! opening files; the caller passes a reader.

pub mod builtin;
mod defaults;
mod diagnostics;
mod expectation;
mod graph_text;
mod limit;
mod lines;
mod load;
mod model;
mod overrides;
pub mod raw;
mod reference;
mod resolved;
mod schema;
mod shape;
mod source;
mod structure;
mod trouble;
mod validate;

#[cfg(test)]
mod tests;

pub use diagnostics::{Diagnostic, Errors, Rule};
pub use lines::{AccessClass, Enterprise, NatMix, Overstated, UplinkRule};
pub use load::{Reader, load};
pub use model::{
    Arrivals, Audience, Axis, Content, ControlSite, CoordinatorKind, Cost, Expectation,
    GraphFormat, GraphSource, GraphText, Isp, Network, OutputConfig, Over, Phase, Rows, Scenario,
    Server, SessionKind, Shape, Sweep, Topology, TraceSession,
};
pub use reference::reference;
pub use resolved::to_toml;
pub use schema::schema;
pub use trouble::{Fault, FaultKind, Feeds};

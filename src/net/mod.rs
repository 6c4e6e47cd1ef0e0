//! The network: who is joined to whom, which way traffic goes, and how long it takes.
//!
//! Text and numbers in, graphs and routes out. No file is opened here, and no client is known.

mod address;
mod builder;
mod builtin;
mod country;
pub mod fluid;
mod graph;
pub mod import;
mod latency;
mod nat;
mod policy;
mod relationships;
mod routing;
mod sizes;

pub use address::{AddressError, AddressPlan, AddressRange, AddressTable, Location};
pub use builder::{AsGraphBuilder, GraphError};
pub use builtin::{builtin_as_graph_2006, builtin_as_sizes};
pub use country::{Country, Region};
pub use fluid::{FlowRate, Fluid, PathError};
pub use graph::{Adjacency, As, AsGraph, Coordinates, Link, LinkCounts, LinkKind, Neighbour, Role};
pub use latency::{LatencyModel, Place, great_circle_km, great_circle_rtt};
pub use nat::{NatShares, connectable_share};
pub use relationships::{InferenceRules, Inferred, OrientedLink, infer};
pub use routing::{Route, Routes};
pub use sizes::{AsSize, AsSizes};

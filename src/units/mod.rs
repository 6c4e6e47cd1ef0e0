//! Quantities with a unit, names of things, and named random streams.
//!
//! Every other module speaks in these types: a bare number is a count. Rank 0: imports nothing.

pub mod dist;
mod id;
pub mod math;
mod nat;
pub mod parse;
mod quantity;
pub mod range;
mod rng;
mod time;

pub use id::{
    Address, AsIndex, AsNumber, ContentId, FlowId, HostId, LinkId, Metro, PeerId, RouteId,
    ServerId, Substream,
};
pub use nat::NatKind;
pub use quantity::{BitRate, Bytes, Ratio};
pub use rng::{Rng, stream};
pub use time::{SimTime, Span};

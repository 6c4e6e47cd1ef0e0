//! The event queue, its clock, and the digest of what happened.
//!
//! Events come out in one total order: time, then class, then the order in which they were
//! scheduled. What an event means is the caller's business; nothing here knows of networks.

mod calendar;
mod digest;
mod entry;
mod queue;
mod rank;
mod slots;
mod turns;
mod wheel;

pub use digest::Digest;
pub use entry::EventKey;
pub use queue::Queue;

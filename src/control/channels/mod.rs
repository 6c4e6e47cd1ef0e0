//! Channels (row C10): several DCMs agree on who may use how much of a host that is on several contents.
//!
//! Shares are leases with an epoch. The keeper of a host's account never gives out more than the host has,
//! counting as held whatever a holder may still believe to hold; a DCM uses only what it holds, gives back
//! what it does not want when the client reports, and is asked to give back more when somebody who comes
//! first needs it. All is said in letters ([`crate::proto::ToKeeper`], [`crate::proto::ToHolder`]), so that
//! keeper and DCMs may sit on different machines.
//!
//! Not here: what a cluster lacks and which children are moved; that is the DCM's business.

mod keeper;
mod lease;
mod targets;
#[cfg(test)]
mod tests;

pub(crate) use keeper::{Keepers, Terms};
pub(crate) use lease::Lease;
pub(crate) use targets::wish_under;

//! What a coordinator holds to be true of the network: links in trouble, and bytes between networks.

use crate::units::{AsNumber, Bytes, SimTime};

/// A conclusion about one direction of a link between two networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// When it was drawn.
    pub time: SimTime,
    /// Where the link begins.
    pub from: AsNumber,
    /// Where it ends.
    pub to: AsNumber,
    /// What is held to be true from then on.
    pub verdict: LinkVerdict,
}

/// What is held to be true of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkVerdict {
    /// It carries nothing: concluded from what did not arrive.
    Failed,
    /// It carries less than is sent over it: concluded from what arrived too slowly.
    Congested,
    /// An ISP has said that it will carry little or nothing.
    Announced,
    /// Nothing speaks against it any more.
    Cleared,
}

impl LinkVerdict {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Congested => "congested",
            Self::Announced => "announced",
            Self::Cleared => "cleared",
        }
    }
}

/// Bytes of a network as sequence numbers and addresses show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkTraffic {
    /// Which network.
    pub network: AsNumber,
    /// From within to within.
    pub on_net: Bytes,
    /// In over peering links only.
    pub peering: Bytes,
    /// In over at least one link that somebody pays for.
    pub transit: Bytes,
    /// Out to other networks.
    pub out: Bytes,
}

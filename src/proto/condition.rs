//! What a coordinator holds to be true of the network: links in trouble, what uplinks carry, and bytes between
//! networks.

use crate::units::{AsNumber, BitRate, Bytes, PeerId, SimTime};

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

/// A conclusion about what a client's uplink carries of what it lends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UplinkFinding {
    /// When it was drawn.
    pub time: SimTime,
    /// Whose uplink.
    pub peer: PeerId,
    /// What it carries.
    pub carries: BitRate,
    /// What was counted on before: whole substreams, less the reserve for catching up.
    pub counted: BitRate,
    /// What is counted on from then on.
    pub counts: BitRate,
    /// What showed it.
    pub by: UplinkEvidence,
}

/// What shows how much an uplink carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UplinkEvidence {
    /// All its children got too little at once.
    Children,
    /// It has measured it, because it was asked to.
    Probe,
}

impl UplinkEvidence {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Children => "children",
            Self::Probe => "probe",
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

//! What goes wrong in a run, and how well coordinators are told of the world.

use crate::units::{AsIndex, BitRate, Ratio, SimTime, Span};

/// Something that goes wrong and is mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// When.
    pub at: SimTime,
    /// For how long.
    pub lasts: Span,
    /// How long before it begins the ISP tells; only of links.
    pub announced: Option<Span>,
    /// What.
    pub kind: FaultKind,
}

/// How late and how wrong the feeds of coordinators are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feeds {
    /// From the convergence of routes until the feed tells the new ones.
    pub route_delay: Span,
    /// Share of the pairs of places between which the feed knows no route.
    pub missing_routes: Ratio,
    /// Of the others, the share for which it gives another route than the one in use.
    pub wrong_routes: Ratio,
    /// Share of the address ranges that it puts in another place.
    pub wrong_addresses: Ratio,
}

impl FaultKind {
    /// The ends of the link that it strikes; none where it strikes something else.
    #[must_use]
    pub const fn link(&self) -> Option<[AsIndex; 2]> {
        match self {
            Self::LinkDown { a, b } | Self::LinkCapacity { a, b, .. } => Some([*a, *b]),
            Self::CdnDown { .. } | Self::PeersVanish { .. } | Self::ControlDown => None,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// The link between two networks carries nothing.
    LinkDown {
        /// One end.
        a: AsIndex,
        /// The other end.
        b: AsIndex,
    },
    /// The link between two networks has another capacity, both ways.
    LinkCapacity {
        /// One end.
        a: AsIndex,
        /// The other end.
        b: AsIndex,
        /// While it lasts.
        capacity: BitRate,
    },
    /// A CDN node is gone.
    CdnDown {
        /// Index into the scenario's CDN nodes.
        cdn: usize,
    },
    /// This share of the viewers, drawn at random, vanishes silently.
    PeersVanish {
        /// Of those present.
        share: Ratio,
    },
    /// The coordinator's machine is cut off.
    ControlDown,
}

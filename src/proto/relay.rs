//! What a coordinator did about relays: clients that watch nothing and serve others. Not here: who is called
//! when; that is the coordinator's business.

use crate::units::{AsNumber, ContentId, PeerId, SimTime};

/// What kind of relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelayKind {
    /// A waypoint server, which stood by.
    Waypoint,
    /// A viewer of another content, whose device fetches this one as well.
    Drafted,
}

/// Why a relay was called, or is one no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelayReason {
    /// The strong viewers of the region could not send what the others lack.
    TooFewStrong,
    /// For long enough the region could have done without it.
    EnoughStrong,
    /// It was called and did not come.
    NoAnswer,
    /// It came and has gone, or its device has.
    Gone,
}

/// A relay was called, or ceased to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayChange {
    /// When it was decided or noticed.
    pub time: SimTime,
    /// What kind.
    pub kind: RelayKind,
    /// The client that was told: a waypoint server, or a viewer.
    pub owner: PeerId,
    /// Under which number it serves; none before it has joined.
    pub relay: Option<PeerId>,
    /// What it serves.
    pub content: ContentId,
    /// The network of viewers for whom it was called.
    pub network: AsNumber,
    /// It was called; else it is a relay no longer, or is to be none.
    pub called: bool,
    /// Why.
    pub reason: RelayReason,
}

impl RelayKind {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waypoint => "waypoint",
            Self::Drafted => "drafted",
        }
    }
}

impl RelayReason {
    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFewStrong => "too_few_strong",
            Self::EnoughStrong => "enough_strong",
            Self::NoAnswer => "no_answer",
            Self::Gone => "gone",
        }
    }
}

//! What went wrong in a run, and when: the rows of `events.csv`.
//!
//! Beside what went wrong with links stands what the coordinator held to be wrong with them. Not here: what
//! was decided about it. Coordinators explain their decisions themselves.

use super::Name;
use crate::units::{PeerId, SimTime, Span, Substream};

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A fault of the scenario begins.
    FaultBegins,
    /// A fault of the scenario is over.
    FaultEnds,
    /// A viewer's picture stands still for want of data.
    Stall,
    /// A viewer is told that it does not get what it asked for.
    Refusal,
    /// Nothing comes any more from a viewer's parent in a substream.
    Loss,
    /// The coordinator holds a link to be in trouble from now on.
    LinkDeclared,
    /// The coordinator holds it to be well again.
    LinkCleared,
    /// The coordinator counts on more or less of a viewer's uplink from now on, for it was measured.
    UplinkMeasured,
    /// A waypoint server or a viewer is told to serve a content to others.
    RelayCalled,
    /// It is needed no longer, has not come or has gone.
    RelayEnds,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::FaultBegins,
        Self::FaultEnds,
        Self::Stall,
        Self::Refusal,
        Self::Loss,
        Self::LinkDeclared,
        Self::LinkCleared,
        Self::UplinkMeasured,
        Self::RelayCalled,
        Self::RelayEnds,
    ];

    /// The name in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FaultBegins => "fault_begins",
            Self::FaultEnds => "fault_ends",
            Self::Stall => "stall",
            Self::Refusal => "refusal",
            Self::Loss => "loss",
            Self::LinkDeclared => "link_declared",
            Self::LinkCleared => "link_cleared",
            Self::UplinkMeasured => "uplink_measured",
            Self::RelayCalled => "relay_called",
            Self::RelayEnds => "relay_ends",
        }
    }
}

/// One event. What does not apply to its kind is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// When it began.
    pub time: SimTime,
    /// What it is.
    pub event: EventKind,
    /// Whom it happened to; none where it is about a fault or a link.
    pub peer: Option<PeerId>,
    /// In which substream.
    pub substream: Option<Substream>,
    /// The parent that was lost; the number under which a relay serves.
    pub other: Option<PeerId>,
    /// After how long somebody acted on the loss; absent when nobody did.
    pub noticed: Option<Span>,
    /// Who was held to be the cause.
    pub blamed: Option<PeerId>,
    /// How long it lasted, of a loss until data came again, of a relay until it was given back or had gone;
    /// absent when it did not end.
    pub lasted: Option<Span>,
    /// The kind of fault and where, the reason of a refusal, how a parent was lost, what is held of a link; of
    /// a relay its kind, why, for which network and which content.
    pub detail: Name,
}

impl EventRow {
    /// An event of which nothing else is known.
    #[must_use]
    pub const fn new(time: SimTime, event: EventKind) -> Self {
        Self {
            time,
            event,
            peer: None,
            substream: None,
            other: None,
            noticed: None,
            blamed: None,
            lasted: None,
            detail: Name::Borrowed(""),
        }
    }
}

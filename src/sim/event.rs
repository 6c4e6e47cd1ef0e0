//! Everything that can happen in a run: a closed list, small enough to copy.

use super::edges::EdgeId;
use super::peers::Slot;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A fault begins or ends, by its number in the scenario.
    Fault { fault: u32, begins: bool },
    /// Routing has converged after a change of links.
    Converge,
    /// A route feed that was under way arrives.
    Routes,
    /// The notices of ISPs that stand arrive.
    Notices,
    /// A content begins or ends at the CDN nodes.
    ContentTurns(u32),
    /// A child reaches the position of its parent.
    Level { edge: EdgeId, generation: u32 },
    /// A player starts, stalls or goes on.
    Player { slot: Slot, generation: u32 },
    /// A message reaches the coordinator, by its number in the mail.
    ToCenter(u32),
    /// A message reaches a client, by its number in the mail.
    ToClient(u32),
    /// A parent was reached, or not.
    Connected { edge: EdgeId, generation: u32 },
    /// A parent that was asked has not answered in time.
    ConnectTimeout { edge: EdgeId, generation: u32 },
    /// A client that chooses by itself hears that its parent has gone.
    ParentGone { edge: EdgeId, generation: u32 },
    /// A session begins, by its number.
    Arrive(u32),
    /// A session ends.
    Depart { slot: Slot, generation: u32 },
    /// A client's periodic report or look around.
    Beat { slot: Slot, generation: u32 },
    /// A client that has had no answer asks again.
    JoinRetry { slot: Slot, generation: u32 },
    /// A client has measured its uplink.
    Probed { slot: Slot, generation: u32 },
    /// The coordinator wanted to be called.
    Coordinator,
    /// A sample of the time series is due.
    Sample,
}

impl Event {
    /// At one instant, lower classes come first: the network changes, data arrive, messages
    /// arrive, then people and timers act, and last it is looked at.
    pub(super) const fn class(self) -> u8 {
        match self {
            Self::Fault { .. } | Self::Converge | Self::ContentTurns(_) => 0,
            Self::Level { .. } => 1,
            Self::Player { .. } => 2,
            Self::ToCenter(_)
            | Self::ToClient(_)
            | Self::Connected { .. }
            | Self::ConnectTimeout { .. }
            | Self::ParentGone { .. }
            | Self::Routes
            | Self::Notices => 3,
            Self::Arrive(_)
            | Self::Depart { .. }
            | Self::Beat { .. }
            | Self::JoinRetry { .. }
            | Self::Probed { .. } => 4,
            Self::Coordinator => 5,
            Self::Sample => 6,
        }
    }

    /// What the digest of the event stream takes in beside time and class.
    pub(super) const fn fingerprint(self) -> u64 {
        let (tag, a, b) = match self {
            Self::Fault { fault, begins } => (0, fault, begins as u32),
            // All numbers of four bits are taken: the four about the network share one.
            Self::Converge => (1, 0, 0),
            Self::Routes => (1, 1, 0),
            Self::Notices => (1, 2, 0),
            Self::Probed { slot, .. } => (1, 3, slot),
            Self::ContentTurns(content) => (2, content, 0),
            Self::Level { edge, generation } => (3, edge, generation),
            Self::Player { slot, generation } => (4, slot, generation),
            Self::ToCenter(mail) => (5, mail, 0),
            Self::ToClient(mail) => (6, mail, 0),
            Self::Connected { edge, generation } => (7, edge, generation),
            Self::ConnectTimeout { edge, generation } => (8, edge, generation),
            Self::ParentGone { edge, generation } => (9, edge, generation),
            Self::Arrive(session) => (10, session, 0),
            Self::Depart { slot, generation } => (11, slot, generation),
            Self::Beat { slot, generation } => (12, slot, generation),
            Self::JoinRetry { slot, generation } => (13, slot, generation),
            Self::Coordinator => (14, 0, 0),
            Self::Sample => (15, 0, 0),
        };
        (tag << 60) ^ ((a as u64) << 28) ^ b as u64
    }
}

//! What the DCMs of several contents say about a host that is on more than one of them: who may use how much
//! of its lines. Plain values between two parties, the *keeper* of a host's account and the DCMs that hold
//! shares of it, which may sit on different machines: letters may come late, twice, in another order or never.
//!
//! Not here: who gets how much, and what a DCM does with its share.

use crate::units::{BitRate, HostId, PeerId, SimTime};

/// What a host has two of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// Towards others.
    Uplink,
    /// Towards the host.
    Downlink,
}

impl Line {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Uplink, Self::Downlink];
}

/// So much of each line of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Amounts {
    /// Of the uplink.
    pub uplink: BitRate,
    /// Of the downlink.
    pub downlink: BitRate,
}

/// How much a session asks for of one line, each amount not below the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Wish {
    /// In use: reserved for children, or what the session itself takes.
    pub uses: BitRate,
    /// Without this much, viewers of the content get nothing.
    pub urgent: BitRate,
    /// With this much, nobody takes from a CDN node what a peer could send.
    pub needs: BitRate,
    /// With this much, newcomers are placed at once.
    pub likes: BitRate,
}

/// Which contents are asked for first, the higher first: a live stream before any download, then by the
/// content's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// It has deadlines.
    pub live: bool,
    /// The content's priority.
    pub priority: u8,
}

/// Which session on which host. The same client may join again: the two are told apart by their beginnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The device.
    pub host: HostId,
    /// The session.
    pub client: PeerId,
    /// When its DCM took it in.
    pub since: SimTime,
}

/// From a DCM to the keeper of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToKeeper {
    /// A session is there from now on.
    Enter {
        /// Which.
        holder: Holder,
        /// What the host has of each line: what it lends of its uplink, and its downlink.
        has: Amounts,
        /// In which portions the session can use them.
        portion: Amounts,
        /// Whom it comes before.
        rank: Rank,
    },
    /// What is held, never more than before under the same epoch, and what is asked for.
    Claim {
        /// Which session.
        holder: Holder,
        /// The last grant that has arrived.
        epoch: u32,
        /// What is held from now on: the rest is given back.
        holds: Amounts,
        /// Of the uplink.
        uplink: Wish,
        /// Of the downlink.
        downlink: Wish,
    },
    /// The session is over, and nothing is held any more.
    Leave {
        /// Which.
        holder: Holder,
    },
}

/// From the keeper of a host to a DCM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToHolder {
    /// So much may be used.
    Grant {
        /// By which session.
        holder: Holder,
        /// Counts the grants of this host: the higher is the later.
        epoch: u32,
        /// How much in all.
        amounts: Amounts,
        /// Until when, unless it is renewed.
        until: SimTime,
    },
    /// Somebody who comes first needs it: hold no more than this.
    Recall {
        /// Which session.
        holder: Holder,
        /// How much it may keep.
        keep: Amounts,
    },
}

impl Amounts {
    /// That of one line.
    #[must_use]
    pub const fn of(self, line: Line) -> BitRate {
        match line {
            Line::Uplink => self.uplink,
            Line::Downlink => self.downlink,
        }
    }

    /// The same with another amount of one line.
    #[must_use]
    pub const fn with(self, line: Line, amount: BitRate) -> Self {
        match line {
            Line::Uplink => Self { uplink: amount, ..self },
            Line::Downlink => Self { downlink: amount, ..self },
        }
    }

    /// The smaller of each.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self { uplink: self.uplink.min(other.uplink), downlink: self.downlink.min(other.downlink) }
    }

    /// The larger of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { uplink: self.uplink.max(other.uplink), downlink: self.downlink.max(other.downlink) }
    }
}

impl ToKeeper {
    /// Which session it is about.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        match self {
            Self::Enter { holder, .. } | Self::Claim { holder, .. } | Self::Leave { holder } => {
                *holder
            }
        }
    }
}

impl ToHolder {
    /// Whether it only opens an account: no claim has been answered yet.
    #[must_use]
    pub const fn opens(&self) -> bool {
        matches!(self, Self::Grant { epoch: 0, .. })
    }

    /// Which session it is for.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        match self {
            Self::Grant { holder, .. } | Self::Recall { holder, .. } => *holder,
        }
    }
}

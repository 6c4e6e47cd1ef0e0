//! What makes one client like another: where it is, what line it has, behind which NAT, at which hour.

use crate::proto::{Join, Place};
use crate::units::{AsNumber, BitRate, HostId, NatKind, SimTime};

/// A client as the history database sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) client: HostId,
    /// The first 24 bits of the address.
    block: u32,
    pub(crate) network: AsNumber,
    line: Line,
    nat: NatKind,
    /// Of the day, on the coordinator's clock, which begins at midnight.
    hour: u8,
}

/// From whom something is sent, into which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) sender: Traits,
    pub(crate) to: AsNumber,
}

/// Both rates of a line, each as the power of two of kbps below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    uplink: u32,
    downlink: u32,
}

/// Clients that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Neighbours with the same kind of line behind the same kind of NAT, at this hour.
    Neighbours(u32, Line, NatKind, u8),
    /// The same kind of line and NAT in the same network.
    Line(AsNumber, Line, NatKind),
    /// The same network.
    Network(AsNumber),
}

impl Line {
    fn of(uplink: BitRate, downlink: BitRate) -> Self {
        let bucket = |rate: BitRate| (rate.as_bps() / 1000).checked_ilog2().unwrap_or(0);
        Self { uplink: bucket(uplink), downlink: bucket(downlink) }
    }
}

impl Traits {
    /// What a client's join says of it.
    pub(crate) fn of(join: &Join, place: Place, now: SimTime) -> Self {
        Self {
            client: join.client,
            block: join.address.0 >> 8,
            network: place.network,
            line: Line::of(join.uplink, join.downlink),
            nat: join.nat,
            hour: (now.as_nanos() / 3_600_000_000_000 % 24) as u8,
        }
    }

    /// Its classes, the finest first; everybody is alike beyond them.
    pub(super) fn classes(&self) -> [Class; 3] {
        [
            Class::Neighbours(self.block, self.line, self.nat, self.hour),
            Class::Line(self.network, self.line, self.nat),
            Class::Network(self.network),
        ]
    }
}

//! What clients and coordinators say to each other.

use super::Terms;
use crate::units::{
    Address, BitRate, Bytes, ContentId, HostId, Metro, NatKind, PeerId, Ratio, Span, Substream,
};
use std::sync::Arc;

/// From a client (a viewer or a CDN node) to its coordinator.
#[derive(Clone, Debug, PartialEq)]
pub enum ToCenter {
    /// A client asks for a content.
    Join(Join),
    /// The periodic report of a client.
    Heartbeat(Heartbeat),
    /// A client leaves and says so.
    Leave,
    /// A client of a tracker asks for peers, and says that it is still there.
    Announce,
    /// A parent could not be reached or refused.
    ConnectFailed {
        /// The substream that was asked for.
        substream: Substream,
        /// Who did not answer.
        parent: PeerId,
    },
    /// A waypoint server is there, fetches nothing and can be called; said at every heartbeat while this is
    /// so.
    StandBy(StandBy),
}

/// What a waypoint server says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandBy {
    /// Where it is.
    pub address: Address,
    /// What it can send.
    pub uplink: BitRate,
}

/// The first message of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Whose account or device it is: stays the same from session to session. Shown by the authentication,
    /// which every message carries.
    pub client: HostId,
    /// What it wants to watch; for a CDN node what it serves.
    pub content: ContentId,
    /// Where it is.
    pub address: Address,
    /// What its own probe found in front of it.
    pub nat: NatKind,
    /// Uplink that its user lends.
    pub uplink: BitRate,
    /// Measured downlink.
    pub downlink: BitRate,
    /// How far behind the live edge it begins: what a parent must still have.
    pub behind: Span,
    /// What it says of its device; constant, so that no heartbeat repeats it.
    pub device: Device,
    /// On which terms it takes part; none where these are the default ones.
    pub terms: Option<Box<Terms>>,
    /// The device and line that it shares with sessions of other contents; none where it has them to itself.
    pub host: Option<HostId>,
    /// It does not watch, but was called to serve others: the client that was told so, which for a waypoint
    /// server is itself.
    pub called: Option<PeerId>,
}

impl Join {
    /// What the client can lend: what its device cannot forward is not lent, whatever the line could carry.
    #[must_use]
    pub fn usable(&self) -> BitRate {
        self.device.cpu.map_or(self.uplink, |cpu| self.uplink.min(cpu))
    }
}

/// What a client says of the device that it runs on. Absent is what it does not know or limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Device {
    /// What its processor can forward.
    pub cpu: Option<BitRate>,
    /// What it lends to keep media for its children.
    pub storage: Option<Bytes>,
    /// Where it believes itself to be.
    pub location: Option<Believed>,
}

/// Where a client believes itself to be. A geography feed wins over it where it knows the address:
/// who wants what is kept from its country would say another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Believed {
    /// Two letters.
    pub country: [u8; 2],
    /// In which of its network's cities.
    pub metro: Metro,
}

/// The periodic report: what came in from each parent and what went out to each child.
///
/// Sequence numbers count packets of a substream from the beginning of the content; rates are
/// computed from their differences, never reported.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Heartbeat {
    /// One per substream, in their order; empty for a CDN node.
    pub received: Vec<Received>,
    /// One per child and substream.
    pub sent: Vec<Sent>,
    /// Lent uplink that is not in use.
    pub spare_uplink: BitRate,
    /// Media ahead of the playback position.
    pub buffer: Span,
    /// What has changed since the last report; nothing in most, so that they stay small.
    pub news: Option<Box<News>>,
}

/// What a client reports only when it has changed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct News {
    /// Share of what its processor can forward that is in use; none where that is not limited or
    /// has not changed.
    pub cpu_load: Option<Ratio>,
    /// The path from each new parent, as the handshake measured it; empty when it has no others
    /// than before.
    pub paths: Vec<MeasuredPath>,
    /// The DCM that it was told serves it now; none when it was told nothing since its last report.
    pub dcm: Option<u32>,
    /// What its uplink carries of what it lends, measured since its last report because it was asked to.
    pub uplink: Option<BitRate>,
}

/// A path and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasuredPath {
    /// From whom.
    pub parent: PeerId,
    /// Round trip.
    pub rtt: Span,
}

/// What a client has received of one substream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// From whom; none while it has no parent.
    pub parent: Option<PeerId>,
    /// The sequence number last received in order.
    pub last: u32,
}

/// What a client has sent to one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// To whom.
    pub child: PeerId,
    /// Of which substream.
    pub substream: Substream,
    /// The sequence number last sent.
    pub last: u32,
}

/// From a coordinator to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum ToClient {
    /// The session is known; this is how to behave.
    Welcome(Guidance),
    /// From now on, take these substreams from these parents.
    Assign(Assignment),
    /// The content cannot be had.
    Refuse(Refusal),
    /// A tracker's answer: some peers that may have the content.
    Neighbors(Vec<Neighbor>),
    /// The heartbeat arrived and nothing changed.
    Ack,
    /// The heartbeat arrived, and from now on another DCM serves this client. Said in the answer to each
    /// heartbeat until one has repeated it.
    Moved {
        /// Which one, numbered in the order of creation.
        dcm: u32,
    },
    /// The session is not known, or no longer: join again.
    Rejoin,
    /// Fetch a content that nobody here asked for, and serve others with it: join for it as a relay. Said
    /// again until it has joined; who cannot spare the line need not.
    Serve {
        /// Which.
        content: ContentId,
    },
    /// A relay is needed no longer: leave.
    Release,
    /// Measure the uplink that is lent: send to this CDN node for a second what of it is not in use, and say
    /// in the next report how much went out in all.
    Probe {
        /// Whereto.
        to: PeerId,
    },
}

/// How a client chooses its parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guidance {
    /// As the coordinator says.
    Directed,
    /// By itself, among the neighbors that a tracker names.
    SelfDirected,
}

/// The source peers of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Of which content.
    pub content: ContentId,
    /// One per substream that changes.
    pub parents: Vec<ParentChoice>,
}

/// Whom to take a substream from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParentChoice {
    /// Which substream.
    pub substream: Substream,
    /// From whom; none is a null assignment.
    pub parent: Option<PeerId>,
}

/// A peer that a tracker names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// Who.
    pub peer: PeerId,
    /// Where.
    pub address: Address,
}

/// Why nothing can be had.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// No CDN node and no peer has room.
    NoCapacity,
    /// No content of that name.
    UnknownContent,
    /// A policy forbids it: its name.
    Policy(Arc<str>),
}

/// What passes between two peers when one asks the other to be its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Who asks.
    pub child: PeerId,
    /// Which substream.
    pub substream: Substream,
}

/// Fixed part of a message: addresses, kind, authentication (assumption: QUIC datagram, 40 bytes).
const ENVELOPE_BYTES: u64 = 40;

impl ToCenter {
    /// Estimated size on the wire.
    #[must_use]
    pub fn size(&self) -> Bytes {
        let body = match self {
            Self::Join(join) => {
                let terms = join.terms.as_ref().map_or(0, |terms| terms.size());
                54 + terms + join.host.map_or(0, |_| 4) + join.called.map_or(0, |_| 4)
            }
            Self::Heartbeat(beat) => {
                let news = beat.news.as_ref().map_or(0, |news| news.size());
                16 + 8 * beat.received.len() as u64 + 9 * beat.sent.len() as u64 + news
            }
            Self::Leave | Self::Announce => 4,
            Self::ConnectFailed { .. } => 9,
            Self::StandBy(_) => 12,
        };
        Bytes::new(ENVELOPE_BYTES + body)
    }
}

impl News {
    /// Estimated bytes on the wire.
    fn size(&self) -> u64 {
        let words = u64::from(self.dcm.is_some()) + u64::from(self.uplink.is_some());
        1 + 6 * self.paths.len() as u64 + 4 * words
    }
}

impl ToClient {
    /// Estimated size on the wire.
    #[must_use]
    pub fn size(&self) -> Bytes {
        let body = match self {
            Self::Welcome(_) | Self::Ack | Self::Rejoin | Self::Release => 4,
            Self::Moved { .. } | Self::Serve { .. } | Self::Probe { .. } => 8,
            Self::Refuse(Refusal::Policy(name)) => 4 + name.len() as u64,
            Self::Refuse(Refusal::NoCapacity | Refusal::UnknownContent) => 4,
            Self::Assign(assignment) => 4 + 13 * assignment.parents.len() as u64,
            Self::Neighbors(neighbors) => 4 + 10 * neighbors.len() as u64,
        };
        Bytes::new(ENVELOPE_BYTES + body)
    }
}

impl Refusal {
    /// For results and for the viewer.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::NoCapacity => "no CDN node and no peer has room".to_string(),
            Self::UnknownContent => "no such content".to_string(),
            Self::Policy(name) => format!("the policy \"{name}\" forbids it"),
        }
    }
}

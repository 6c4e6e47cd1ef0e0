//! The table of those present: CDN nodes first, then viewers, in slots that are used again.

use crate::engine::EventKey;
use crate::peer::Player;
use crate::proto::Guidance;
use crate::units::{
    Address, BitRate, ContentId, HostId, LinkId, Metro, NatKind, PeerId, SimTime, Span,
};

/// A place in the table.
pub(super) type Slot = u32;

/// No place.
pub(super) const NO_SLOT: Slot = Slot::MAX;

/// Somebody present. What heartbeats read comes first.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Peer {
    pub(super) id: PeerId,
    /// Tells apart those who have used this slot.
    pub(super) generation: u32,
    /// Index into the sessions; none for a CDN node.
    pub(super) session: Option<u32>,
    /// One way to the coordinator.
    pub(super) center_delay: Span,
    /// When the coordinator last answered, or will have.
    pub(super) heard: SimTime,
    /// What it takes its uplink for, as far as it lends it: it refuses what goes beyond.
    pub(super) believed: BitRate,
    /// Children in all substreams.
    pub(super) children: u32,
    pub(super) beats: u32,
    /// Index into the sites: its network, as the simulator numbers them.
    pub(super) site: u16,
    pub(super) present: bool,
    /// Its player is on the list of those to be looked at.
    pub(super) touched: bool,
    /// Its parents or its load are others than in its last report.
    pub(super) new_paths: bool,
    pub(super) new_load: bool,
    /// It has measured its uplink since.
    pub(super) new_uplink: bool,
    /// How it was told to choose its parents; none while it waits for an answer.
    pub(super) guidance: Option<Guidance>,
    pub(super) nat: NatKind,
    /// What its line really carries of that.
    pub(super) lent: BitRate,
    /// Since when it has promised more than its line carries.
    pub(super) overbooked: Option<SimTime>,
    /// What it watches; of no account for a CDN node.
    pub(super) content: ContentId,
    pub(super) player: Player,
    pub(super) player_generation: u32,
    /// When its player wants to act, if it does.
    pub(super) player_event: Option<EventKey>,
    pub(super) metro: Metro,
    pub(super) address: Address,
    pub(super) join_tries: u32,
    /// One way from the device to the edge of its network.
    pub(super) access_delay: Span,
    /// What its children take together when all is well, in the unit of flows.
    pub(super) sending: u64,
    /// The device, where other sessions run on it, too.
    pub(super) host: Option<HostId>,
    /// Its links: the slot's own, or those of the host.
    pub(super) uplink: LinkId,
    pub(super) downlink: LinkId,
    pub(super) own_links: [LinkId; 2],
    /// First position in the media that it has had; none before its first assignment.
    pub(super) start: Option<u64>,
    /// When it had all of a file.
    pub(super) fetched: Option<SimTime>,
    pub(super) from_cdn: u64,
    pub(super) from_peers: u64,
    pub(super) sent: u64,
    pub(super) parent_changes: u32,
    /// For the coordinator's first answer.
    pub(super) decision: Wait,
    /// It has been sent something.
    pub(super) has_begun: bool,
    /// The DCM that it was told serves it now, how often that was another, and whether it has yet to say
    /// that it knows.
    pub(super) dcm: Option<u32>,
    pub(super) dcm_changes: u32,
    pub(super) new_dcm: bool,
    /// Numbers its own random draws.
    pub(super) draws: u64,
    /// Other peers that a tracker has named.
    pub(super) neighbors: Vec<PeerId>,
    /// What it is there for; of no account for a CDN node.
    pub(super) role: Role,
    /// A relay: which client was told to serve.
    pub(super) called: Option<PeerId>,
}

/// What a client is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It watches.
    Viewer,
    /// A server that stands by, or serves when it is called.
    Waypoint,
    /// A session that serves others on a viewer's device.
    Drafted,
}

impl Role {
    /// Whether it watches nothing.
    pub(super) const fn is_relay(self) -> bool {
        matches!(self, Self::Waypoint | Self::Drafted)
    }
}

/// Waiting for something to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It has not been asked yet.
    Before,
    /// It was asked then.
    Since(SimTime),
    /// It has been answered.
    Over,
}

impl Peer {
    /// Nobody, with these links.
    pub(super) fn vacant(uplink: LinkId, downlink: LinkId) -> Self {
        Self {
            id: PeerId::new(0),
            generation: 0,
            present: false,
            session: None,
            site: 0,
            metro: Metro::new(0),
            address: Address(0),
            access_delay: Span::ZERO,
            center_delay: Span::ZERO,
            nat: NatKind::Open,
            content: ContentId::new(0),
            sending: 0,
            host: None,
            uplink,
            downlink,
            own_links: [uplink, downlink],
            believed: BitRate::ZERO,
            lent: BitRate::ZERO,
            overbooked: None,
            children: 0,
            start: None,
            player: Player::new(SimTime::ZERO, 0),
            player_generation: 0,
            player_event: None,
            new_paths: false,
            new_load: false,
            new_uplink: false,
            guidance: None,
            heard: SimTime::ZERO,
            join_tries: 0,
            beats: 0,
            fetched: None,
            from_cdn: 0,
            from_peers: 0,
            sent: 0,
            parent_changes: 0,
            neighbors: Vec::new(),
            decision: Wait::Before,
            has_begun: false,
            dcm: None,
            dcm_changes: 0,
            new_dcm: false,
            draws: 0,
            touched: false,
            role: Role::Viewer,
            called: None,
        }
    }

    /// Whether it is no viewer's session: a CDN node or a waypoint server.
    pub(super) fn is_server(&self) -> bool {
        self.session.is_none()
    }
}

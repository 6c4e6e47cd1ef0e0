//! The account of relays: what they received, which nobody watched, and what waypoint servers sent, which is
//! servers' and not peers'. In the account of the audience they do not appear.

use super::finish::share;
use super::{Recorder, Traffic};
use crate::proto::RelayChange;
use crate::sim::edges::Reason;
use crate::sim::world::World;
use crate::units::{AsIndex, BitRate, ContentId, PeerId, SimTime};

/// What a booked stretch of a substream was.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) struct Entry {
    pub(in crate::sim) content: ContentId,
    /// What a server's bytes were spent on; none where a peer sent them.
    pub(in crate::sim) reason: Option<Reason>,
    /// Whoever received them watches nothing.
    pub(in crate::sim) to_relay: bool,
}

/// What peers and servers sent to relays: it is overhead, for nobody watched it.
#[derive(Debug)]
pub(super) struct Overhead {
    /// From site to site of each content, as other traffic.
    pub(super) from_peers: Vec<u64>,
    /// Of each content.
    pub(super) from_servers: Vec<u64>,
    /// What waypoint servers can send, by site: to all in its network.
    pub(super) inside: Vec<BitRate>,
}

impl Overhead {
    pub(super) fn new(traffic: &Traffic, contents: usize, inside: Vec<BitRate>) -> Self {
        Self {
            from_peers: vec![0; traffic.from_peers.len()],
            from_servers: vec![0; contents],
            inside,
        }
    }

    /// Bytes in all.
    fn total(&self) -> u64 {
        self.from_peers.iter().chain(&self.from_servers).sum()
    }
}

/// What waypoint servers in a network can send together.
pub(super) fn waypoints_inside(scenario: &crate::scenario::Scenario, network: AsIndex) -> BitRate {
    let inside = scenario.waypoints.iter().filter(|waypoint| waypoint.network == network);
    inside.map(|waypoint| waypoint.capacity).sum()
}

impl Recorder {
    /// A viewer's device serves a content that is not watched there.
    pub(in crate::sim) fn relay_comes(&mut self, (site, content): (u16, ContentId), lent: BitRate) {
        self.channels.lent(content, site, lent.as_bps());
    }

    /// And does so no longer.
    pub(in crate::sim) fn relay_leaves(
        &mut self,
        (site, content): (u16, ContentId),
        lent: BitRate,
        received: u64,
    ) {
        self.channels.taken_back(content, site, lent.as_bps());
        self.received_by_leavers += received;
    }

    /// What it lacked is never mended, and what was foretold of it has been seen.
    pub(in crate::sim) fn relay_gone(&mut self, now: SimTime, relay: PeerId) {
        self.events.gone(now, relay);
        self.forecasts.left(now, relay);
    }

    /// Writes what relays moved, where there can be any.
    pub(super) fn summarise_relays(&mut self) {
        let sent = self.cdn_bytes.get(&Reason::Waypoint).copied().unwrap_or(0) as f64;
        let received = self.overhead.total() as f64;
        let (peers, servers) = self.peers_and_cdn();
        self.row("waypoint_bytes", "B", Some(sent));
        self.row("relay_bytes", "B", Some(received));
        let watched = peers + servers - self.relayed_by_servers();
        self.row("relay_overhead", "ratio", share(received, watched));
    }

    /// Bytes from servers to relays.
    pub(super) fn relayed_by_servers(&self) -> f64 {
        self.overhead.from_servers.iter().sum::<u64>() as f64
    }
}

impl World<'_> {
    /// The coordinator has called a relay or given one back.
    pub(in crate::sim) fn note_relay(&mut self, change: &RelayChange) {
        let content = &self.scenario.contents[change.content.index()].name;
        let RelayChange { kind, network, reason, .. } = change;
        let detail = format!("{} {} {network} {content}", kind.name(), reason.name());
        self.recorder.events.relay(change, detail);
    }
}

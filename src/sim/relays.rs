//! Relays: sessions that watch nothing and serve others. Waypoint servers stand by until they are told what to
//! serve; a viewer's device may be told to fetch a content that its viewer did not ask for.
//!
//! Not here: who is called when. What relays send and receive is entered into the books like everything else,
//! as what it is (`ledger.rs`); in the account of the audience they do not appear.

use super::edges::Loss;
use super::peers::{Role, Slot, Wait};
use super::workload::Session;
use super::world::World;
use crate::proto::{Device, Guidance, Join, StandBy, ToCenter};
use crate::units::{BitRate, ContentId, HostId, NatKind, Span};

impl World<'_> {
    /// Waypoint servers are there from the beginning, beside the CDN nodes, and say so.
    pub(super) fn open_waypoints(&mut self) {
        let count = self.scenario.waypoints.len();
        for nth in 0..count {
            let capacity = self.scenario.waypoints[nth].capacity;
            let slot = self.seat_server(self.servers + nth, capacity, (nth, count));
            let peer = self.peer_mut(slot);
            (peer.role, peer.decision) = (Role::Waypoint, Wait::Over);
        }
    }

    /// What a waypoint server says while it serves nothing.
    pub(super) fn stand_by(&mut self, slot: Slot) {
        let peer = self.peer(slot);
        let said = StandBy { address: peer.address, uplink: peer.lent };
        self.send_to_center(slot, ToCenter::StandBy(said));
    }

    /// Somebody is told to serve a content, perhaps not for the first time.
    pub(super) fn serve(&mut self, slot: Slot, content: ContentId) {
        match self.peer(slot).role {
            Role::Waypoint => self.take_duty(slot, content),
            Role::Viewer => self.share_device(slot, content),
            Role::Drafted => {}
        }
    }

    fn take_duty(&mut self, slot: Slot, content: ContentId) {
        if self.peer(slot).called.is_none() {
            let (now, full) = (self.now, self.streams[content.index()].full);
            self.edges.reset(slot, now, full);
            let peer = self.peer_mut(slot);
            (peer.content, peer.called) = (content, Some(peer.id));
            (peer.guidance, peer.start, peer.heard) = (None, None, now);
            let id = peer.id;
            self.recorder.events.serves(id, id);
        }
        self.ask_as_relay(slot);
    }

    /// A relay asks for its content, unless it has been welcomed: it is told again as long as it has not been
    /// heard.
    fn ask_as_relay(&mut self, slot: Slot) {
        if self.peer(slot).guidance.is_none()
            && let Some(join) = self.join_of(slot)
        {
            self.send_to_center(slot, ToCenter::Join(join));
        }
    }

    /// What a waypoint server says when it asks for what it is to serve.
    pub(super) fn join_of_waypoint(&self, slot: Slot) -> Join {
        let peer = self.peer(slot);
        Join {
            client: HostId::new(u32::MAX - peer.id.get()),
            content: peer.content,
            address: peer.address,
            nat: NatKind::Open,
            uplink: peer.lent,
            downlink: peer.lent,
            behind: self.scenario.player.join_back,
            device: Device::default(),
            terms: None,
            host: None,
            called: peer.called,
        }
    }

    /// A viewer's device opens a second session, if its line carries both: a client looks after its own
    /// viewer first, and says no by saying nothing.
    fn share_device(&mut self, slot: Slot, content: ContentId) {
        if let Some(relay) = self.drafted_beside(slot) {
            if self.peer(relay).content == content {
                self.ask_as_relay(relay);
            }
            return;
        }
        let peer = self.peer(slot);
        let Some(session) = peer.session.map(|number| &self.sessions[number as usize]) else {
            return;
        };
        let rate = |content: ContentId| self.scenario.contents[content.index()].bitrate;
        let both: BitRate = rate(peer.content) + rate(content);
        let is_settled = peer.guidance == Some(Guidance::Directed) && peer.start.is_some();
        if !is_settled || peer.host.is_some() || session.downlink < both {
            return;
        }
        let second = Session {
            content,
            join: self.now,
            host: Some(session.device),
            // Two reports of one device come in turn.
            phase: opposite(session.phase, self.scenario.client.heartbeat),
            ..session.clone()
        };
        let relay = self.open_second(slot, second);
        self.ask_as_relay(relay);
    }

    /// The second session of a device begins.
    fn open_second(&mut self, owner: Slot, session: Session) -> Slot {
        let number = self.sessions.len() as u32;
        let (id, address) = (self.peer(owner).id, self.peer(owner).address);
        self.lend_device(owner, session.device);
        self.sessions.push(session);
        let slot = self.relay_slots.pop().unwrap_or_else(|| self.add_slot());
        self.slots.push(slot);
        self.sit(slot, number, address);
        let peer = self.peer_mut(slot);
        (peer.role, peer.called, peer.decision) = (Role::Drafted, Some(id), Wait::Over);
        let (place, lent, relay) = ((peer.site, peer.content), peer.lent, peer.id);
        self.recorder.relay_comes(place, lent);
        self.recorder.events.serves(id, relay);
        slot
    }

    /// The relay that runs on the same device as a viewer's session.
    pub(super) fn drafted_beside(&self, slot: Slot) -> Option<Slot> {
        let mut all = self.on_same_host(slot).into_iter();
        all.find(|other| self.peer(*other).role == Role::Drafted)
    }

    /// A relay is needed no longer.
    pub(super) fn release(&mut self, slot: Slot) {
        match self.peer(slot).role {
            Role::Viewer => {}
            Role::Drafted => {
                self.send_to_center(slot, ToCenter::Leave);
                self.vanish(slot, false);
            }
            Role::Waypoint if self.peer(slot).called.is_some() => {
                self.send_to_center(slot, ToCenter::Leave);
                self.let_go_of_all(slot, Loss::Graceful);
                let now = self.now;
                let peer = self.peer_mut(slot);
                (peer.called, peer.guidance, peer.start) = (None, None, None);
                (peer.new_paths, peer.new_load, peer.new_dcm) = (false, false, false);
                let id = peer.id;
                self.recorder.relay_gone(now, id);
            }
            Role::Waypoint => {}
        }
    }

    /// A session that was drafted is over: what it received stays in the books.
    pub(super) fn close_second(&mut self, slot: Slot) {
        let peer = self.peer(slot);
        let (id, lent, received) = (peer.id, peer.lent, peer.from_cdn + peer.from_peers);
        let place = (peer.site, peer.content);
        self.recorder.relay_leaves(place, lent, received);
        self.recorder.relay_gone(self.now, id);
    }

    /// What waypoint servers can send.
    pub(super) fn waypoint_capacity(&self) -> BitRate {
        self.scenario.waypoints.iter().map(|waypoint| waypoint.capacity).sum()
    }
}

/// Half an interval of reports away from a phase within it.
fn opposite(phase: Span, interval: Span) -> Span {
    let half = interval / 2;
    if phase >= half { phase.saturating_sub(half) } else { phase + half }
}

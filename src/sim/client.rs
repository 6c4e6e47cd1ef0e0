//! What a client does: comes, asks, reports, connects, falls back, goes.

use super::edges::{Child, EdgeId, Loss, Reason};
use super::event::Event;
use super::peers::{NO_SLOT, Peer, Role, Slot, Wait};
use super::recorder::Ending;
use super::workload::Session;
use super::world::World;
use crate::peer::{Playback, Player};
use crate::proto::{Believed, Device, Guidance, Heartbeat, Join, Terms, ToCenter};
use crate::units::{Address, PeerId, Span, Substream};

impl World<'_> {
    /// A session begins.
    pub(super) fn arrive(&mut self, number: u32) {
        self.schedule_arrival(number + 1);
        let slot = self.take_seat(number);
        let session = &self.sessions[number as usize];
        let (leave, generation) = (session.leave, self.peer(slot).generation);
        self.schedule(leave, Event::Depart { slot, generation });
        let peer = self.peer(slot);
        let (site, content, lent) = (peer.site, peer.content, peer.lent.as_bps());
        let comes_alone = self.stands_for_its_host(slot);
        self.recorder.arrived((site, content), lent, comes_alone);
        self.ask_to_join(slot);
    }

    /// Gives a viewer a slot.
    fn take_seat(&mut self, number: u32) -> Slot {
        let (_, center_delay) = self.delays(number);
        // Welcomed one round trip from now, it will report after its phase.
        let first_report = self.now + center_delay * 2 + self.sessions[number as usize].phase;
        let slot = self.seats.take(first_report).expect("a seat for all who are there at once");
        let address = self.public_address(number);
        self.sit(slot, number, address);
        slot
    }

    /// One way from a session's device to the edge of its network, and to the coordinator.
    fn delays(&self, number: u32) -> (Span, Span) {
        let Session { access, isp, metro, .. } = self.sessions[number as usize];
        let line = self.scenario.access[usize::from(access)].rtt / 2;
        (line, self.center_delay(isp, metro, line))
    }

    /// A session begins in a slot.
    pub(super) fn sit(&mut self, slot: Slot, number: u32, address: Address) {
        let session = self.sessions[number as usize].clone();
        let (access, center_delay) = self.delays(number);
        let (id, now) = (self.viewer_id(number), self.now);
        let full = self.streams[session.content.index()].full;
        let peer = &mut self.peers[slot as usize];
        peer.generation += 1;
        peer.player_generation += 1;
        (peer.id, peer.present, peer.session) = (id, true, Some(number));
        (peer.site, peer.metro, peer.address) = (session.isp, session.metro, address);
        (peer.access_delay, peer.center_delay) = (access, center_delay);
        (peer.nat, peer.overbooked) = (session.nat, None);
        (peer.lent, peer.believed) = (session.usable(), session.believed());
        (peer.content, peer.host) = (session.content, session.host);
        (peer.children, peer.sending) = (0, 0);
        [peer.uplink, peer.downlink] = peer.own_links;
        (peer.start, peer.guidance, peer.heard) = (None, None, now);
        (peer.new_paths, peer.new_load, peer.new_dcm) = (false, false, false);
        peer.new_uplink = false;
        (peer.decision, peer.has_begun) = (Wait::Before, false);
        (peer.dcm, peer.dcm_changes) = (None, 0);
        peer.player = Player::new(now, 0);
        (peer.join_tries, peer.beats, peer.draws) = (0, 0, 0);
        peer.fetched = None;
        (peer.from_cdn, peer.from_peers, peer.sent, peer.parent_changes) = (0, 0, 0, 0);
        peer.neighbors = Vec::new();
        (peer.role, peer.called) = (Role::Viewer, None);
        if let Some(host) = session.host {
            self.enter_host(slot, host);
        }
        let Peer { uplink, downlink, .. } = *self.peer(slot);
        self.fabric.fluid.set_capacity(uplink, session.usable());
        self.fabric.fluid.set_capacity(downlink, session.downlink);
        self.edges.reset(slot, now, full);
        self.slots[id.index()] = slot;
    }

    /// Asks the coordinator for the content, and again when there is no answer.
    fn ask_to_join(&mut self, slot: Slot) {
        let Some(join) = self.join_of(slot) else { return };
        let generation = self.peer(slot).generation;
        self.peer_mut(slot).join_tries += 1;
        self.send_to_center(slot, ToCenter::Join(join));
        self.schedule(
            self.now + self.scenario.client.join_retry,
            Event::JoinRetry { slot, generation },
        );
    }

    /// What a viewer says when it asks for the content.
    pub(super) fn join_of(&self, slot: Slot) -> Option<Join> {
        let peer = self.peer(slot);
        if peer.role == Role::Waypoint {
            return Some(self.join_of_waypoint(slot));
        }
        let session = &self.sessions[peer.session? as usize];
        let terms = &self.scenario.access[usize::from(session.access)].terms;
        let country = self.scenario.topology.isps[usize::from(session.isp)].country;
        let location = Some(Believed { country, metro: session.metro });
        Some(Join {
            client: session.device,
            content: peer.content,
            address: peer.address,
            nat: peer.nat,
            uplink: session.said,
            downlink: session.downlink,
            behind: self.join_back(slot),
            device: Device { cpu: session.cpu, storage: session.storage, location },
            terms: (*terms != Terms::default()).then(|| Box::new(terms.clone())),
            host: peer.host,
            called: peer.called,
        })
    }

    pub(super) fn join_retry(&mut self, slot: Slot) {
        let peer = self.peer(slot);
        if peer.guidance.is_some() {
            return;
        }
        // Nobody answers: watch from the CDN, and go on asking.
        if peer.join_tries >= self.scenario.client.unreachable_heartbeats {
            self.begin_watching(slot);
            for substream in self.substreams_of(slot) {
                let id = self.edges.id(slot, substream);
                if !self.is_fetched(id) {
                    self.fall_back(id);
                }
            }
        }
        self.ask_to_join(slot);
    }

    /// The coordinator does not know this session any more.
    pub(super) fn join_again(&mut self, slot: Slot) {
        if self.peer(slot).guidance.is_some() {
            self.recorder.rejoined();
            if let Some(join) = self.join_of(slot) {
                self.send_to_center(slot, ToCenter::Join(join));
            }
        }
    }

    /// The periodic report, and a look at what has come in.
    pub(super) fn beat(&mut self, slot: Slot) {
        let generation = self.peer(slot).generation;
        let (next, event) =
            (self.now + self.scenario.client.heartbeat, Event::Beat { slot, generation });
        self.queue.schedule_in_turn(next, event.class(), event);
        self.beats_read = self.beats_read.saturating_sub(1);
        self.peer_mut(slot).beats += 1;
        match self.peer(slot).guidance {
            Some(Guidance::SelfDirected) => self.look_around(slot),
            Some(Guidance::Directed) => {
                self.fall_back_if_alone(slot);
                self.report(slot);
            }
            None if self.is_server(slot) => {
                self.send_to_center(slot, ToCenter::Heartbeat(Heartbeat::default()))
            }
            None if self.peer(slot).role == Role::Waypoint && self.peer(slot).called.is_none() => {
                self.stand_by(slot)
            }
            None => {}
        }
    }

    /// Without data and without a coordinator, a client helps itself.
    fn fall_back_if_alone(&mut self, slot: Slot) {
        let config = &self.scenario.client;
        let patience = config.heartbeat * u64::from(config.unreachable_heartbeats);
        if self.now.since(self.peer(slot).heard) <= patience {
            return;
        }
        let enough = config.fallback_heartbeats;
        let now = self.now;
        for substream in self.substreams_of(slot) {
            let id = self.edges.id(slot, substream);
            if self.is_fetched(id) {
                continue;
            }
            let position = self.edges.progress(id).position(now);
            let detail = self.edges.detail_mut(id);
            let moved = position > std::mem::replace(&mut detail.seen, position);
            detail.dry = if moved { 0 } else { detail.dry.saturating_add(1) };
            if u32::from(detail.dry) >= enough && detail.pending == NO_SLOT {
                self.fall_back(id);
            }
        }
    }

    /// Takes a substream from the nearest CDN node that is there.
    fn fall_back(&mut self, id: EdgeId) {
        if let Some(server) = self.nearest_server(id) {
            self.connect(id, server, Reason::Staleness);
        }
    }

    /// The CDN node nearest to the client, as its list of them says.
    pub(super) fn nearest_server(&self, id: EdgeId) -> Option<PeerId> {
        let (slot, _) = self.edges.owner(id);
        let full = self.edges.full_of(slot);
        let usable = (0..self.servers).map(|number| self.slots[number]).filter(|server| {
            let peer = self.peer(*server);
            peer.present
                && self.has_room(*server, full)
                && self.fabric.is_up(peer.site, self.peer(slot).site)
        });
        usable
            .filter_map(|server| self.one_way(server, slot).map(|delay| (delay, server)))
            .min()
            .map(|(_, server)| self.peer(server).id)
    }

    /// Asks a peer or a CDN node to be the parent.
    pub(super) fn connect(&mut self, id: EdgeId, parent: PeerId, reason: Reason) {
        let (child, _) = self.edges.owner(id);
        let target = self.slot_of(parent);
        // To one that has gone the request goes into the void; how far that was does not matter.
        let rtt =
            target.and_then(|slot| self.one_way(slot, child)).map_or(Span::ZERO, |delay| delay * 2);
        let now = self.now;
        let detail = self.edges.detail_mut(id);
        detail.pending_generation += 1;
        let generation = detail.pending_generation;
        (detail.pending, detail.pending_id) = (target.unwrap_or(NO_SLOT - 1), parent);
        (detail.pending_reason, detail.pending_since) = (reason, now);
        self.recorder.connect_attempt();
        let wait = rtt.mul_f64(self.scenario.client.connect_rtts);
        self.schedule(now + wait, Event::Connected { edge: id, generation });
    }

    pub(super) fn cancel_pending(&mut self, id: EdgeId) {
        let detail = self.edges.detail_mut(id);
        detail.pending_generation += 1;
        detail.pending = NO_SLOT;
    }

    /// The handshake is through, if the parent is there, reachable and willing.
    pub(super) fn connected(&mut self, id: EdgeId, generation: u32) {
        let detail = *self.edges.detail(id);
        if detail.pending_generation != generation || detail.pending == NO_SLOT {
            return;
        }
        let (child, substream) = self.edges.owner(id);
        let there = self.slot_of(detail.pending_id) == Some(detail.pending);
        if !there || !self.can_reach(child, detail.pending) {
            let gives_up = detail.pending_since + self.scenario.client.connect_timeout;
            self.schedule(gives_up, Event::ConnectTimeout { edge: id, generation });
            return;
        }
        if !self.accepts(detail.pending, child, substream) {
            self.recorder.connect_refused();
            self.connection_failed(id);
            return;
        }
        self.edges.detail_mut(id).pending = NO_SLOT;
        self.attach(id, detail.pending, detail.pending_reason);
        self.note_first_byte(child);
    }

    /// The handshake has taken as long as it takes until the first byte is here.
    fn note_first_byte(&mut self, slot: Slot) {
        let now = self.now;
        let peer = self.peer_mut(slot);
        if let Some(number) = peer.session
            && peer.role == Role::Viewer
            && !std::mem::replace(&mut peer.has_begun, true)
        {
            let joined = self.sessions[number as usize].join;
            self.recorder.begun(now.since(joined));
        }
    }

    /// Whether packets get through between two clients, in both directions.
    fn can_reach(&self, child: Slot, parent: Slot) -> bool {
        let (a, b) = (self.peer(child), self.peer(parent));
        let up = self.fabric.is_up(a.site, b.site) && self.fabric.is_up(b.site, a.site);
        // Whoever has a public address in a data center can be reached by all who can send at all.
        let by_luck = !a.is_server() && !b.is_server();
        let meet = || a.nat.can_connect(b.nat) && (!by_luck || self.pair_is_lucky(a.id, b.id));
        up && (self.is_server(parent) || self.on_one_lan(child, parent) || meet())
    }

    /// Some pairs that should connect do not: the same ones every time.
    fn pair_is_lucky(&self, a: PeerId, b: PeerId) -> bool {
        let (low, high) = (a.min(b).get(), a.max(b).get());
        let mut rng = crate::units::stream(
            self.spec.seed,
            "nat-pair",
            u64::from(low) << 32 | u64::from(high),
        );
        crate::units::dist::chance(&mut rng, self.scenario.network.nat_success.get())
    }

    /// Whether a parent takes one more child: there is uplink for it, and no circle would close.
    fn accepts(&self, parent: Slot, child: Slot, substream: Substream) -> bool {
        let peer = self.peer(parent);
        let has_room = self.has_room(parent, self.edges.full_of(child));
        if self.is_server(parent) {
            return has_room;
        }
        let id = self.edges.id(child, substream);
        if self.fetches(child) && !self.has_more(parent, id) {
            return false;
        }
        let already = self.edges.get(id).parent == parent;
        let has_room = has_room || already;
        // A peer knows the path from the source to itself, and refuses whoever is on it.
        let is_on_it = self.peer(child).children > 0 && self.is_above(child, parent, substream);
        has_room && peer.start.is_some() && !is_on_it
    }

    pub(super) fn connect_timeout(&mut self, id: EdgeId, generation: u32) {
        let detail = self.edges.detail(id);
        if detail.pending_generation == generation && detail.pending != NO_SLOT {
            self.recorder.connect_timeout();
            self.connection_failed(id);
        }
    }

    /// A parent could not be had: the coordinator is told, or the client chooses again.
    fn connection_failed(&mut self, id: EdgeId) {
        let (slot, substream) = self.edges.owner(id);
        let parent = self.edges.detail(id).pending_id;
        self.cancel_pending(id);
        match self.peer(slot).guidance {
            Some(Guidance::Directed) => {
                self.send_to_center(slot, ToCenter::ConnectFailed { substream, parent })
            }
            Some(Guidance::SelfDirected) => self.try_another(id, parent),
            None => {}
        }
    }

    /// A session ends, with or without a word.
    pub(super) fn depart(&mut self, slot: Slot) {
        let Some(number) = self.peer(slot).session else { return };
        let silent = self.sessions[number as usize].silent;
        // With the viewer goes the device, and all that runs on it.
        let shared = self.peer(slot).host.is_some();
        if let Some(relay) = self.drafted_beside(slot).filter(|_| shared) {
            if !silent {
                self.send_to_center(relay, ToCenter::Leave);
            }
            self.vanish(relay, silent);
        }
        if !silent {
            self.send_to_center(slot, ToCenter::Leave);
        }
        self.vanish(slot, silent);
    }

    /// Somebody is gone from the network.
    pub(super) fn vanish(&mut self, slot: Slot, silent: bool) {
        let loss = match (self.peer(slot).is_server(), silent) {
            (true, _) => Loss::Server,
            (false, true) => Loss::Silent,
            (false, false) => Loss::Graceful,
        };
        self.give_up_probe(slot);
        self.let_go_of_all(slot, loss);
        self.write_row(slot, silent);
        let peer = self.peer_mut(slot);
        peer.present = false;
        peer.player_generation += 1;
        peer.neighbors = Vec::new();
        let (id, host) = (peer.id, peer.host);
        if !peer.is_server() {
            if let Some(host) = host {
                self.leave_host(slot, host);
            }
            self.slots[id.index()] = NO_SLOT;
            if self.peer(slot).role == Role::Drafted {
                self.relay_slots.push(slot);
            } else {
                self.seats.leave(slot);
            }
        }
    }

    /// Children and parents of one who goes.
    pub(super) fn let_go_of_all(&mut self, slot: Slot, loss: Loss) {
        self.let_children_go(slot, loss);
        for substream in self.substreams_of(slot) {
            let id = self.edges.id(slot, substream);
            if self.edges.get(id).is_lost {
                self.recorder.never_repaired();
            }
            self.cancel_pending(id);
            self.detach(id);
        }
    }

    fn let_children_go(&mut self, slot: Slot, loss: Loss) {
        for Child { slot: child, substream, .. } in self.edges.children(slot).to_vec() {
            let id = self.edges.id(child, substream);
            let said_so =
                loss == Loss::Graceful && self.peer(child).guidance == Some(Guidance::SelfDirected);
            let delay = if said_so { self.one_way(slot, child) } else { None };
            self.orphan(id, loss);
            if let Some(delay) = delay {
                let generation = self.edges.detail(id).pending_generation;
                self.schedule(self.now + delay, Event::ParentGone { edge: id, generation });
            }
        }
    }

    /// The session's account, for the records.
    pub(super) fn write_row(&mut self, slot: Slot, silent: bool) {
        let now = self.now;
        let config = &self.scenario.player;
        if self.peer(slot).role == Role::Drafted {
            return self.close_second(slot);
        }
        let (is_last, fetches) = (self.is_last_on_host(slot), self.fetches(slot));
        let peer = &mut self.peers[slot as usize];
        if let Some(number) = peer.session {
            let mut watched = || peer.player.totals(now, config);
            let playback = if fetches { Playback::default() } else { watched() };
            let session = &self.sessions[number as usize];
            let ending = Ending { playback, silent, is_last };
            self.recorder.left(now, peer, session, ending, self.scenario);
        }
    }
}

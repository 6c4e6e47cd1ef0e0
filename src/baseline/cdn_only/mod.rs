//! CDN only (B0): every viewer takes everything from the nearest CDN node with free capacity.
//!
//! Viewers never feed each other. A node or a viewer that misses three heartbeats is gone; what it
//! held is free again. A viewer's path to a living node is not watched: only `ConnectFailed` moves it.

mod nodes;
#[cfg(test)]
mod tests;

use super::last_heard::LastHeard;
use super::{Admission, CdnOnlyConfig};
use crate::proto::{
    AddressTable, Assignment, ContentInfo, ContentKind, Coordinator, Decision, Feed, Figure,
    Guidance, Heartbeat, Input, Join, Outbox, ParentChoice, Received, Refusal, RouteTable, Rule,
    ServerInfo, ToCenter, ToClient, Trigger,
};
use crate::units::{AsNumber, BitRate, ContentId, PeerId, SimTime, Span, Substream};
use nodes::{Found, Nodes, Wanted};
use std::collections::VecDeque;

/// Missed heartbeats after which a node or a viewer is gone (the control center's assumption).
const MISSED_HEARTBEATS: u64 = 3;
/// Heartbeats in which a viewer may report another parent before it is told again (assumption).
const PATIENT_HEARTBEATS: u8 = 4;

/// The coordinator that knows CDN nodes only.
#[derive(Debug)]
pub struct CdnOnly {
    config: CdnOnlyConfig,
    patience: Span,
    catalogue: Vec<ContentInfo>,
    addresses: AddressTable,
    routes: RouteTable,
    nodes: Nodes,
    /// By the peer's number.
    viewers: Vec<Option<Viewer>>,
    heard: LastHeard,
    /// Who waits for room, with the ticket that each drew; a ticket may have been given up since.
    waiting: VecDeque<(PeerId, u64)>,
    wake: Option<SimTime>,
    counts: Counts,
}

#[derive(Clone, Copy, Debug)]
struct Viewer {
    content: ContentId,
    bitrate: BitRate,
    substreams: u8,
    /// Of a file, the packets of each substream.
    packets: Option<u32>,
    network: Option<AsNumber>,
    service: Service,
    last_heard: SimTime,
    /// Heartbeats in which it reported another parent than its own.
    unheeded: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    From(u16),
    Waiting(u64),
    /// For good: it was told so when it came.
    Refused,
    /// It has all of a file.
    Through,
}

/// Why a viewer is served as it is.
#[derive(Clone, Copy, Debug)]
struct Reason {
    trigger: Trigger,
    old_node: Option<u16>,
    found: Found,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    viewers: u64,
    waiting: u64,
    most_waiting: u64,
    tickets: u64,
    refused: u64,
    expired: u64,
    nodes_lost: u64,
    strangers: u64,
}

impl CdnOnly {
    /// A coordinator that knows nothing yet: feeds tell it the catalogue, the nodes and the networks.
    #[must_use]
    pub fn new(config: CdnOnlyConfig, heartbeat: Span) -> Self {
        Self {
            config,
            // A heartbeat later than a quarter of an interval is missing.
            patience: heartbeat * MISSED_HEARTBEATS + heartbeat / 4,
            catalogue: Vec::new(),
            addresses: AddressTable::default(),
            routes: RouteTable::default(),
            nodes: Nodes::default(),
            viewers: Vec::new(),
            heard: LastHeard::default(),
            waiting: VecDeque::new(),
            wake: None,
            counts: Counts::default(),
        }
    }

    fn learn(&mut self, now: SimTime, feed: &Feed, outbox: &mut Outbox) {
        match feed {
            Feed::Catalogue(contents) => self.catalogue.clone_from(contents),
            Feed::Servers(infos) => {
                let infos: Vec<_> = infos.iter().map(|info| self.less_reserve(info)).collect();
                let gone = self.nodes.learn(now, &infos, &self.addresses);
                self.displace(now, &gone, outbox);
                self.serve_waiting(now, outbox);
            }
            Feed::Addresses(table) => {
                self.addresses.clone_from(table);
                self.nodes.locate(table);
            }
            Feed::Routes(table) => self.routes.clone_from(table),
            // It draws no regions.
            Feed::Continents(_) => {}
            // It has nobody to move out of the way.
            Feed::Notices(_) => {}
        }
    }

    /// A node with what may be given out of it.
    fn less_reserve(&self, info: &ServerInfo) -> ServerInfo {
        let kept = info.capacity.scaled(self.config.catch_up_reserve);
        ServerInfo { capacity: info.capacity - kept, ..*info }
    }

    fn message(&mut self, now: SimTime, from: PeerId, message: &ToCenter, outbox: &mut Outbox) {
        match message {
            ToCenter::Join(join) => self.join(now, from, join, outbox),
            ToCenter::Heartbeat(beat) => self.heartbeat(now, from, beat, outbox),
            ToCenter::Leave => {
                self.forget(from);
                self.serve_waiting(now, outbox);
            }
            ToCenter::ConnectFailed { parent, .. } => {
                self.connect_failed(now, from, *parent, outbox)
            }
            // Announces are a tracker's business, and nobody calls a waypoint.
            ToCenter::Announce | ToCenter::StandBy(_) => {}
        }
    }

    fn viewer(&self, peer: PeerId) -> Option<Viewer> {
        self.viewers.get(peer.index()).copied().flatten()
    }

    fn viewer_mut(&mut self, peer: PeerId) -> Option<&mut Viewer> {
        self.viewers.get_mut(peer.index())?.as_mut()
    }

    fn join(&mut self, now: SimTime, from: PeerId, join: &Join, outbox: &mut Outbox) {
        let Some(content) = self.catalogue.iter().find(|info| info.content == join.content) else {
            outbox.send(from, ToClient::Refuse(Refusal::UnknownContent));
            return;
        };
        let packets = (content.kind == ContentKind::File).then(|| content.packets());
        let (content, bitrate, substreams) = (content.content, content.bitrate, content.substreams);
        outbox.send(from, ToClient::Welcome(Guidance::Directed));
        self.heard.note(now, from);
        if let Some(known) = self.viewer_mut(from) {
            known.last_heard = now;
            self.answer(from, outbox);
            return;
        }
        let network = self.addresses.lookup(join.address).map(|place| place.network);
        if self.viewers.len() <= from.index() {
            self.viewers.resize(from.index() + 1, None);
        }
        self.viewers[from.index()] = Some(Viewer {
            content,
            bitrate,
            substreams,
            packets,
            network,
            // Its ticket is drawn on admission; 0 is nobody's.
            service: Service::Waiting(0),
            last_heard: now,
            unheeded: 0,
        });
        self.counts.viewers += 1;
        self.admit(now, from, None, Trigger::Join, outbox);
    }

    /// Serves a viewer that has no node, unless somebody has been waiting for longer.
    fn admit(
        &mut self,
        now: SimTime,
        peer: PeerId,
        old_node: Option<u16>,
        trigger: Trigger,
        outbox: &mut Outbox,
    ) {
        let Some(viewer) = self.viewer(peer) else { return };
        let mut found = self.search(&viewer, None);
        if self.first_waiting().is_some() {
            found.node = None;
        }
        let service = match found.node {
            Some(node) => Service::From(node),
            None if self.config.admission == Admission::Reject && trigger == Trigger::Join => {
                self.counts.refused += 1;
                Service::Refused
            }
            None => self.draw_ticket(peer),
        };
        self.serve(peer, service);
        self.explain(now, peer, Reason { trigger, old_node, found }, outbox);
        self.answer(peer, outbox);
    }

    /// Tells a viewer its node, that it waits, or that it is refused.
    fn answer(&self, peer: PeerId, outbox: &mut Outbox) {
        match self.viewer(peer).map(|viewer| viewer.service) {
            Some(Service::Refused) => outbox.send(peer, ToClient::Refuse(Refusal::NoCapacity)),
            _ => self.tell(peer, outbox),
        }
    }

    fn search(&self, viewer: &Viewer, except: Option<u16>) -> Found {
        let room = match self.config.admission {
            Admission::Queue | Admission::Reject => Some(viewer.bitrate),
            Admission::Share => None,
        };
        self.nodes.nearest(Wanted { network: viewer.network, room, except }, &self.routes)
    }

    fn draw_ticket(&mut self, peer: PeerId) -> Service {
        self.counts.tickets += 1;
        self.waiting.push_back((peer, self.counts.tickets));
        self.counts.waiting += 1;
        self.counts.most_waiting = self.counts.most_waiting.max(self.counts.waiting);
        Service::Waiting(self.counts.tickets)
    }

    fn serve(&mut self, peer: PeerId, service: Service) {
        let Some(viewer) = self.viewer_mut(peer) else { return };
        viewer.service = service;
        viewer.unheeded = 0;
        let rate = viewer.bitrate;
        if let Service::From(node) = service {
            self.nodes.reserve(node, rate);
        }
    }

    /// Who has been waiting for longest.
    fn first_waiting(&mut self) -> Option<PeerId> {
        while let Some((peer, ticket)) = self.waiting.front().copied() {
            if self.viewer(peer).is_some_and(|viewer| viewer.service == Service::Waiting(ticket)) {
                return Some(peer);
            }
            self.waiting.pop_front();
        }
        None
    }

    /// Serves those who wait, in their order, until no node has room for the next.
    fn serve_waiting(&mut self, now: SimTime, outbox: &mut Outbox) {
        while let Some(peer) = self.first_waiting() {
            let Some(viewer) = self.viewer(peer) else { return };
            let found = self.search(&viewer, None);
            let Some(node) = found.node else { return };
            self.waiting.pop_front();
            self.counts.waiting -= 1;
            self.serve(peer, Service::From(node));
            let reason = Reason { trigger: Trigger::Improvement, old_node: None, found };
            self.explain(now, peer, reason, outbox);
            self.tell(peer, outbox);
        }
    }

    fn heartbeat(&mut self, now: SimTime, from: PeerId, beat: &Heartbeat, outbox: &mut Outbox) {
        if let Some(viewer) = self.viewer(from) {
            self.heard.note(now, from);
            let node = self.parent_of(&viewer);
            // The last packet of a file may not be a whole one.
            let has_all =
                |last: u32| viewer.packets.is_some_and(|packets| last.saturating_add(1) >= packets);
            let heeds = |one: &Received| one.parent == node || has_all(one.last);
            let heeded = beat.received.iter().all(heeds);
            if !beat.received.is_empty() && beat.received.iter().all(|one| has_all(one.last)) {
                self.is_through(now, from, outbox);
            }
            let unheeded = if heeded { 0 } else { viewer.unheeded + 1 };
            // The assignment may have been lost.
            let again = unheeded >= PATIENT_HEARTBEATS;
            if let Some(viewer) = self.viewer_mut(from) {
                (viewer.last_heard, viewer.unheeded) = (now, if again { 0 } else { unheeded });
            }
            if again {
                self.tell(from, outbox);
            }
            outbox.send(from, ToClient::Ack);
        } else if let Some(node) = self.nodes.find(from) {
            outbox.send(from, ToClient::Ack);
            if self.nodes.heard(node, now) {
                self.serve_waiting(now, outbox);
            }
        } else {
            self.counts.strangers += 1;
            outbox.send(from, ToClient::Rejoin);
        }
    }

    /// A client has all of its file: its place is free.
    fn is_through(&mut self, now: SimTime, client: PeerId, outbox: &mut Outbox) {
        let Some(viewer) = self.viewer_mut(client) else { return };
        let (service, rate) = (viewer.service, viewer.bitrate);
        if let Service::From(node) = service {
            viewer.service = Service::Through;
            self.nodes.release(node, rate);
            self.serve_waiting(now, outbox);
        }
    }

    /// The viewer cannot reach its node: another one, if another has room.
    fn connect_failed(&mut self, now: SimTime, from: PeerId, parent: PeerId, outbox: &mut Outbox) {
        let Some(viewer) = self.viewer(from) else { return };
        let Service::From(old) = viewer.service else { return };
        if self.nodes.peer(old) != parent {
            return;
        }
        let found = self.search(&viewer, Some(old));
        if let Some(node) = found.node {
            self.nodes.release(old, viewer.bitrate);
            self.serve(from, Service::From(node));
            let trigger = Trigger::ConnectFailed;
            self.explain(now, from, Reason { trigger, old_node: Some(old), found }, outbox);
        }
        self.tell(from, outbox);
        self.serve_waiting(now, outbox);
    }

    /// Forgets a viewer and frees what it held.
    fn forget(&mut self, peer: PeerId) -> bool {
        let Some(viewer) = self.viewers.get_mut(peer.index()).and_then(Option::take) else {
            return false;
        };
        match viewer.service {
            Service::From(node) => self.nodes.release(node, viewer.bitrate),
            Service::Waiting(_) => self.counts.waiting -= 1,
            Service::Refused | Service::Through => {}
        }
        self.counts.viewers -= 1;
        true
    }

    fn expire(&mut self, now: SimTime, outbox: &mut Outbox) {
        while let Some((last, peer)) = self.oldest()
            && last + self.patience <= now
        {
            self.counts.expired += u64::from(self.forget(peer));
        }
        let lost = self.nodes.expire(now, self.patience);
        self.counts.nodes_lost += lost.len() as u64;
        self.displace(now, &lost, outbox);
        self.serve_waiting(now, outbox);
    }

    /// The viewers of these nodes must go elsewhere, in the order of their numbers.
    fn displace(&mut self, now: SimTime, nodes: &[u16], outbox: &mut Outbox) {
        if nodes.is_empty() {
            return;
        }
        for index in 0..self.viewers.len() {
            if let Some(viewer) = self.viewers[index]
                && let Service::From(node) = viewer.service
                && nodes.contains(&node)
            {
                self.nodes.release(node, viewer.bitrate);
                let peer = PeerId::from_index(index);
                self.admit(now, peer, Some(node), Trigger::ParentSilent, outbox);
            }
        }
    }

    fn oldest(&mut self) -> Option<(SimTime, PeerId)> {
        let viewers = &self.viewers;
        self.heard.oldest(|peer| viewers[peer.index()].map(|viewer| viewer.last_heard))
    }

    /// When the next node or viewer will have been silent for too long, unless it is heard.
    fn next_expiry(&mut self) -> Option<SimTime> {
        let viewer = self.oldest().map(|(last, _)| last);
        let oldest = viewer.into_iter().chain(self.nodes.oldest()).min()?;
        Some(oldest + self.patience)
    }

    fn parent_of(&self, viewer: &Viewer) -> Option<PeerId> {
        match viewer.service {
            Service::From(node) => Some(self.nodes.peer(node)),
            Service::Waiting(_) | Service::Refused | Service::Through => None,
        }
    }

    fn tell(&self, peer: PeerId, outbox: &mut Outbox) {
        let Some(viewer) = self.viewer(peer) else { return };
        let parent = self.parent_of(&viewer);
        let choice = |substream: Substream| ParentChoice { substream, parent };
        let assignment = Assignment {
            content: viewer.content,
            parents: Substream::all(viewer.substreams).map(choice).collect(),
        };
        outbox.send(peer, ToClient::Assign(assignment));
    }

    fn explain(&self, time: SimTime, child: PeerId, reason: Reason, outbox: &mut Outbox) {
        let Reason { trigger, old_node, found } = reason;
        let Some(viewer) = self.viewer(child) else { return };
        let new_parent = self.parent_of(&viewer);
        for substream in Substream::all(viewer.substreams) {
            outbox.explain(Decision {
                time,
                child,
                substream,
                dcm: None,
                trigger,
                old_parent: old_node.map(|node| self.nodes.peer(node)),
                new_parent,
                rule: new_parent.map_or(Rule::NothingHasRoom, |_| Rule::NearestServer),
                feasible: found.up,
                pruned_uplink: found.full,
                pruned_policy: 0,
                pruned_nat: 0,
                pruned_congestion: 0,
                pruned_history: 0,
                considered: found.up - found.full,
                outlook: None,
            });
        }
    }
}

impl Coordinator for CdnOnly {
    fn handle(&mut self, now: SimTime, input: Input<'_>, outbox: &mut Outbox) {
        match input {
            Input::Feed(feed) => self.learn(now, feed, outbox),
            Input::Message { from, message } => self.message(now, from, message, outbox),
            Input::Timeout if self.wake.is_some_and(|wake| wake <= now) => {
                self.expire(now, outbox);
                self.wake = None;
            }
            Input::Timeout => {}
        }
        // Later arrivals expire later, so that a time once set need not move.
        if self.wake.is_none() {
            self.wake = self.next_expiry();
        }
    }

    fn next_timeout(&self) -> Option<SimTime> {
        self.wake
    }

    fn figures(&self) -> Vec<Figure> {
        let figure = |metric, unit, value| Figure { metric, unit, value: Some(value) };
        let count = |metric, value| figure(metric, "count", value as f64);
        let counts = &self.counts;
        vec![
            count("control_clients_at_end", counts.viewers),
            count("control_deaths_concluded", counts.expired),
            count("control_rejoins_asked", counts.strangers),
            count("cdn_nodes_lost", counts.nodes_lost),
            count("admission_refused", counts.refused),
            count("admission_waited", counts.tickets),
            count("admission_most_waiting", counts.most_waiting),
            count("admission_waiting_at_end", counts.waiting),
            figure("cdn_reserved_at_end", "Mbps", megabits(self.nodes.reserved())),
        ]
    }
}

fn megabits(rate: BitRate) -> f64 {
    rate.as_f64() / 1e6
}

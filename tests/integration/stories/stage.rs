//! A stage on which clients are played by message: no network, no clock but the stage's own.
//!
//! Clients do what they are told at once. Data flow at once too, from a CDN node down the tree,
//! unless a path is cut; who is behind catches up at twice the rate.

use super::network::{addresses, routes};
use grandstand::control::{ControlCenter, ControlConfig, Policy};
use grandstand::proto::{
    Assignment, ContentInfo, ContentKind, Coordinator, Decision, Device, Feed, Finding, Heartbeat,
    Input, Join, News, Outbox, Output, Received, Refusal, Regrouping, RelayChange, Sent,
    ServerInfo, Terms, ToCenter, ToClient, UplinkFinding,
};
use grandstand::units::{
    Address, BitRate, Bytes, ContentId, HostId, NatKind, PeerId, SimTime, Span, Substream,
};
use std::collections::{BTreeMap, BTreeSet};

/// The stage moves in steps of this length; clients take turns with their heartbeats.
const STEP: Span = Span::from_millis(200);
const STEPS_A_HEARTBEAT: u64 = 10;
/// Network `n` has this many addresses from `n` times as many on.
pub(super) const ADDRESSES: u32 = 1_000_000;
const PACKET: Bytes = Bytes::new(1250);

/// What stands on the stage when the curtain rises.
pub(super) struct Setting {
    pub(super) config: ControlConfig,
    pub(super) policies: Vec<Policy>,
    pub(super) bitrate_kbps: u64,
    pub(super) substreams: u8,
    /// CDN nodes: name, network, capacity in kbps.
    pub(super) nodes: Vec<(&'static str, u32, u64)>,
}

impl Default for Setting {
    /// One tree of 500 kbps and a CDN node for twenty viewers.
    fn default() -> Self {
        Self {
            config: ControlConfig::default(),
            policies: Vec::new(),
            bitrate_kbps: 500,
            substreams: 1,
            nodes: vec![("cdn", 9, 12_000)],
        }
    }
}

/// A CDN node or a client.
pub(super) struct Actor {
    pub(super) name: String,
    pub(super) is_node: bool,
    pub(super) network: u32,
    /// Where its packets seem to come from.
    pub(super) address: Address,
    pub(super) nat: NatKind,
    /// Of a CDN node: its capacity.
    pub(super) uplink: BitRate,
    pub(super) device: Device,
    pub(super) terms: Terms,
    /// Neither dead nor gone.
    pub(super) alive: bool,
    /// It has said good-bye.
    pub(super) left: bool,
    /// Since when nothing has been heard of it, because it is dead or cut off.
    pub(super) silent_since: Option<SimTime>,
    /// What it was told, by substream.
    pub(super) told: Vec<Option<PeerId>>,
    /// What it does.
    pub(super) taking: Vec<Option<PeerId>>,
    /// What it said in its last heartbeat.
    pub(super) reported: Vec<Option<PeerId>>,
    /// Packets received, by substream.
    pub(super) last: Vec<f64>,
    /// The DCM that it was told of since its last heartbeat.
    pub(super) dcm: Option<u32>,
}

/// The stage.
pub(super) struct Stage {
    pub(super) center: ControlCenter,
    outbox: Outbox,
    pub(super) now: SimTime,
    pub(super) content: ContentInfo,
    pub(super) actors: Vec<Actor>,
    names: BTreeMap<String, PeerId>,
    cuts: BTreeSet<(PeerId, PeerId)>,
    throttled: BTreeMap<(PeerId, PeerId), f64>,
    /// Substreams that an uplink carries together, where that is less than what its client says.
    narrow: BTreeMap<PeerId, f64>,
    /// Clients that have been asked to measure their uplinks and have not said yet; those who never say.
    probed: BTreeSet<PeerId>,
    mute: BTreeSet<PeerId>,
    /// Clients and nodes whose heartbeats get lost.
    unheard: BTreeSet<PeerId>,
    /// Clients whose next assignment gets lost.
    deaf: BTreeSet<PeerId>,
    /// Every decision so far.
    pub(super) decisions: Vec<Decision>,
    /// Every split and merge so far.
    pub(super) regroupings: Vec<Regrouping>,
    /// Every conclusion about a link so far.
    pub(super) findings: Vec<Finding>,
    /// Every conclusion about an uplink so far.
    pub(super) measured: Vec<UplinkFinding>,
    /// Every relay called or given back so far.
    pub(super) relays: Vec<RelayChange>,
    /// Every message so far, acknowledgements aside.
    pub(super) messages: Vec<(SimTime, PeerId, ToClient)>,
}

impl Stage {
    pub(super) fn new(setting: Setting) -> Self {
        let content = ContentInfo {
            content: ContentId::new(1),
            kind: ContentKind::Live,
            bitrate: BitRate::from_kbps(setting.bitrate_kbps),
            substreams: setting.substreams,
            packet: PACKET,
            start: SimTime::ZERO,
            end: SimTime::from_secs(36_000),
            priority: 0,
        };
        let mut stage = Self {
            center: ControlCenter::new(setting.config).governed_by(setting.policies),
            outbox: Outbox::new(true),
            now: SimTime::from_secs(10),
            content,
            actors: Vec::new(),
            names: BTreeMap::new(),
            cuts: BTreeSet::new(),
            throttled: BTreeMap::new(),
            narrow: BTreeMap::new(),
            probed: BTreeSet::new(),
            mute: BTreeSet::new(),
            unheard: BTreeSet::new(),
            deaf: BTreeSet::new(),
            decisions: Vec::new(),
            regroupings: Vec::new(),
            findings: Vec::new(),
            measured: Vec::new(),
            relays: Vec::new(),
            messages: Vec::new(),
        };
        for (name, network, kbps) in setting.nodes {
            let peer = stage.enter(name, network, NatKind::Open, kbps);
            stage.actors[peer.index()].is_node = true;
        }
        // The nodes come before the table that says where they are.
        let feeds = [Feed::Catalogue(vec![content]), stage.servers(), addresses(), routes()];
        for feed in feeds {
            stage.input(Input::Feed(&feed));
        }
        stage
    }

    /// The CDN nodes that have not been withdrawn.
    fn servers(&self) -> Feed {
        let nodes =
            self.actors.iter().enumerate().filter(|(_, actor)| actor.is_node && !actor.left);
        let info = |(index, node): (usize, &Actor)| ServerInfo {
            peer: PeerId::from_index(index),
            address: Address(node.network * ADDRESSES + index as u32),
            capacity: node.uplink,
        };
        Feed::Servers(nodes.map(info).collect())
    }

    pub(super) fn enter(&mut self, name: &str, network: u32, nat: NatKind, kbps: u64) -> PeerId {
        let width = usize::from(self.content.substreams);
        let peer = PeerId::from_index(self.actors.len());
        self.actors.push(Actor {
            name: name.to_string(),
            is_node: false,
            network,
            nat,
            uplink: BitRate::from_kbps(kbps),
            address: Address(network * ADDRESSES + peer.get()),
            device: Device::default(),
            terms: Terms::default(),
            alive: true,
            left: false,
            silent_since: None,
            told: vec![None; width],
            taking: vec![None; width],
            reported: vec![None; width],
            last: vec![self.live_edge(); width],
            dcm: None,
        });
        let before = self.names.insert(name.to_string(), peer);
        assert_eq!(before, None, "{name} is on the stage already");
        peer
    }

    /// Sends a join, the first or another.
    pub(super) fn ask(&mut self, peer: PeerId) {
        // A join is repeated until it is answered.
        self.deaf.remove(&peer);
        let join = self.join_of(peer);
        self.send(peer, &ToCenter::Join(join));
    }

    /// What a client says when it joins.
    pub(super) fn join_of(&mut self, peer: PeerId) -> Join {
        let actor = &mut self.actors[peer.index()];
        actor.reported.fill(None);
        Join {
            client: HostId::new(peer.get()),
            content: self.content.content,
            address: actor.address,
            nat: actor.nat,
            uplink: actor.uplink,
            downlink: BitRate::from_kbps(20_000),
            behind: Span::from_secs(8),
            device: actor.device,
            terms: Some(Box::new(actor.terms.clone())),
            host: None,
            called: None,
        }
    }

    /// Leaves with a good-bye.
    pub(super) fn leave(&mut self, name: &str) {
        let peer = self.peer(name);
        let actor = &mut self.actors[peer.index()];
        (actor.alive, actor.left) = (false, true);
        for list in [&mut actor.told, &mut actor.taking, &mut actor.reported] {
            list.fill(None);
        }
        self.send(peer, &ToCenter::Leave);
    }

    /// Dies without a word.
    pub(super) fn kill(&mut self, name: &str) {
        let (peer, now) = (self.peer(name), self.now);
        let actor = &mut self.actors[peer.index()];
        (actor.alive, actor.silent_since) = (false, Some(now));
    }

    /// A CDN node comes back.
    pub(super) fn revive(&mut self, name: &str) {
        let peer = self.peer(name);
        let actor = &mut self.actors[peer.index()];
        (actor.alive, actor.silent_since) = (true, None);
    }

    /// Its heartbeats get lost from now on; all else works.
    pub(super) fn silence(&mut self, name: &str) {
        let (peer, now) = (self.peer(name), self.now);
        self.unheard.insert(peer);
        self.actors[peer.index()].silent_since.get_or_insert(now);
    }

    /// Everybody's heartbeats arrive again.
    pub(super) fn hear_all(&mut self) {
        self.unheard.clear();
    }

    /// Its next assignment gets lost.
    pub(super) fn deafen(&mut self, name: &str) {
        let peer = self.peer(name);
        self.deaf.insert(peer);
    }

    /// All nodes live, all paths work, all messages arrive.
    pub(super) fn make_peace(&mut self) {
        self.cuts.clear();
        self.throttled.clear();
        self.narrow.clear();
        self.deaf.clear();
        self.hear_all();
        let nodes = self.actors.iter_mut().filter(|actor| actor.is_node && !actor.left);
        nodes.for_each(|node| node.alive = true);
    }

    /// The owner gives a CDN node up, which itself knows nothing of it.
    pub(super) fn withdraw(&mut self, name: &str) {
        let peer = self.peer(name);
        self.actors[peer.index()].left = true;
        let feed = self.servers();
        self.input(Input::Feed(&feed));
    }

    /// Nothing passes from `parent` to `child` any more, though both live.
    pub(super) fn cut(&mut self, parent: &str, child: &str) {
        self.cuts.insert((self.peer(parent), self.peer(child)));
    }

    /// Only this share of the rate passes from `parent` to `child`.
    pub(super) fn throttle(&mut self, parent: &str, child: &str, share: f64) {
        self.throttled.insert((self.peer(parent), self.peer(child)), share);
    }

    /// The uplink of a client carries only so many substreams, whatever it says.
    pub(super) fn narrow(&mut self, name: &str, substreams: f64) {
        self.narrow.insert(self.peer(name), substreams);
    }

    /// A client never measures its uplink, however often it is asked.
    pub(super) fn never_measures(&mut self, name: &str) {
        self.mute.insert(self.peer(name));
    }

    /// The child says that it could not reach its parent.
    pub(super) fn connect_failed(&mut self, child: &str, parent: &str) {
        let (child, parent) = (self.peer(child), self.peer(parent));
        self.actors[child.index()].taking[0] = None;
        self.send(child, &ToCenter::ConnectFailed { substream: Substream(0), parent });
    }

    /// So many seconds pass.
    pub(super) fn run(&mut self, seconds: u64) {
        for _ in 0..seconds * 5 {
            self.step();
        }
    }

    pub(super) fn step(&mut self) {
        self.now += STEP;
        self.flow();
        let children = self.children_by_parent();
        let turn = self.now.as_nanos() / STEP.as_nanos() % STEPS_A_HEARTBEAT;
        for (index, sent) in children.into_iter().enumerate() {
            let peer = PeerId::from_index(index);
            let mine = index as u64 * 7 % STEPS_A_HEARTBEAT == turn;
            if mine && self.actors[index].alive && !self.unheard.contains(&peer) {
                self.beat(peer, sent);
            }
        }
        while self.center.next_timeout().is_some_and(|time| time <= self.now) {
            self.input(Input::Timeout);
        }
    }

    fn beat(&mut self, peer: PeerId, sent: Vec<Sent>) {
        let actor = &mut self.actors[peer.index()];
        actor.reported.clone_from(&actor.taking);
        let received = actor.taking.iter().zip(&actor.last);
        let received =
            received.map(|(parent, last)| Received { parent: *parent, last: *last as u32 });
        let received = if actor.is_node { Vec::new() } else { received.collect() };
        let dcm = self.actors[peer.index()].dcm.take();
        let uplink = self.probed.remove(&peer).then(|| self.carries(peer));
        let says = dcm.is_some() || uplink.is_some();
        let news = says.then(|| Box::new(News { dcm, uplink, ..News::default() }));
        let beat = Heartbeat { received, sent, news, ..Heartbeat::default() };
        self.send(peer, &ToCenter::Heartbeat(beat));
        // If it was taken for dead, it has been asked to join again by now, and has.
        self.actors[peer.index()].silent_since = None;
    }

    /// What an uplink carries of what its client says.
    fn carries(&self, peer: PeerId) -> BitRate {
        let said = self.actors[peer.index()].uplink;
        let rate = self.content.substream_rate().as_f64();
        let narrow = self.narrow.get(&peer).map(|most| BitRate::from_bps((rate * most) as u64));
        narrow.map_or(said, |narrow| narrow.min(said))
    }

    /// What each actor has sent to whom; where less passes than is sent, a sender is held back.
    fn children_by_parent(&self) -> Vec<Vec<Sent>> {
        let mut children = vec![Vec::new(); self.actors.len()];
        for (index, actor) in self.actors.iter().enumerate().filter(|(_, actor)| actor.alive) {
            for (substream, parent) in self.content.all_substreams().zip(&actor.taking) {
                if let Some(parent) = parent {
                    let child = PeerId::from_index(index);
                    let is_held_back = self.narrow.contains_key(parent)
                        || self.throttled.contains_key(&(*parent, child));
                    let sender = if is_held_back { index } else { parent.index() };
                    let last = self.actors[sender].last[substream.index()] as u32;
                    children[parent.index()].push(Sent { child, substream, last });
                }
            }
        }
        children
    }

    fn packets_a_second(&self) -> f64 {
        self.content.substream_rate().as_f64() / 8.0 / PACKET.as_f64()
    }

    pub(super) fn live_edge(&self) -> f64 {
        self.now.as_secs_f64() * self.packets_a_second()
    }

    /// Data move for one step, from the CDN nodes down.
    fn flow(&mut self) {
        for substream in 0..usize::from(self.content.substreams) {
            let mut done = vec![false; self.actors.len()];
            for index in 0..self.actors.len() {
                self.flow_to(index, substream, &mut done);
            }
        }
    }

    fn flow_to(&mut self, index: usize, substream: usize, done: &mut [bool]) {
        if std::mem::replace(&mut done[index], true) {
            return;
        }
        if self.actors[index].is_node {
            self.actors[index].last[substream] = self.live_edge();
            return;
        }
        let Some(parent) = self.actors[index].taking[substream] else { return };
        self.flow_to(parent.index(), substream, done);
        let pair = (parent, PeerId::from_index(index));
        let above = &self.actors[parent.index()];
        if !above.alive || !self.actors[index].alive || self.cuts.contains(&pair) {
            return;
        }
        let share = self.throttled.get(&pair).copied().unwrap_or(2.0).min(self.share_of(parent));
        let most = self.packets_a_second() * STEP.as_secs_f64() * share;
        let (ahead, mine) = (above.last[substream], self.actors[index].last[substream]);
        self.actors[index].last[substream] = mine.max(ahead.min(mine + most));
    }

    /// What each child of an actor gets at most, in substreams: all alike.
    fn share_of(&self, parent: PeerId) -> f64 {
        let taking = self.actors.iter().filter(|actor| actor.alive).flat_map(|actor| &actor.taking);
        let children = taking.filter(|taken| **taken == Some(parent)).count();
        self.narrow.get(&parent).map_or(f64::MAX, |most| most / children.max(1) as f64)
    }

    pub(super) fn send(&mut self, from: PeerId, message: &ToCenter) {
        self.input(Input::Message { from, message });
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        self.center.handle(self.now, input, &mut self.outbox);
        let outputs: Vec<Output> = self.outbox.drain().collect();
        for output in outputs {
            match output {
                Output::Explain(decision) => self.decisions.push(decision),
                Output::Regroup(regrouping) => self.regroupings.push(regrouping),
                Output::Find(finding) => self.findings.push(finding),
                Output::Measure(finding) => self.measured.push(finding),
                Output::Relay(change) => self.relays.push(change),
                Output::Send { message: ToClient::Ack, .. } => {}
                Output::Send { to, message } => {
                    self.messages.push((self.now, to, message.clone()));
                    self.deliver(to, message);
                }
            }
        }
    }

    fn deliver(&mut self, to: PeerId, message: ToClient) {
        match message {
            ToClient::Assign(assignment) => self.obey(to, &assignment),
            // What a policy forbids is not asked for again.
            ToClient::Refuse(Refusal::Policy(_)) => {
                let actor = &mut self.actors[to.index()];
                (actor.alive, actor.left) = (false, true);
            }
            ToClient::Rejoin if !self.actors[to.index()].is_node => {
                // It begins anew: whoever still takes from it does so no longer.
                let edges = self.actors.iter_mut().map(|a| (&mut a.taking, &mut a.reported));
                let parents =
                    edges.flat_map(|(taking, reported)| taking.iter_mut().chain(reported));
                parents.filter(|parent| **parent == Some(to)).for_each(|parent| *parent = None);
                self.ask(to);
            }
            ToClient::Probe { .. } if self.mute.contains(&to) => {}
            ToClient::Probe { .. } => _ = self.probed.insert(to),
            ToClient::Moved { dcm } => self.actors[to.index()].dcm = Some(dcm),
            _ => {}
        }
    }

    fn obey(&mut self, to: PeerId, assignment: &Assignment) {
        let heard = self.actors[to.index()].alive && !self.deaf.remove(&to);
        let actor = &mut self.actors[to.index()];
        for choice in &assignment.parents {
            actor.told[choice.substream.index()] = choice.parent;
            if heard {
                actor.taking[choice.substream.index()] = choice.parent;
            }
        }
    }

    pub(super) fn peer(&self, name: &str) -> PeerId {
        self.names[name]
    }

    pub(super) fn name(&self, peer: PeerId) -> &str {
        &self.actors[peer.index()].name
    }

    pub(super) fn actor(&self, name: &str) -> &Actor {
        &self.actors[self.peer(name).index()]
    }
}

//! The world of one run: everything there is, and the loop that moves it.

use super::RunSpec;
use super::edges::Edges;
use super::enterprises::{Enterprise, LAN_RTT};
use super::event::Event;
use super::fabric::{Fabric, Site};
use super::hosts::Hosts;
use super::mail::Mail;
use super::peers::{NO_SLOT, Peer, Slot};
use super::probes::Probes;
use super::recorder::Recorder;
use super::seats::Seats;
use super::workload::{self, Session};
use crate::engine::{Digest, EventKey, Queue};
use crate::net::fluid::FlowRate;
use crate::net::{AddressPlan, Country, Location, Region};
use crate::peer::Progress;
use crate::proto::{ContentKind, Coordinator, Outbox, Regrouping, RouteTable};
use crate::scenario::Scenario;
use crate::units::{Address, AsNumber, BitRate, LinkId, Metro, PeerId, SimTime, Span, Substream};
use std::collections::VecDeque;

/// One content, as the world needs it.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// Rate of a substream in the unit of flows.
    pub(super) full: u64,
    pub(super) substreams: u8,
    /// It is not watched: all of it is there from the beginning, and a client is through when it has it.
    pub(super) is_file: bool,
    pub(super) start: SimTime,
    /// Length in nanoseconds of media.
    pub(super) length: u64,
    /// Packets of a substream in a nanosecond of media.
    pub(super) packets: f64,
}

/// The world.
pub(super) struct World<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) spec: &'a RunSpec<'a>,
    pub(super) queue: Queue<Event>,
    pub(super) digest: Digest,
    pub(super) now: SimTime,
    pub(super) end: SimTime,
    pub(super) fabric: Fabric,
    pub(super) coordinator: Box<dyn Coordinator>,
    pub(super) outbox: Outbox,
    /// When the coordinator will be called.
    pub(super) coordinator_due: Option<SimTime>,
    /// The coordinator's machine is cut off.
    pub(super) center_down: bool,
    pub(super) center_site: u16,
    pub(super) mail: Mail,
    /// Route feeds under way, the oldest first.
    pub(super) late_routes: VecDeque<RouteTable>,
    /// Whose message the coordinator is answering, and where it was sent from.
    pub(super) asker: Option<(PeerId, Slot)>,
    pub(super) streams: Vec<Stream>,
    /// Whether any of them is a file: most runs have none, and need not look.
    pub(super) has_files: bool,
    pub(super) sessions: Vec<Session>,
    /// Of these, the viewers'; those of relays come later.
    audience: usize,
    /// Where each peer is now, by its id.
    pub(super) slots: Vec<Slot>,
    pub(super) peers: Vec<Peer>,
    pub(super) seats: Seats,
    pub(super) servers: usize,
    /// Slots that relays on viewers' devices have left.
    pub(super) relay_slots: Vec<Slot>,
    pub(super) edges: Edges,
    pub(super) hosts: Hosts,
    pub(super) enterprises: Vec<Enterprise>,
    pub(super) probes: Probes,
    /// Whose flow it is, by flow; nobody's for one that is no edge's.
    pub(super) flow_edges: Vec<u32>,
    /// Edges whose own or upstream rate may have changed.
    pub(super) dirty: Vec<u32>,
    /// Edges over which all of a file's portion has come.
    pub(super) arrived: Vec<u32>,
    /// Rounds of the present settling of rates.
    pub(super) rounds: u32,
    pub(super) touched: Vec<Slot>,
    pub(super) changed: Vec<u32>,
    pub(super) inflows: Vec<Progress>,
    pub(super) addresses: AddressPlan,
    pub(super) recorder: Recorder,
    /// Splits and merges of clusters, in the order of time.
    pub(super) regroupings: Vec<Regrouping>,
    pub(super) violations: Vec<String>,
    pub(super) events: u64,
    /// How far ahead of the clock memory has been read, of the calendar and of the reports to come.
    pub(super) horizon: u64,
    pub(super) beats_read: usize,
}

impl<'a> World<'a> {
    /// The world before anything has happened.
    pub(super) fn new(spec: &'a RunSpec<'a>) -> Self {
        let scenario = spec.scenario;
        let sites = sites(scenario);
        let center_site = sites.len() as u16 - 1;
        let streams: Vec<Stream> = scenario.contents.iter().map(Stream::of).collect();
        let edges = Edges::new(&streams);
        let end = SimTime::ZERO + spec.until.unwrap_or(scenario.duration);
        let addresses = AddressPlan::new(&locations(scenario, &sites))
            .expect("every site and metro is listed once");
        let mut world = Self {
            scenario,
            spec,
            queue: Queue::new(),
            digest: Digest::new(),
            now: SimTime::ZERO,
            end,
            fabric: Fabric::new(scenario, sites),
            coordinator: super::coordinators::build(scenario, spec.coordinator, spec.seed),
            outbox: Outbox::new(true),
            coordinator_due: None,
            center_down: false,
            center_site,
            mail: Mail::default(),
            late_routes: VecDeque::new(),
            asker: None,
            has_files: streams.iter().any(|stream| stream.is_file),
            streams,
            sessions: workload::sessions(scenario, spec.seed),
            audience: 0,
            slots: Vec::new(),
            peers: Vec::new(),
            seats: Seats::new(scenario.cdn.len(), 0, scenario.client.heartbeat),
            servers: scenario.cdn.len(),
            relay_slots: Vec::new(),
            edges,
            hosts: Hosts::default(),
            enterprises: Vec::new(),
            probes: Probes::default(),
            flow_edges: Vec::new(),
            dirty: Vec::new(),
            arrived: Vec::new(),
            rounds: 0,
            touched: Vec::new(),
            changed: Vec::new(),
            inflows: Vec::new(),
            addresses,
            recorder: Recorder::new(scenario),
            regroupings: Vec::new(),
            violations: Vec::new(),
            events: 0,
            horizon: 0,
            beats_read: 0,
        };
        world.audience = world.sessions.len();
        world.slots = vec![NO_SLOT; world.first_viewer() + world.audience];
        world.reserve();
        world.open_servers();
        world.open_enterprises();
        world.open_waypoints();
        (0..world.seats.len()).for_each(|_| _ = world.add_slot());
        world.deliver_feeds();
        world.schedule_all();
        world
    }

    /// Room for all who will ever be present at once: growing tables by halves leaves holes in memory.
    fn reserve(&mut self) {
        let viewers = workload::most_at_once(&self.sessions);
        let first = self.first_viewer();
        self.seats = Seats::new(first, viewers, self.scenario.client.heartbeat);
        let most = first + self.seats.len();
        self.peers.reserve_exact(most);
        self.edges.reserve(most);
        self.flow_edges.reserve_exact(most * self.edges.width);
        self.fabric.fluid.reserve(2 * most + LINKS_BETWEEN, most * self.edges.width);
    }

    fn schedule_all(&mut self) {
        for (number, stream) in self.streams.clone().iter().enumerate() {
            let begins = stream.start + self.scenario.tree.origin_delay;
            let ends = begins + Span::from_nanos(stream.length);
            self.schedule(begins, Event::ContentTurns(number as u32));
            self.schedule(ends, Event::ContentTurns(number as u32));
        }
        for (number, fault) in self.scenario.faults.iter().enumerate() {
            let fault_number = number as u32;
            self.schedule(fault.at, Event::Fault { fault: fault_number, begins: true });
            self.schedule(
                fault.at + fault.lasts,
                Event::Fault { fault: fault_number, begins: false },
            );
        }
        self.schedule(SimTime::ZERO + self.scenario.output.sample, Event::Sample);
        self.schedule_notices();
        self.schedule_arrival(0);
        self.wake_coordinator();
    }

    /// Sessions are scheduled one after the other: the queue holds those present, not those to come.
    pub(super) fn schedule_arrival(&mut self, number: u32) {
        if let Some(session) = self.sessions[..self.audience].get(number as usize) {
            self.schedule(session.join, Event::Arrive(number));
        }
    }

    pub(super) fn schedule(&mut self, at: SimTime, event: Event) {
        self.queue.schedule(at, event.class(), event);
    }

    /// Schedules what may turn out to be pointless before it comes.
    pub(super) fn schedule_revocable(&mut self, at: SimTime, event: Event) -> EventKey {
        self.queue.schedule_revocable(at, event.class(), event)
    }

    /// Takes back an event that has become pointless: stale ones would pile up in the queue.
    pub(super) fn unschedule(&mut self, event: Option<EventKey>) {
        if let Some(key) = event {
            self.queue.cancel(key);
        }
    }

    /// Whether the one that an event was meant for is still in the slot.
    pub(super) fn is_current(&self, slot: Slot, generation: u32) -> bool {
        let peer = &self.peers[slot as usize];
        peer.present && peer.generation == generation
    }

    /// Whether a CDN node sits there: they come first, and need not be looked at.
    pub(super) fn is_server(&self, slot: Slot) -> bool {
        (slot as usize) < self.servers
    }

    /// Whether somebody sits there who watches nothing and serves others.
    pub(super) fn is_relay(&self, slot: Slot) -> bool {
        self.peer(slot).role.is_relay()
    }

    pub(super) fn peer(&self, slot: Slot) -> &Peer {
        &self.peers[slot as usize]
    }

    pub(super) fn peer_mut(&mut self, slot: Slot) -> &mut Peer {
        &mut self.peers[slot as usize]
    }

    /// The stream that a peer watches.
    pub(super) fn stream_of(&self, slot: Slot) -> &Stream {
        &self.streams[self.peer(slot).content.index()]
    }

    /// The substreams of that stream.
    pub(super) fn substreams_of(&self, slot: Slot) -> impl Iterator<Item = Substream> + use<> {
        Substream::all(self.stream_of(slot).substreams)
    }

    /// Where a peer is, when it is present.
    pub(super) fn slot_of(&self, id: PeerId) -> Option<Slot> {
        self.slots.get(id.index()).copied().filter(|slot| *slot != NO_SLOT)
    }

    /// The slot again, when that peer still sits there.
    pub(super) fn still_at(&self, slot: Slot, id: PeerId) -> Option<Slot> {
        let peer = self.peer(slot);
        (peer.present && peer.id == id).then_some(slot)
    }

    /// The id of a viewer.
    pub(super) fn viewer_id(&self, session: u32) -> PeerId {
        PeerId::new(self.first_viewer() as u32 + session)
    }

    /// The number of the first viewer: CDN nodes and waypoint servers come before.
    fn first_viewer(&self) -> usize {
        self.servers + self.scenario.waypoints.len()
    }

    /// The numbers of all viewers, relays on their devices left out.
    pub(super) fn all_viewers(&self) -> std::ops::Range<usize> {
        self.first_viewer()..self.first_viewer() + self.audience
    }

    /// One way from one peer to another; none when no route joins them.
    pub(super) fn one_way(&self, from: Slot, to: Slot) -> Option<Span> {
        if self.on_one_lan(from, to) {
            return Some(LAN_RTT / 2);
        }
        let (a, b) = (self.peer(from), self.peer(to));
        let core = self.fabric.rtt((a.site, a.metro), (b.site, b.metro))?;
        Some(a.access_delay + b.access_delay + core / 2)
    }

    /// CDN nodes are there from the beginning.
    fn open_servers(&mut self) {
        for number in 0..self.servers {
            let capacity = self.scenario.cdn[number].capacity;
            self.seat_server(number, capacity, (number, self.servers));
        }
    }

    /// A server takes its seat and its number among all servers. Those of its kind report one after the other,
    /// it as the `nth` of so many.
    pub(super) fn seat_server(
        &mut self,
        number: usize,
        capacity: BitRate,
        (nth, count): (usize, usize),
    ) -> Slot {
        let site = (self.scenario.topology.isps.len() + number) as u16;
        let metro = Metro::new(CDN_METRO + number as u32);
        let address = self.address(site, metro);
        let slot = self.add_slot();
        let id = PeerId::from_index(number);
        let delay = self.center_delay(site, metro, Span::ZERO);
        let peer = &mut self.peers[slot as usize];
        (peer.id, peer.present, peer.site, peer.metro, peer.address) =
            (id, true, site, metro, address);
        (peer.lent, peer.believed, peer.center_delay) = (capacity, capacity, delay);
        let (uplink, downlink, generation) = (peer.uplink, peer.downlink, peer.generation);
        // A data center's line is as wide in both directions.
        self.fabric.fluid.set_capacity(uplink, capacity);
        self.fabric.fluid.set_capacity(downlink, capacity);
        self.slots[number] = slot;
        let interval = self.scenario.client.heartbeat;
        let first = SimTime::ZERO + interval * (nth as u64 + 1) / (count as u64 + 1);
        self.schedule(first, Event::Beat { slot, generation });
        slot
    }

    /// One more slot, empty, with links of its own.
    pub(super) fn add_slot(&mut self) -> Slot {
        let zero = BitRate::ZERO;
        let (uplink, downlink): (LinkId, LinkId) =
            (self.fabric.fluid.add_link(zero), self.fabric.fluid.add_link(zero));
        self.peers.push(Peer::vacant(uplink, downlink));
        let slot = self.peers.len() as Slot - 1;
        self.edges.reset(slot, SimTime::ZERO, self.streams.first().map_or(0, |first| first.full));
        slot
    }

    /// An address at a place; all of a block share its last one when it is used up.
    pub(super) fn address(&mut self, site: u16, metro: Metro) -> Address {
        let number = self.address_network(site);
        self.addresses.take(number, metro).unwrap_or_default()
    }

    fn address_network(&self, site: u16) -> AsNumber {
        self.fabric.sites[usize::from(site)].number
    }

    /// One way from a place to the coordinator.
    pub(super) fn center_delay(&self, site: u16, metro: Metro, access: Span) -> Span {
        let there = (self.center_site, Metro::new(0));
        self.fabric.rtt((site, metro), there).map_or(access, |rtt| access + rtt / 2)
    }
}

/// Links between networks that a run uses, about; more find room too.
const LINKS_BETWEEN: usize = 1024;

/// Servers have metro numbers of their own: one network may host two of them.
const CDN_METRO: u32 = 1_000_000;

/// Access ISPs first, then CDN nodes and waypoint servers, then the coordinator.
fn sites(scenario: &Scenario) -> Vec<Site> {
    let graph = &scenario.topology.graph;
    let site = |network, country| Site { network, number: graph.at(network).number, country };
    let isps = scenario.topology.isps.iter().map(|isp| site(isp.network, isp.country));
    let cdn = scenario.cdn.iter().map(|cdn| site(cdn.network, cdn.country));
    let center = site(scenario.control_site.network, scenario.control_site.country);
    let waypoints = scenario.waypoints.iter();
    let waypoints = waypoints.map(|waypoint| site(waypoint.network, waypoint.country));
    isps.chain(cdn).chain(waypoints).chain([center]).collect()
}

/// Every city of every ISP, and every data center.
fn locations(scenario: &Scenario, sites: &[Site]) -> Vec<Location> {
    let location = |site: &Site, metro| {
        let country = std::str::from_utf8(&site.country).ok().and_then(Country::new);
        let region = country.and_then(Country::region).unwrap_or(Region::UsEast);
        Location { as_number: site.number, metro, country, region }
    };
    let isps = scenario.topology.isps.iter().zip(sites);
    let viewers = isps.flat_map(|(isp, site)| {
        (0..isp.metros.max(1)).map(move |metro| location(site, Metro::new(metro)))
    });
    let servers = scenario.cdn.len() + scenario.waypoints.len();
    let centers = sites.iter().skip(scenario.topology.isps.len()).take(servers);
    let cdn = centers
        .enumerate()
        .map(|(number, site)| location(site, Metro::new(CDN_METRO + number as u32)));
    viewers.chain(cdn).collect()
}

impl Stream {
    /// The sequence number of the last whole packet before a position.
    pub(super) fn sequence(&self, position: u64) -> u32 {
        (position as f64 * self.packets) as u32
    }

    fn of(content: &crate::scenario::Content) -> Self {
        let substream = content.bitrate.as_bps() / u64::from(content.substreams.max(1));
        Self {
            full: FlowRate::from(BitRate::from_bps(substream)).get(),
            substreams: content.substreams,
            is_file: content.kind == ContentKind::File,
            start: content.start,
            length: content.duration.as_nanos(),
            packets: substream as f64 / (super::PACKET.as_f64() * 8e9),
        }
    }
}
